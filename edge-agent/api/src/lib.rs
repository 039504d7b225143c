//! What the portal and scripts say to the agent.
//!
//! The agent owns this contract. It compiles for wasm and does no I/O. One file per page's concern; every route is
//! named once, in [`route`]. All bodies are JSON; times are RFC 3339 in UTC. A request that is refused is answered
//! with an [`error::ErrorBody`], whatever the route.
//!
//! Lists are objects with one named list inside, so that a later version can add a word beside it.

#![warn(missing_docs)]

pub mod account;
pub mod activity;
pub mod error;
pub mod events;
pub mod guide;
pub mod history;
pub mod hubs;
pub mod id;
pub mod instant;
pub mod integration;
pub mod layouts;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod outbound;
pub mod receipts;
pub mod relay;
pub mod repairs;
pub mod rooms;
pub mod route;
pub mod security;
pub mod settings;
pub mod signs;
pub mod users;

#[cfg(test)]
mod golden;
