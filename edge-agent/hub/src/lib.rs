//! The reference hub: drives the displays of one corner of the building.
//!
//! A display has a [`shelf`] of frames and a plan on disk, and a [`sign`] that brings its glass to what the [`plan`]
//! says is due by the [`clock`]. The [`link`] to the agent only fills shelves and passes reports on: with the agent
//! switched off, signs go on flipping.

pub mod announce;
pub mod backoff;
pub mod buttons;
pub mod clock;
pub mod config;
pub mod control;
pub mod discovery;
mod disk;
pub mod glass_log;
pub mod link;
pub mod logs;
pub mod notice;
pub mod pairing;
pub mod panel;
pub mod plan;
pub mod refresh;
pub mod report;
pub mod run;
pub mod shelf;
pub mod sign;
pub mod simulate;
mod telemetry;
