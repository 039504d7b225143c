//! What the two ends say, as bytes and over real QUIC on loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "link/golden.rs"]
mod golden;
#[path = "link/messages.rs"]
mod messages;
#[path = "link/pairing.rs"]
mod pairing;
#[path = "link/session.rs"]
mod session;
#[path = "link/versions.rs"]
mod versions;
#[path = "link/world.rs"]
mod world;
