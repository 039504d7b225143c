//! The trace of each change from Google's notice to the glass.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, RoomId};

/// How many receipts `GET receipts` gives when not asked for fewer or more with `?limit=`.
pub const DEFAULT_LIMIT: usize = 100;

/// The most receipts that `GET receipts?limit=` gives.
pub const MAX_LIMIT: usize = 2000;

/// Answer of `GET receipts`, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Receipts {
    /// The last changes that reached a glass.
    pub receipts: Vec<Receipt>,
}

/// One change on one glass. Every time is that hop's own clock, to the microsecond where the hop tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// The display.
    pub display: DisplayId,
    /// The room.
    pub room: RoomId,
    /// Hash of the unmarked frame.
    pub hash: String,
    /// The relay took Google's notification; absent when a timer found the change.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub webhook_at: Option<Timestamp>,
    /// The agent heard of it.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub hint_at: Option<Timestamp>,
    /// The new events were committed.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub listed_at: Option<Timestamp>,
    /// The frame was rendered.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub rendered_at: Option<Timestamp>,
    /// The hub had it on disk.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub stored_at: Option<Timestamp>,
    /// The panel showed it.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub displayed_at: Timestamp,
}

impl Receipt {
    /// From the first hop that is known to the glass, in milliseconds; never below zero, though clocks differ.
    pub fn latency_ms(&self) -> Option<u64> {
        let first = self.webhook_at.or(self.hint_at).or(self.listed_at)?;
        let span = self.displayed_at.as_millisecond() - first.as_millisecond();
        Some(u64::try_from(span).unwrap_or(0))
    }
}
