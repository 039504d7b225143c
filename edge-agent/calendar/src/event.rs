//! A meeting, as far as a sign is concerned.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One event that occupies the room.
///
/// Cancelled, declined and "free" events are not among these, and a recurring event is one `Event` per occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Google's id of the occurrence, unique within the calendar.
    pub id: String,
    /// The title; `None` when Google did not tell it or the event is private. A sign then says "Busy".
    pub summary: Option<String>,
    /// Who invited, as a name to read; `None` for private events and for those that the room itself owns.
    pub organiser: Option<String>,
    /// Whose name Google did not tell with the event, so that [`organiser`](Self::organiser) is made from this address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organiser_address: Option<String>,
    /// How many people are invited and have not declined, rooms left out; `None` when Google did not tell them all, and
    /// for private events.
    #[serde(default)]
    pub attendees: Option<u32>,
    /// The first instant at which the room is taken.
    pub start: Timestamp,
    /// The first instant at which it is no longer; always after `start`.
    pub end: Timestamp,
    /// Entered as whole days; `start` and `end` are then starts of days in the calendar's zone.
    pub all_day: bool,
    /// Marked private or confidential.
    pub private: bool,
}

impl Event {
    /// Whether the room is taken by this event at `now`.
    #[must_use]
    pub fn covers(&self, now: Timestamp) -> bool {
        self.start <= now && now < self.end
    }
}
