//! Signs as pictures: exact goldens, and what holds for every sign.

mod goldens;
mod properties;
mod scene;
mod type_size;
