//! The relay from outside: over TCP, against both stores, as a program, and as a Lambda function.

mod agents;
mod callback;
mod connect;
mod dynoxide;
mod lambda;
mod program;
mod store;
mod webhook;
mod world;
