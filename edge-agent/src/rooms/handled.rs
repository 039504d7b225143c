//! Which meetings the displays of a room were last brought to.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use edge_api::id::RoomId;
use google_calendar::Event;

/// Tells the meetings of a room from those it had before. Not for storing: it may differ between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MeetingsHash(u64);

impl MeetingsHash {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut hasher = DefaultHasher::new();
        events.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The meetings of each room that its displays were last brought to. Clones share everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handled(Arc<Mutex<HashMap<RoomId, MeetingsHash>>>);

impl Handled {
    /// Takes down that the displays of a room have been brought to these meetings.
    pub(crate) fn remember(&self, room: &RoomId, meetings: MeetingsHash) {
        self.lock().insert(room.clone(), meetings);
    }

    /// Whether no news of these meetings is to be waited for.
    pub(crate) fn covers(&self, room: &RoomId, meetings: MeetingsHash) -> bool {
        self.lock().get(room) == Some(&meetings)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomId, MeetingsHash>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
