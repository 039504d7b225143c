//! `--rooms rooms.json`: a small organisation for tests.
//!
//! ```json
//! {"zone": "Europe/Brussels", "accounts": ["admin@example.com"],
//!  "rooms": [{"name": "Alder", "events": [{"summary": "Stand-up", "organiser": "Ann Lee",
//!             "start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T10:15:00+01:00"}]}]}
//! ```
//!
//! Events are in the control API's short form; a room may have its own `zone`, `id`, `hidden`,
//! `subscribed`, `building`, `floor` and `capacity`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::data::calendar::{Kind, Place, Stamp};
use crate::data::calendars::Calendars;
use crate::data::shorthand::to_google;
use crate::directory::Directory;
use crate::error::ApiError;

/// An organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomsFile {
    /// Zone of rooms that name none.
    #[serde(default = "utc")]
    pub zone: String,
    /// Who can sign in; the first is offered by the consent page.
    #[serde(default = "accounts")]
    pub accounts: Vec<String>,
    /// The rooms, in the order of the calendar list.
    pub rooms: Vec<RoomEntry>,
}

/// A room.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomEntry {
    /// What people call it.
    pub name: String,
    /// The resource address; made from the name when absent.
    #[serde(default)]
    pub id: Option<String>,
    /// IANA name; the file's zone when absent.
    #[serde(default)]
    pub zone: Option<String>,
    /// Listed only with `showHidden`.
    #[serde(default)]
    pub hidden: bool,
    /// False: not on the calendar list until it is inserted.
    #[serde(default = "yes")]
    pub subscribed: bool,
    /// The building that the Admin SDK tells.
    #[serde(default)]
    pub building: Option<String>,
    /// The floor there.
    #[serde(default)]
    pub floor: Option<String>,
    /// How many it seats.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// Events in the control API's short form.
    #[serde(default)]
    pub events: Vec<Map<String, Value>>,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn accounts() -> Vec<String> {
    vec!["admin@example.com".to_owned()]
}

fn yes() -> bool {
    true
}

impl Default for RoomsFile {
    /// Three rooms without events.
    fn default() -> Self {
        let room = |name: &str| RoomEntry {
            name: name.to_owned(),
            id: None,
            zone: None,
            hidden: false,
            subscribed: true,
            building: None,
            floor: None,
            capacity: None,
            events: Vec::new(),
        };
        Self {
            zone: utc(),
            accounts: accounts(),
            rooms: ["Alder", "Birch", "Cedar"].map(room).into(),
        }
    }
}

impl RoomsFile {
    /// Adds rooms and events.
    ///
    /// # Errors
    ///
    /// Fails when a zone or event is not right, or a room is there twice.
    pub(crate) fn load(
        &self,
        calendars: &mut Calendars,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        for room in &self.rooms {
            let zone = room.zone.as_ref().unwrap_or(&self.zone);
            let calendar = calendars.add(room.id.clone(), &room.name, zone, Kind::Resource)?;
            calendar.hidden = room.hidden;
            calendar.subscribed = room.subscribed;
            calendar.place = Place {
                building: room.building.clone(),
                floor: room.floor.clone(),
                capacity: room.capacity,
            };
            let id = calendar.id.clone();
            for event in &room.events {
                if let Some(name) = event.get("organiser").and_then(Value::as_str) {
                    directory.add(name);
                }
                let stamp = Stamp {
                    now,
                    revision: 0,
                    actor: self.accounts[0].clone(),
                    trusted: true,
                };
                calendars.change(&id, stamp, |calendar, stamp| {
                    let body = to_google(event.clone(), calendar, None)?;
                    calendar.insert(body, stamp)
                })?;
            }
        }
        Ok(())
    }
}
