//! hubs
