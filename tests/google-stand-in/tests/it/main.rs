//! The stand-in over real sockets.

mod calendar;
mod clients;
mod control;
mod faults;
mod pushes;
mod series;
mod sign_in;
mod support;
mod tls;
