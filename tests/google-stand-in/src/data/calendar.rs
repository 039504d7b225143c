//! One calendar and its events, as they are stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// A JSON object, as Google's resources are.
pub(crate) type Body = Map<String, Value>;

/// What a calendar is to the account that lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The account's own calendar; its id is the account's address.
    Primary,
    /// A room.
    Resource,
}

/// An event as stored. The body is Google's resource without the `etag`.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) body: Body,
    /// The calendars' revision that wrote it.
    pub(crate) revision: u64,
}

impl Event {
    pub(crate) fn id(&self) -> &str {
        self.body.get("id").and_then(Value::as_str).unwrap_or("")
    }

    pub(crate) fn cancelled(&self) -> bool {
        is_cancelled(&self.body)
    }
}

/// When and by whom a write is made.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) now: Timestamp,
    pub(crate) revision: u64,
    pub(crate) actor: String,
    /// The control API may set what clients may not, an organiser for example.
    pub(crate) trusted: bool,
}

/// Where a room is and how many it seats; the Admin SDK tells it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) building: Option<String>,
    pub(crate) floor: Option<String>,
    pub(crate) capacity: Option<u32>,
}

/// One calendar.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) zone_name: String,
    pub(crate) zone: TimeZone,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    pub(crate) hidden: bool,
    /// Whether it is on the account's calendar list.
    pub(crate) subscribed: bool,
    pub(crate) events: BTreeMap<String, Event>,
    /// The last write to an event or to the calendar itself.
    pub(crate) revision: u64,
    /// The last write to what the calendar list shows of it.
    pub(crate) entry_revision: u64,
}

/// The `etag` of what revision `revision` wrote, quotes included.
pub(crate) fn etag(revision: u64) -> String {
    format!("\"{}\"", 3_500_000_000_000_000 + revision * 2)
}

/// Whether the body is that of a cancelled event.
pub(crate) fn is_cancelled(body: &Body) -> bool {
    body.get("status").and_then(Value::as_str) == Some("cancelled")
}
