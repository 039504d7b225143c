//! Whole stories, with the real processes over real sockets.
//!
//! [`World`] starts a Google stand-in, a relay, an agent and hubs on loopback, each a process of its own; [`Admin`]
//! does what a person does in the portal; [`Calendar`] edits events as a person does in Google Calendar; [`Glass`]
//! reads what a sign shows; [`network`] makes small networks for stories that need more than loopback. `expected` is this crate's own reading of a calendar: it shares nothing with the agent's.

pub mod admin;
pub mod calendar;
pub mod certificates;
pub mod changes;
pub mod clock;
pub mod connect_proxy;
pub mod consent;
pub mod copies;
pub mod crash_points;
mod deaths;
mod deployed;
pub mod expected;
pub mod figures;
pub mod fleet;
pub mod glass;
pub mod kept;
pub mod latency;
pub mod network;
mod observe;
pub mod places;
pub mod plan;
pub mod process;
pub mod programs;
pub mod promise;
pub mod random;
pub mod read_along;
pub mod readers;
mod relay;
pub mod relay_page;
mod second_place;
pub mod setting_up;
pub mod sign;
pub mod signs;
mod stage;
pub mod story;
mod timetravel;
pub mod titles;
pub mod wait;
mod web_server;
pub mod wishes;
pub mod witness;
pub mod world;

pub use admin::Admin;
pub use calendar::Calendar;
pub use glass::Glass;
pub use plan::WorldPlan;
pub use wait::eventually;
pub use world::World;
