//! What a display is told at one moment: everything a sign can say.
//!
//! Nothing in here runs with the clock: two moments at which a sign says the same have equal states, so that their
//! pictures need not be drawn twice.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::language::Clock;

/// Everything a sign can say at one moment. All times are wall clocks: the room's own, or the display's.
///
/// As JSON every field may be left out; what is absent is not the case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct SignState {
    /// Today, where the display hangs.
    pub date: Date,
    /// The display's room; none for a lobby directory or a display that shows a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomState>,
    /// Several rooms at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<Directory>,
    /// A text that everybody shall read, instead of or beside what the room does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announcement: Option<Announcement>,
    /// The room must not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_order: Option<OutOfOrder>,
    /// The display's battery has to be changed soon.
    pub battery_low: bool,
    /// The agent itself has had no fresh answer since then. Signs in a plan do not carry this: the hub stamps them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_since: Option<DateTime>,
    /// The sign's language as a BCP 47 tag such as `de` or `zh-Hans`; empty is English.
    pub locale: String,
    /// How times are written.
    pub clock: Clock,
    /// Logos and pictures that the layout names.
    #[serde(skip)]
    pub pictures: Pictures,
}

/// One room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomState {
    /// The room's name.
    pub room: String,
    /// Today, in the room.
    pub date: Date,
    /// Free, busy, or not known.
    pub status: Status,
    /// What comes next, soonest first; also of later days.
    pub next: Vec<Meeting>,
    /// The stretches of today that are taken, each from start to end.
    pub day: Vec<(DateTime, DateTime)>,
    /// The hours between which the room is usually used, such as 8 and 18; none leaves it to the layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<(i8, i8)>,
    /// What the QR code opens; none draws no code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking: Option<String>,
    /// The meeting that is on is about to end.
    pub ending_soon: bool,
}

/// Whether a room is free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Status {
    /// Nobody is in.
    Free {
        /// When the next meeting starts, if one is known.
        until: Option<DateTime>,
    },
    /// A meeting is on.
    Busy {
        /// The one that is shown.
        meeting: Meeting,
        /// How many more are on at the same time.
        #[serde(default)]
        also: usize,
        /// When the room becomes free: the end of the last of the meetings that follow without a gap.
        until: DateTime,
    },
    /// The calendar could not be read for too long to say anything.
    #[default]
    NoInformation,
}

/// One meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Meeting {
    /// Its title; empty when the calendar does not tell.
    pub title: String,
    /// When it starts.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Who booked the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organiser: Option<String>,
    /// The organiser's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organiser_email: Option<String>,
    /// How many are invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attendees: Option<u32>,
    /// Who is invited, as far as a sign may say so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attendee_names: Vec<String>,
    /// Whether it takes whole days.
    pub all_day: bool,
    /// Whether its title is not for the corridor; a word in the sign's language stands for it, whatever the title is.
    pub private: bool,
}

/// Several rooms on one display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Directory {
    /// What the display is for, such as "Second floor".
    pub title: String,
    /// Where the stretch of twelve hours begins that is drawn beside each room; a full hour, so that the picture
    /// stays the same in between.
    pub from: DateTime,
    /// The rooms, in the order they are listed.
    pub rooms: Vec<RoomState>,
}

/// A text for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Announcement {
    /// What it is about.
    pub title: String,
    /// The rest; a line break begins a new line.
    pub text: String,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime>,
}

/// Why a room must not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct OutOfOrder {
    /// The reason, in a sentence; may be empty.
    pub reason: String,
    /// When it can be used again, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime>,
}

/// Pictures by the name that layouts call them, as files in a format that the renderer reads.
///
/// Two are equal when their files are: the files are compared by their hash.
#[derive(Clone, Default)]
pub struct Pictures(BTreeMap<String, Picture>);

#[derive(Clone)]
struct Picture {
    hash: [u8; 32],
    file: Arc<[u8]>,
}

impl Pictures {
    /// Adds a picture, or replaces the one of that name.
    pub fn insert(&mut self, name: impl Into<String>, file: impl Into<Arc<[u8]>>) {
        let file = file.into();
        let hash = *blake3::hash(&file).as_bytes();
        self.0.insert(name.into(), Picture { hash, file });
    }

    /// The file of that name and its hash.
    pub fn get(&self, name: &str) -> Option<(&[u8; 32], &Arc<[u8]>)> {
        self.0
            .get(name)
            .map(|picture| (&picture.hash, &picture.file))
    }

    fn identity(&self) -> impl Iterator<Item = (&String, &[u8; 32])> {
        self.0.iter().map(|(name, picture)| (name, &picture.hash))
    }
}

impl PartialEq for Pictures {
    fn eq(&self, other: &Self) -> bool {
        self.identity().eq(other.identity())
    }
}

impl Eq for Pictures {}

impl std::hash::Hash for Pictures {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for one in self.identity() {
            one.hash(state);
        }
    }
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl SignState {
    /// The state of a display that is linked to one room and has nothing else to say.
    pub fn of_room(room: RoomState) -> Self {
        Self {
            date: room.date,
            room: Some(room),
            ..Self::default()
        }
    }
}
