//! The crate as its users see it.

mod client;
mod oauth;
mod scripted;
mod timeline_properties;
