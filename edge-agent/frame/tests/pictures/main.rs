//! Signs as pictures: exact goldens, and what holds for every sign.

#![expect(clippy::unwrap_used, reason = "a test may stop at what cannot be")]

mod corpus;
mod documents;
mod fuzz;
mod goldens;
mod photographs;
mod properties;
mod scene;
mod schema;
mod scripts;
mod type_size;
