//! The rooms that the connected Google accounts can see. Page `/m/rooms`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, RoomId};

/// Answer of `GET rooms`, ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Rooms {
    /// The agent's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// Every calendar in the accounts' lists.
    pub rooms: Vec<Room>,
}

/// One room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// Its name in Google Calendar.
    pub name: String,
    /// Its calendar's id at Google, usually an e-mail address.
    pub calendar: String,
    /// Its time zone, an IANA name.
    pub zone: String,
    /// The displays that show it.
    pub displays: Vec<DisplayId>,
    /// Up to when what is known of it was right; absent before the first listing, which begins with the first link.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub verified_at: Option<Timestamp>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// Whether Google announces its changes, so that they reach the glass at once.
    pub pushes: Pushes,
    /// The building, as the organisation's administrators call it; absent when it is not known.
    #[serde(default)]
    pub building: Option<String>,
    /// The floor there.
    #[serde(default)]
    pub floor: Option<String>,
    /// How many it seats.
    #[serde(default)]
    pub capacity: Option<u32>,
}

/// Body of `POST rooms`: a calendar that is on no account's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AddRoom {
    /// Its address: `c_188…@resource.calendar.google.com` for a room.
    pub calendar: String,
}

/// Google's announcements of a room's changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Pushes {
    /// How that stands.
    pub state: PushState,
    /// When the last one was heard that led to a list.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub last: Option<Timestamp>,
    /// When the next channel is opened, which proves the way anew.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub renew_at: Option<Timestamp>,
    /// How many did not come that had to.
    pub missed: u32,
    /// Why Google opened no channel.
    pub problem: Option<String>,
}

/// How a room's changes become known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PushState {
    /// No display shows the room, so that nobody has to know.
    Idle,
    /// Google's announcements come.
    Live,
    /// A channel is open, but announcements did not come: the calendar is read every few minutes.
    Missing,
    /// There is no channel yet, or Google refuses one: the calendar is read every few minutes.
    Off,
    /// A state of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}
