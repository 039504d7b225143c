//! The live stream, `GET events`: server-sent events that say what to look at again.
//!
//! Each event's name is [`Event::name`], its data the JSON of the [`Event`]. An event carries no state: whoever hears
//! one asks the route that has it, so a missed event is repaired by the next. The stream begins with `everything`, and
//! so does whatever follows after events were lost. Each event has an id: who comes back with the last one in the header
//! `Last-Event-ID`, as browsers do by themselves, hears what was missed instead, if the agent still knows it.

use serde::{Deserialize, Serialize};

use crate::id::{DisplayId, RoomId};

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Anything may have changed: look at everything. First on each connection that does not go on with another.
    Everything,
    /// A display shows something else, was linked, unlinked or failed.
    Sign {
        /// Which.
        display: DisplayId,
    },
    /// A room's events changed, or it was found unchanged and is right as of now.
    Room {
        /// Which.
        room: RoomId,
    },
    /// A hub was paired, connected or went away.
    Hubs,
    /// The Google app or an account changed.
    Integration,
    /// The link to the relay came up, went down or was set up.
    Relay,
    /// A layout was saved or deleted.
    Layouts,
    /// A change reached the glass of a display and has a receipt.
    Receipt {
        /// Which.
        display: DisplayId,
    },
}

impl Event {
    /// Every name, to subscribe to.
    pub const NAMES: &[&str] = &[
        "everything",
        "sign",
        "room",
        "hubs",
        "integration",
        "relay",
        "layouts",
        "receipt",
    ];

    /// The event's name on the stream.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Sign { .. } => "sign",
            Self::Room { .. } => "room",
            Self::Hubs => "hubs",
            Self::Integration => "integration",
            Self::Relay => "relay",
            Self::Layouts => "layouts",
            Self::Receipt { .. } => "receipt",
        }
    }
}
