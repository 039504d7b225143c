//! The relay this agent is enrolled at. Page `/settings/relay`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET relay` and of `POST relay/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// Where the agent is enrolled; absent until it is.
    pub enrolment: Option<Enrolment>,
    /// Since when the link stands; absent while it does not.
    pub connected_since: Option<Timestamp>,
    /// Why the link does not stand, in words.
    pub problem: Option<String>,
}

/// What the relay gave this agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
