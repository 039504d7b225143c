//! The relay as it was deployed, tried from outside: `infra/dev relay-rehearse` brings it up in an emulator of AWS, with
//! the template and the zip of a real deployment, and says by the environment where it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod agent;
mod deployed;
mod pages;
mod refusals;
mod sign_in;
mod signals;
