//! Rooms with what was last listed of them, loaded once for a round of planning.

use std::collections::HashMap;
use std::sync::Arc;

use edge_api::id::RoomId;
use edge_api::settings::Privacy;
use frame::RoomState;
use google_calendar::Timeline;
use jiff::Timestamp;

use super::handled::MeetingsHash;
use super::state::{RoomFacts, no_information, room_state};
use crate::store::{Room, Store, StoreError};

/// A room with what was last listed of it.
#[derive(Debug)]
pub(crate) struct ListedRoom {
    pub(crate) room: Room,
    timeline: Timeline,
    pub(crate) meetings: MeetingsHash,
}

/// Rooms that were loaded for one round of planning, since many displays may show one.
#[derive(Debug, Default)]
pub(crate) struct Rooms(HashMap<RoomId, Option<Arc<ListedRoom>>>);

impl Rooms {
    pub(crate) async fn get(
        &mut self,
        store: &Store,
        id: &RoomId,
    ) -> Result<Option<Arc<ListedRoom>>, StoreError> {
        if let Some(known) = self.0.get(id) {
            return Ok(known.clone());
        }
        let listed = match store.room(id).await? {
            None => None,
            Some(room) => {
                let events = store.room_events(id).await?;
                let timeline = Timeline::new(&events, room.zone.clone());
                Some(Arc::new(ListedRoom {
                    room,
                    timeline,
                    meetings: MeetingsHash::of(&events),
                }))
            }
        };
        self.0.insert(id.clone(), listed.clone());
        Ok(listed)
    }
}

impl ListedRoom {
    /// Every instant in `(from, to]` at which its sign may say something else; none while nothing is known of it.
    pub(crate) fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        match self.room.verified_at {
            Some(_) => self.timeline.changes(from, to),
            None => Vec::new(),
        }
    }

    fn facts(&self, privacy: Privacy) -> RoomFacts<'_> {
        RoomFacts {
            name: &self.room.name,
            calendar_id: &self.room.calendar_id,
            zone: &self.room.zone,
            privacy,
        }
    }

    /// What its sign says at `now`; nothing, unless it is `known`.
    pub(crate) fn state(&self, privacy: Privacy, now: Timestamp, known: bool) -> RoomState {
        if known && self.room.verified_at.is_some() {
            room_state(self.facts(privacy), &self.timeline, now)
        } else {
            no_information(self.facts(privacy), now)
        }
    }
}
