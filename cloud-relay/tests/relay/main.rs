//! The relay from outside: over TCP, against both stores, as a program, and as a Lambda function.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod agents;
mod blindness;
mod callback;
mod connect;
mod dynoxide;
mod faults;
mod gateway;
mod keys;
mod lambda;
mod logging;
mod operator;
mod parameters;
mod program;
mod rubbish;
mod site;
mod socket_events;
mod store;
mod tenants;
mod webhook;
mod world;
