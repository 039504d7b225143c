//! What the portal and scripts say to the agent.
//!
//! The agent owns this contract. It compiles for wasm and does no I/O.

#![warn(missing_docs)]

pub mod id;
