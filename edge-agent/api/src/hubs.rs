//! Hubs and pairing. Page `/m/hubs`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, HubId};

/// Answer of `GET hubs`, ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Hubs {
    /// The agent's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// Where hubs dial, `address:port` (UDP).
    pub listen: String,
    /// What became of the code that was typed last.
    pub pairing: Pairing,
    /// Every paired hub.
    pub hubs: Vec<Hub>,
    /// Since when this copy of the agent serves no hubs, because another copy does; absent while it serves.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub passive_since: Option<Timestamp>,
    /// Whether there is a standby key: without one, a lost key means pairing every hub again.
    #[serde(default)]
    pub standby_key: bool,
}

/// One paired hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Hub {
    /// The hub.
    pub id: HubId,
    /// Its name.
    pub name: String,
    /// Whether it is connected now.
    pub connected: bool,
    /// Since when it is connected or away.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub since: Option<Timestamp>,
    /// When it was last heard from.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub last_seen: Option<Timestamp>,
    /// Where it dials from, while connected.
    pub address: Option<String>,
    /// Its software's version, as it last told.
    pub version: Option<String>,
    /// How many displays it drives.
    pub displays: usize,
    /// How often it has come back since it was paired.
    #[serde(default)]
    pub reconnects: u64,
    /// How far its idea of the agent's time is ahead, in milliseconds; a little behind is the way of the message.
    #[serde(default)]
    pub clock_ahead_ms: Option<i64>,
    /// How far the clock of its operating system is ahead, in milliseconds. Signs do not go by it.
    #[serde(default)]
    pub system_clock_ahead_ms: Option<i64>,
    /// Since when two programs use its key in turns.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub cloned_since: Option<Timestamp>,
    /// What it could not do as a whole, for the person.
    #[serde(default)]
    pub problem: Option<String>,
    /// What it drives, by key.
    #[serde(default)]
    pub panels: Vec<Panel>,
}

/// A display as its hub knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Panel {
    /// The display.
    pub display: DisplayId,
    /// The hub's name for it.
    pub key: String,
    /// Size and palette, such as `800x480`.
    pub panel: String,
    /// When what follows was measured; absent when nothing was.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub measured_at: Option<Timestamp>,
    /// Absent on mains power.
    pub battery_mv: Option<u32>,
    /// What is left.
    pub battery_percent: Option<u32>,
    /// Days until it is empty, from how it drained so far; absent while that is not known.
    pub battery_days: Option<u32>,
    /// Tenths of a degree Celsius.
    pub temperature_decidegrees: Option<i32>,
    /// Of the radio between hub and display.
    pub signal_percent: Option<u32>,
    /// What the hub said went wrong, for the person.
    pub problem: Option<String>,
}

/// Body of `PUT hubs/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Rename {
    /// What to call the hub.
    pub name: String,
}

/// Answer of `GET hubs/{id}/log`, the oldest line first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HubLog {
    /// The last few hundred, since the agent was started.
    pub lines: Vec<HubLogLine>,
}

/// One thing that a hub noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HubLogLine {
    /// Absent when the hub did not know the time.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub at: Option<Timestamp>,
    /// How grave it is.
    pub level: LogLevel,
    /// What.
    pub text: String,
}

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// How things go.
    Info,
    /// Something to look at when there is time.
    Warn,
    /// Something does not work.
    Error,
}

/// Body of `POST hubs/pairing`: opens a window of ten minutes for the hub that knows this code. `DELETE` closes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Pair {
    /// What the hub's panel or console shows; capitals, spaces and dashes do not matter. Absent draws a code, which the
    /// answer has, for a hub to be started with.
    #[serde(default)]
    pub code: Option<String>,
    /// A name for the hub; absent takes the hub's own.
    pub name: Option<String>,
    /// A broken hub whose place it takes: the displays of the same keys keep their links.
    #[serde(default)]
    pub replaces: Option<HubId>,
}

/// Where pairing stands; answer of `POST hubs/pairing` too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Pairing {
    /// Nobody has typed a code.
    Idle,
    /// Waiting for the hub with the typed code.
    Waiting {
        /// When the window closes.
        #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
        #[serde(with = "crate::instant")]
        until: Timestamp,
        /// The code to start the hub with, if it was drawn here.
        #[serde(default)]
        code: Option<String>,
        /// The same as a QR code (SVG): the command that pairs a hub.
        #[serde(default)]
        qr: Option<String>,
    },
    /// A hub proved that it knows the code.
    Paired {
        /// That hub.
        hub: HubId,
    },
    /// The window closed without a hub.
    Failed {
        /// What happened and what to do, for the person.
        why: String,
    },
}
