//! What an edge agent and the cloud relay say to each other.
//!
//! The relay owns this contract. It holds types, words and pure rules (tokens, states, signatures of calls); it does no
//! I/O and never reads a clock. Every message has golden JSON in its tests: a change there is a change of the wire.
//!
//! - [`route`]: the addresses · [`id`]: names of agents, origins and instances
//! - [`key`]: master key, the keys derived of it · [`invite`], [`webhook`], [`state`]: what is made with them
//! - [`call`]: how an agent's call is signed and checked · [`error`]: how a refusal looks
//! - [`enrol`], [`origin`], [`inbox`], [`rotate`], [`site`]: the calls · [`answer`]: what Google's answer looks like, sealed
//!   to the agent
//!
//! Agents and relays of different age talk to each other: whoever reads lets pass what it does not know. New calls are
//! refused by an older relay with `not_found`, which an agent takes for "not yet".
#![warn(missing_docs)]

pub mod answer;
pub mod call;
pub mod encoding;
pub mod enrol;
pub mod error;
pub mod id;
pub mod inbox;
pub mod invite;
pub mod key;
pub mod origin;
pub mod rotate;
pub mod route;
pub mod site;
pub mod state;
pub mod webhook;
