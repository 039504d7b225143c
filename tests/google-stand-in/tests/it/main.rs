//! The stand-in over real sockets.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop there"
)]

mod calendar;
mod clients;
mod control;
mod faults;
mod pushes;
mod series;
mod sign_in;
mod support;
mod tls;
