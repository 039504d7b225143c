//! What a display is set to: layout, language, privacy, quiet hours, and what it shows besides its room.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{AnnouncementId, DisplayId, RoomId};
use crate::layouts::LayoutRef;

/// The largest picture that is taken for a display, in bytes.
pub const MAX_PICTURE_BYTES: usize = 4 * 1024 * 1024;

/// The longest title of an announcement or reason, in characters; no sign has room for more.
pub const MAX_LINE: usize = 200;

/// The longest text of an announcement, in characters.
pub const MAX_TEXT: usize = 1000;

/// Answer of `GET displays/{id}/settings`, and body of the `PUT` that replaces them all. What is absent is not set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DisplaySettings {
    /// What it is about.
    pub shows: Shows,
    /// What it looks like; absent is the agent's choice for its panel.
    pub layout: Option<LayoutRef>,
    /// How it hangs: by how many degrees its top is turned clockwise (0, 90, 180 or 270).
    pub rotation: u16,
    /// Its language as a BCP 47 tag such as `de`; absent is the room's.
    pub locale: Option<String>,
    /// How times are written; absent is the room's.
    pub clock: Option<ClockStyle>,
    /// How much of a meeting the corridor may read.
    pub privacy: Privacy,
    /// When it is only refreshed because the room is taken or freed.
    pub quiet: Option<QuietHours>,
    /// The room must not be used.
    pub out_of_order: Option<OutOfOrder>,
    /// Where "as of" is stamped on a layout that reserves no place for it.
    pub mark: Corner,
}

/// What a display is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// The room it is linked to.
    #[default]
    Room,
    /// Several rooms, as in a lobby.
    Directory {
        /// What stands above them, such as "Second floor".
        title: String,
        /// The rooms, in their order on the sign.
        rooms: Vec<RoomId>,
    },
    /// A picture, which `PUT displays/{id}/picture` brings.
    Picture,
}

/// How much of a meeting the corridor may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Title, organiser and how many are invited.
    #[default]
    Full,
    /// Who has booked, not what for.
    OrganiserOnly,
    /// That the room is taken, and until when.
    BusyOnly,
}

/// How times of day are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum ClockStyle {
    /// From 00:00 to 23:59.
    #[serde(rename = "24h")]
    Hours24,
    /// With a.m. and p.m.
    #[serde(rename = "12h")]
    Hours12,
}

/// A stretch of every day on the display's wall clock; one that ends before it begins goes over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct QuietHours {
    /// From when.
    pub from: TimeOfDay,
    /// Until when.
    pub until: TimeOfDay,
}

/// A time on a wall clock, such as `20:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

/// A text that is no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATime;

impl std::fmt::Display for NotATime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a time of day; write it as 20:00")
    }
}

impl std::error::Error for NotATime {}

impl TimeOfDay {
    /// The hour, 0 to 23.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub fn minute(self) -> u8 {
        self.minute
    }
}

impl std::str::FromStr for TimeOfDay {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let number = |digits: &str, end: u8| digits.parse().ok().filter(|n| *n < end);
        let (hour, minute) = text.split_once(':').ok_or(NotATime)?;
        match (number(hour, 24), number(minute, 60)) {
            (Some(hour), Some(minute)) if two_digits_each(text) => Ok(Self { hour, minute }),
            _ => Err(NotATime),
        }
    }
}

/// Whether both parts are written with two digits.
fn two_digits_each(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

impl TryFrom<String> for TimeOfDay {
    type Error = NotATime;

    fn try_from(text: String) -> Result<Self, NotATime> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.hour, time.minute)
    }
}

/// The room must not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct OutOfOrder {
    /// Why, in a sentence; may be empty.
    pub reason: String,
    /// When it can be used again; the sign says so and goes back to normal by itself.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub until: Option<Timestamp>,
}

/// A corner of the glass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// Up left.
    TopLeft,
    /// Up right.
    TopRight,
    /// Down left.
    BottomLeft,
    /// Down right.
    #[default]
    BottomRight,
}

/// Body of `PUT rooms/{id}/settings`: what its signs speak unless they are set otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RoomSettings {
    /// Language as a BCP 47 tag; absent is English.
    pub locale: Option<String>,
    /// How times are written; absent is as the language does.
    pub clock: Option<ClockStyle>,
}

/// Answer of `GET announcements`, the one that ends first at the top; those that have ended are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Announcements {
    /// The agent's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// Every announcement that is shown.
    pub announcements: Vec<Announcement>,
}

/// A text that displays show until a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Announcement {
    /// To withdraw it by.
    pub id: AnnouncementId,
    /// What is announced.
    pub says: Announce,
}

/// Body of `POST announcements`, which answers with the [`Announcement`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Announce {
    /// What it is about.
    pub title: String,
    /// The rest; a line break begins a new line.
    #[serde(default)]
    pub text: String,
    /// When it ends; the signs go back by themselves, also with the agent off.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub until: Timestamp,
    /// Where it is shown.
    pub displays: Vec<DisplayId>,
}
