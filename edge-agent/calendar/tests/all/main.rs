//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod oauth;
mod scripted;
mod timeline_properties;
