//! The edge agent: the server that stands in the building.
//!
//! A change walks it from the top of this list to the bottom: [`relay`] hears of it, [`sync`] reads it from [`google`],
//! [`rooms`] makes pictures of it, [`hubs`] brings them to the displays, and [`portal`] shows that it did. [`outbound`] is
//! the one way out, [`store`] remembers, [`news`] tells the others, [`security`] says who may look. [`agent`] builds all
//! of it and owns every task.

mod agent;
mod config;
mod console;
mod digest;
mod google;
mod hubs;
mod news;
mod outbound;
mod portal;
mod relay;
mod render;
mod rooms;
mod security;
mod store;
mod sync;

pub use self::agent::{Agent, StartError};
pub use self::config::{Config, ConfigError, Environment, Source};
pub use self::console::{
    ConsoleError, HubKeys, admin_reset, admit_hub, hub_keys, promote_standby_key, recovery_phrase,
    rotate_hub_key, setup_token, take_over,
};
pub use self::render::{RenderError, RenderRequest, Rendered, render};
