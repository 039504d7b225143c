//! The wall of signs: every display and what its glass shows. Page `/m`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, HubId, RoomId};

/// Answer of `GET signs`, ordered by room name, displays without a room last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Signs {
    /// The agent's clock, so that ages do not depend on the browser's.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// Every display of every paired hub.
    pub signs: Vec<Sign>,
}

/// One display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Sign {
    /// The display.
    pub display: DisplayId,
    /// Its name on its hub, such as `north-1`.
    pub key: String,
    /// The hub that drives it.
    pub hub: HubId,
    /// That hub's name.
    pub hub_name: String,
    /// Its panel in pixels, such as `800x480`.
    pub panel: String,
    /// The room it is linked to.
    pub room: Option<SignRoom>,
    /// What the glass shows, as the hub last reported it.
    pub shown: Option<Shown>,
    /// Where to load that picture from (PNG, one pixel per panel pixel); the address changes with the picture. Absent
    /// while nothing is known of the glass.
    pub glass_url: Option<String>,
    /// What is wrong, in words; absent when all is well.
    pub problem: Option<SignProblem>,
    /// From Google's notice to the glass, for the last change that was traced, in milliseconds.
    pub last_latency_ms: Option<u64>,
}

/// The room on a sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignRoom {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
}

/// What a glass shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Shown {
    /// Hash of the unmarked frame, 64 hex digits.
    pub hash: String,
    /// When the panel had finished showing it (the hub's clock).
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub at: Timestamp,
    /// Since when the glass carries the stale mark; absent when it carries none.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub marked_since: Option<Timestamp>,
}

/// What is wrong with one sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignProblem {
    /// Stable word for programs.
    pub code: SignProblemCode,
    /// What is wrong, such as "The hub North has been away since 10:42."
    pub what: String,
    /// What that means for whoever stands before the door.
    pub consequence: String,
}

/// The kinds of [`SignProblem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignProblemCode {
    /// No room is linked to this display.
    NotLinked,
    /// The hub is not connected.
    HubOffline,
    /// The hub said that the panel failed.
    DisplayFailed,
    /// The room's calendar has not been read for too long.
    RoomStale,
    /// The glass carries the stale mark.
    Marked,
    /// A kind of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}

/// Body of `PUT displays/{id}/link`: shows `room` on the display from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Link {
    /// The room.
    pub room: RoomId,
}
