//! Hubs and pairing. Page `/m/hubs`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::HubId;

/// Answer of `GET hubs`, ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hubs {
    /// The agent's clock.
    pub now: Timestamp,
    /// Where hubs dial, `address:port` (UDP).
    pub listen: String,
    /// What became of the code that was typed last.
    pub pairing: Pairing,
    /// Every paired hub.
    pub hubs: Vec<Hub>,
}

/// One paired hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hub {
    /// The hub.
    pub id: HubId,
    /// Its name.
    pub name: String,
    /// Whether it is connected now.
    pub connected: bool,
    /// Since when it is connected or away.
    pub since: Option<Timestamp>,
    /// When it was last heard from.
    pub last_seen: Option<Timestamp>,
    /// Where it dials from, while connected.
    pub address: Option<String>,
    /// Its software's version, as it last told.
    pub version: Option<String>,
    /// How many displays it drives.
    pub displays: usize,
}

/// Body of `POST hubs/pairing`: opens a window of ten minutes for the hub that shows this code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// What the hub's panel or console shows; capitals, spaces and dashes do not matter.
    pub code: String,
    /// A name for the hub; absent takes the hub's own.
    pub name: Option<String>,
}

/// Where pairing stands; answer of `POST hubs/pairing` too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Pairing {
    /// Nobody has typed a code.
    Idle,
    /// Waiting for the hub with the typed code.
    Waiting {
        /// When the window closes.
        until: Timestamp,
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
