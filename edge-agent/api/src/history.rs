//! What a display showed. Page `/m/displays/ID`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::DisplayId;

/// For how many days the history is kept unless somebody sets otherwise.
pub const DEFAULT_DAYS: u16 = 7;

/// The most days that it is kept: titles of meetings are in it.
pub const MAX_DAYS: u16 = 90;

/// How many entries `GET displays/{id}/history` gives at once.
pub const PAGE: usize = 100;

/// Answer of `GET displays/{id}/history`, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct History {
    /// The agent's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// For how many days it is kept.
    pub days: u16,
    /// Up to [`PAGE`] entries.
    pub entries: Vec<HistoryEntry>,
    /// What to ask for the next page with, as `?before=`; absent on the last page.
    pub next: Option<u64>,
}

/// One thing that the glass showed, until the entry after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HistoryEntry {
    /// From when, by the hub's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub at: Timestamp,
    /// Hash of the frame, without the mark.
    pub hash: String,
    /// The instant that the stale mark named; absent when the glass had none.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub marked_since: Option<Timestamp>,
    /// Where its picture is, without the mark; absent for a picture of the hub's own.
    pub picture: Option<String>,
}

/// Answer of `GET history`, and body of the `PUT` that sets it. What is older than the new days is gone at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HistoryDays {
    /// From 0, which keeps nothing, to [`MAX_DAYS`].
    pub days: u16,
}

/// Where the picture of an entry is.
pub fn picture(display: &DisplayId, hash: &str) -> String {
    crate::route::HISTORY_PICTURE
        .replace("{id}", display.as_str())
        .replace("{hash}", hash)
}
