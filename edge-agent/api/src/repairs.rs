//! What needs a hand. The badge on every page; a repair goes away by itself when its cause does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET repairs`, the gravest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Repairs {
    /// Empty when all is well.
    pub repairs: Vec<Repair>,
}

/// One thing that needs a hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Repair {
    /// Stable word for programs.
    pub code: RepairCode,
    /// What is wrong.
    pub what: String,
    /// What that means for the signs.
    pub consequence: String,
    /// What to do.
    pub action: String,
    /// The portal's page where that is done, such as `/settings/relay`.
    pub page: String,
    /// Since when, if that is known.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub since: Option<Timestamp>,
}

/// The kinds of [`Repair`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RepairCode {
    /// The link to the relay does not stand.
    RelayDown,
    /// Another copy of this agent has taken over; this one is passive.
    OtherCopy,
    /// The relay does not know this agent any more, or has suspended it.
    RelayBarred,
    /// This machine's clock differs from Google's or the relay's.
    ClockWrong,
    /// Google no longer accepts an account's grant.
    AccountReconnect,
    /// Google will end an account's grant by itself.
    AccountEnds,
    /// A hub is away.
    HubOffline,
    /// A hub tells of something that it cannot do.
    HubFailed,
    /// Two programs use one hub's key.
    HubCloned,
    /// Another copy of this agent serves the hubs.
    AgentPassive,
    /// A display's battery is nearly empty.
    BatteryLow,
    /// A display is hardly in reach of its hub.
    SignalWeak,
    /// A display reports a failure.
    DisplayFailed,
    /// A linked room has not been read for too long.
    RoomStale,
    /// Google does not announce a linked room's changes, or its announcements do not come.
    PushesMissing,
    /// Google sent events that cannot be; they were left out.
    EventsSkipped,
    /// The portal's certificate ends soon or has ended.
    CertificateExpiry,
    /// A kind of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}
