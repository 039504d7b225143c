//! Layouts: what signs look like. Page `/m/layouts`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, LayoutId, RoomId};

/// The largest document that is taken, in bytes. SyncSign's own templates have a few kilobytes.
pub const MAX_DOCUMENT_BYTES: usize = 512 * 1024;

/// Answer of `GET layouts`: those that came with the agent first, then the building's own by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Layouts {
    /// Every layout.
    pub layouts: Vec<LayoutSummary>,
}

/// One layout, without its document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LayoutSummary {
    /// What displays call it.
    pub layout: LayoutRef,
    /// Its name for people.
    pub name: String,
    /// What it is for, in a sentence; empty for the building's own.
    pub about: String,
    /// When it was last saved; absent for one that came with the agent.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub saved_at: Option<Timestamp>,
    /// The displays that show it.
    pub displays: Vec<DisplayId>,
}

/// Answer of `GET layouts/{id}`; its `ETag` is what `If-Match` of a `PUT` or `DELETE` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LayoutDocument {
    /// What displays call it.
    pub layout: LayoutRef,
    /// Its name for people.
    pub name: String,
    /// The document as it was saved, character for character.
    pub document: String,
    /// What in it is not drawn, or not as it says.
    pub warnings: Vec<LayoutWarning>,
    /// Changes with every save; also in the `ETag`.
    pub version: u64,
}

/// Body of `POST layouts`, which imports, and of `PUT layouts/{id}`. Both answer with the [`LayoutDocument`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveLayout {
    /// Its name for people.
    pub name: String,
    /// `SyncSign`'s JSON in any of its shapes, with or without our extensions.
    pub document: String,
}

/// Something in a document that is ignored or bent so that the rest can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LayoutWarning {
    /// Where, such as `layout[0].items[3].data.font`.
    pub path: String,
    /// What about it.
    pub what: String,
}

/// Body of `POST layouts/preview`; the answer is a PNG, pixel for pixel what a panel would show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Preview {
    /// What to draw.
    pub what: Drawn,
    /// On which panel, such as `800x480-bwr`.
    pub panel: String,
    /// How the panel hangs: 0, 90, 180 or 270 degrees, clockwise.
    #[serde(default)]
    pub rotation: u16,
    /// What the sign has to say.
    pub state: PreviewState,
    /// Language and clock as in a display's settings; absent is the room's, else English.
    #[serde(default)]
    pub locale: Option<String>,
}

/// What a preview draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Drawn {
    /// A document that is being edited.
    Document(String),
    /// A layout that is there.
    Layout(LayoutRef),
}

/// The state that a preview is drawn with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PreviewState {
    /// What a room looks like now.
    Room(RoomId),
    /// A made-up one.
    Sample(Sample),
}

/// Made-up states that show what a layout does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// A meeting is on, others follow.
    Busy,
    /// Nobody is in until later.
    Free,
    /// A meeting whose title is private.
    Private,
    /// A title of several lines, many people, the battery low.
    Crowded,
    /// Nothing is known.
    NoInformation,
    /// The room must not be used.
    OutOfOrder,
    /// An announcement.
    Announcement,
    /// Several rooms.
    Directory,
}

impl Sample {
    /// Every sample.
    pub const ALL: &[Self] = &[
        Self::Busy,
        Self::Free,
        Self::Private,
        Self::Crowded,
        Self::NoInformation,
        Self::OutOfOrder,
        Self::Announcement,
        Self::Directory,
    ];
}

/// Body of `POST layouts/check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CheckLayout {
    /// The document that is being edited.
    pub document: String,
}

/// Answer of `POST layouts/check`. A text that is no layout at all is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LayoutChecked {
    /// What in it is not drawn, or not as it says.
    pub warnings: Vec<LayoutWarning>,
}

/// The layout that a display shows: one that came with the agent, by its word, or one of the building's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub enum LayoutRef {
    /// Came with the agent: lower-case words and hyphens.
    Shipped(String),
    /// The building's own.
    Own(LayoutId),
}

/// A text that names no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALayout;

impl std::fmt::Display for NotALayout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "not a layout: write lay_ and a ULID, or the word of one that came with the agent",
        )
    }
}

impl std::error::Error for NotALayout {}

impl TryFrom<String> for LayoutRef {
    type Error = NotALayout;

    fn try_from(text: String) -> Result<Self, NotALayout> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Own(id));
        }
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match (1..=40).contains(&text.len()) && text.chars().all(word) {
            true => Ok(Self::Shipped(text)),
            false => Err(NotALayout),
        }
    }
}

impl std::str::FromStr for LayoutRef {
    type Err = NotALayout;

    fn from_str(text: &str) -> Result<Self, NotALayout> {
        text.to_owned().try_into()
    }
}

impl From<LayoutRef> for String {
    fn from(layout: LayoutRef) -> Self {
        match layout {
            LayoutRef::Shipped(word) => word,
            LayoutRef::Own(id) => id.into(),
        }
    }
}

impl LayoutRef {
    /// As it stands in addresses and documents.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Shipped(word) => word,
            Self::Own(id) => id.as_str(),
        }
    }
}
