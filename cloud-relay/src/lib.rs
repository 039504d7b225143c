//! The public half of Placard: takes what Google must be able to reach and hands it to agents that nobody can reach.
//!
//! Bottom up: [`store`] narrow traits, implemented on `SQLite` and on `DynamoDB` · [`downlink`] how a hint gets to a
//! connected agent · [`config`] · `gate` who may write · [`relay`] what the handlers share · `caller` proof of an authenticated agent ·
//! `respond` and `page` how answers look · `google` what Google calls · `agents` what agents call ·
//! [`router`] the only route table · [`local`] and [`lambda`] the two ways to run it · [`operator`] what its operator may do
//! · [`masters`], [`aws`] and [`logging`] what the programs share.
//!
//! The relay can use nothing of what it carries: a webhook is a dirty bit, an OAuth answer is sealed to the agent's key
//! before it is stored.

mod agents;
#[cfg(feature = "lambda")]
pub mod aws;
mod bucket;
mod caller;
pub mod config;
pub mod downlink;
mod gate;
mod google;
#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(feature = "local")]
pub mod local;
pub mod logging;
mod machine;
pub mod masters;
pub mod operator;
mod page;
pub mod relay;
mod respond;
pub mod router;
pub mod store;
