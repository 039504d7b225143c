//! The rooms that the connected Google accounts can see. Page `/m/rooms`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, RoomId};

/// Answer of `GET rooms`, ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rooms {
    /// The agent's clock.
    pub now: Timestamp,
    /// Every calendar in the accounts' lists.
    pub rooms: Vec<Room>,
}

/// One room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub verified_at: Option<Timestamp>,
    /// Whether that is too long ago.
    pub stale: bool,
}
