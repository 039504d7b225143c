//! What a room looks like at one moment: everything a sign says.

use jiff::civil::{Date, DateTime};

/// What a sign says. All times are the room's own wall clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoomState {
    /// The room's name.
    pub room: String,
    /// Today.
    pub date: Date,
    /// Free, busy, or not known.
    pub status: Status,
    /// What comes next, soonest first; also of later days.
    pub next: Vec<Meeting>,
    /// The stretches of today that are taken, each from start to end.
    pub day: Vec<(DateTime, DateTime)>,
    /// What the QR code opens; none draws no code.
    pub booking: Option<String>,
}

/// Whether the room is free.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
        also: usize,
        /// When the room becomes free: the end of the last of the meetings that follow without a gap.
        until: DateTime,
    },
    /// The calendar could not be read for too long to say anything.
    NoInformation,
}

/// One meeting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Meeting {
    /// Its title.
    pub title: String,
    /// When it starts.
    pub start: DateTime,
    /// When it ends.
    pub end: DateTime,
    /// Who booked the room.
    pub organiser: Option<String>,
    /// Whether it takes whole days.
    pub all_day: bool,
}
