//! All calendars of the stand-in's one organisation.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::data::calendar::{Calendar, Kind, Place, Stamp, etag};
use crate::error::ApiError;
use crate::random;

/// The calendars and what numbers their changes.
#[derive(Debug, Default)]
pub(crate) struct Calendars {
    by_id: BTreeMap<String, Calendar>,
    /// In the order they were added, which is the order of the list.
    order: Vec<String>,
    revision: u64,
    generation: u64,
}

impl Calendars {
    /// Adds a room. The id is made from the name unless given, so that a restart finds the same rooms.
    ///
    /// # Errors
    ///
    /// 400 for an unknown zone, 409 when the id is taken.
    pub(crate) fn add(
        &mut self,
        id: Option<String>,
        summary: &str,
        zone_name: &str,
        kind: Kind,
    ) -> Result<&mut Calendar, ApiError> {
        let zone = TimeZone::get(zone_name).map_err(|_| {
            ApiError::invalid("timeZone", format!("Invalid time zone: {zone_name}"))
        })?;
        let id = id.unwrap_or_else(|| resource_id(summary));
        if self.by_id.contains_key(&id) {
            return Err(ApiError::duplicate());
        }
        self.revision += 1;
        self.order.push(id.clone());
        Ok(self.by_id.entry(id.clone()).or_insert(Calendar {
            id,
            summary: summary.to_owned(),
            zone_name: zone_name.to_owned(),
            zone,
            kind,
            place: Place::default(),
            hidden: false,
            subscribed: true,
            events: BTreeMap::new(),
            revision: self.revision,
            entry_revision: self.revision,
        }))
    }

    /// The calendar with this id.
    ///
    /// # Errors
    ///
    /// 404.
    pub(crate) fn get(&self, id: &str) -> Result<&Calendar, ApiError> {
        self.by_id.get(id).ok_or_else(ApiError::not_found)
    }

    /// Changes a calendar; the stamp's revision is set here.
    ///
    /// # Errors
    ///
    /// 404, or what `change` says.
    pub(crate) fn change<T>(
        &mut self,
        id: &str,
        stamp: Stamp,
        change: impl FnOnce(&mut Calendar, &Stamp) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let calendar = self.by_id.get_mut(id).ok_or_else(ApiError::not_found)?;
        self.revision += 1;
        let revision = self.revision;
        change(calendar, &Stamp { revision, ..stamp })
    }

    /// Every calendar, in the order they were added.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Calendar> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    /// The rooms.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &Calendar> {
        self.all().filter(|c| c.kind == Kind::Resource)
    }

    /// The last change anywhere.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Which sync tokens are alive.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Lets every sync token that was given out expire.
    pub(crate) fn expire_sync_tokens(&mut self) {
        self.generation += 1;
    }
}

impl Calendar {
    /// As `calendarList` answers it to `account`.
    pub(crate) fn list_entry(&self, account: &str) -> Value {
        if !self.subscribed {
            return json!({"kind": "calendar#calendarListEntry", "etag": etag(self.entry_revision), "id": self.id, "deleted": true});
        }
        let mut entry = json!({
            "kind": "calendar#calendarListEntry", "etag": etag(self.entry_revision), "id": self.id,
            "summary": self.summary, "timeZone": self.zone_name, "colorId": "8", "backgroundColor": "#16a765",
            "foregroundColor": "#000000", "selected": true, "accessRole": "owner", "defaultReminders": [],
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        });
        if self.id == account {
            entry["primary"] = json!(true);
        }
        if self.hidden {
            entry["hidden"] = json!(true);
        }
        if self.kind == Kind::Resource {
            entry["autoAcceptInvitations"] = json!(true);
        }
        entry
    }
}

/// `c_188…@resource.calendar.google.com`, the shape of today's resource addresses.
fn resource_id(name: &str) -> String {
    let hash = Sha256::digest(name);
    format!(
        "c_188{}@resource.calendar.google.com",
        random::base32hex(&hash[..28])
    )
}
