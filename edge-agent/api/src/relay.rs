//! The relay this agent is enrolled at. Page `/settings/relay`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET relay` and of `POST relay/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Relay {
    /// Where the agent is enrolled; absent until it is.
    pub enrolment: Option<Enrolment>,
    /// Since when the link stands; absent while it does not.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub connected_since: Option<Timestamp>,
    /// Why the link does not stand, in words.
    pub problem: Option<String>,
    /// What to do about that.
    pub action: Option<String>,
    /// Why the relay does not take this agent, if it answers and does not.
    pub barred: Option<Barred>,
}

/// Why a relay that answers does not take this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Barred {
    /// Another copy of this agent has taken over; this one is passive.
    OtherCopy,
    /// The relay does not know this agent, or not any more: enrol again with a new invite.
    Forgotten,
    /// The relay's operator has suspended it.
    Suspended,
    /// A reason of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}

/// Body of `POST relay/leave`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Leave {
    /// Forget the relay even if it cannot be told now.
    #[serde(default)]
    pub unheard: bool,
}

/// Answer of `GET relay/site-verification` and of `PUT`: how Google sees whose the relay's domain is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Site {
    /// Files at the root of the relay's domain.
    pub files: Vec<SiteFile>,
    /// The `content` of meta tags on the relay's home page.
    pub tags: Vec<String>,
}

/// One file that Google looks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SiteFile {
    /// Such as `google0123456789abcdef.html`.
    pub name: String,
    /// Where it can be seen.
    pub url: String,
    /// What stands in it, to the byte.
    pub content: String,
}

/// Body of `PUT relay/site-verification`: all that shall be shown; what is left out is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveSite {
    /// Each as Google gives it: a file's name, its content, a whole meta tag, or the tag's content.
    pub entries: Vec<String>,
}

/// What the relay gave this agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Enrolment {
    /// The agent's id at the relay, 16 characters.
    pub agent_id: String,
    /// The relay's public address.
    pub public_base: String,
    /// Where Google sends the browser.
    pub redirect_uri: String,
    /// Where Google posts notifications.
    pub webhook_address: String,
    /// Whether this agent speaks for the relay's whole domain.
    pub host_owner: bool,
}

/// Body of `POST relay/enrol`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Enrol {
    /// The relay's https address.
    pub relay_url: String,
    /// The one-time invite that the relay's operator made.
    pub invite: String,
}

impl fmt::Debug for Enrol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrol")
            .field("relay_url", &self.relay_url)
            .finish_non_exhaustive()
    }
}
