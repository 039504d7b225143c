//! What hubs and the edge agent say to each other over QUIC, and both ends of the saying.
//!
//! A hub dials ([`hub_end`]), the agent accepts ([`agent_end`]). Both show self-signed Ed25519 certificates and know
//! each other by the hash of the key ([`identity`]), which they learnt by pairing ([`pair`]) with a code that a person
//! read at one and typed at the other ([`code`]). Once the agent has said Welcome, plans and freshness flow to the hub
//! on the control stream ([`codec`]), frames on a stream each ([`picture`]), and reports flow back.
//!
//! A QUIC connection alone means nothing: the hub finishes its handshake before the agent has judged its key. Only
//! Welcome counts.

pub mod agent_end;
pub mod close;
pub mod code;
pub mod codec;
pub mod control;
pub mod hub_end;
pub mod identity;
pub mod pair;
pub mod picture;
#[cfg(test)]
mod rogue_hub;
mod transport;
mod verify;
pub mod wire;

pub use quinn;
pub use transport::{BindError, HUB_ALPN, PAIR_ALPN};
