//! The relay from outside: over TCP, against both stores, as a program, and as a Lambda function.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod agents;
mod callback;
mod connect;
mod dynoxide;
mod lambda;
mod program;
mod socket_events;
mod store;
mod webhook;
mod world;
