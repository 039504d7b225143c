//! The edge agent: the server that stands in the building.

mod agent;
mod config;
mod google;
mod hubs;
mod news;
mod portal;
mod relay;
mod rooms;
mod security;
mod store;
mod sync;
