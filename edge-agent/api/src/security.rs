//! The portal's own certificate, addresses and sessions. Page `/settings/security`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET security`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// The agent's clock.
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// What the browser is shown.
    pub certificate: Certificate,
    /// Every https origin this portal answers on, such as `https://placard.example.com:8443`.
    pub origins: Vec<String>,
    /// Every live session, the newest first.
    pub sessions: Vec<SessionInfo>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whether the agent made it itself; browsers warn about those.
    pub self_signed: bool,
    /// The names and addresses it is valid for.
    pub names: Vec<String>,
    /// From when.
    #[serde(with = "crate::instant")]
    pub not_before: Timestamp,
    /// Until when.
    #[serde(with = "crate::instant")]
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, as browsers show it: pairs of capital hex digits with colons between.
    pub fingerprint: String,
}

/// One live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// When it began.
    #[serde(with = "crate::instant")]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[serde(with = "crate::instant")]
    pub last_seen: Timestamp,
    /// Where the sign-in came from.
    pub address: String,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub this: bool,
}
