//! Who this agent is at its relay, and what it can make by itself: addresses, webhook tokens, states.

use std::fmt;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use relay_contract::enrol::Enrolled;
use relay_contract::id::AgentId;
use relay_contract::key::AgentKeys;
use relay_contract::origin::RegisteredOrigin;
use relay_contract::state::{NewState, flow_id};
use relay_contract::{route, webhook};
use url::Url;

use crate::store::EnrolmentRecord;

use super::instance::random;

/// An enrolment in use; its secrets are not printed.
pub(crate) struct Enrolment {
    enrolled: Enrolled,
    key: SigningKey,
    next_key: Option<SigningKey>,
    epoch: u64,
    relay_host: String,
}

/// A state together with the name of its flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MintedState {
    /// For Google.
    pub(crate) state: String,
    /// Comes back in the browser's address.
    pub(crate) flow_id: String,
}

/// An address of the relay that the agent will not use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address of a relay; it begins with https:// and names a host")]
pub(crate) struct NotARelayAddress(pub(crate) String);

impl Enrolment {
    /// Takes a record into use.
    pub(crate) fn new(record: &EnrolmentRecord) -> Result<Self, NotARelayAddress> {
        let enrolled = record.enrolled.clone();
        check_address(&enrolled.api_base, "https", "http")?;
        check_address(&enrolled.ws_url, "wss", "ws")?;
        let relay_host = check_address(&enrolled.public_base, "https", "http")?;
        Ok(Self {
            enrolled,
            key: SigningKey::from_bytes(&record.key),
            next_key: record.next_key.as_ref().map(SigningKey::from_bytes),
            epoch: record.epoch,
            relay_host,
        })
    }

    /// The agent's name at the relay.
    pub(crate) fn agent_id(&self) -> &AgentId {
        &self.enrolled.agent
    }

    /// Base of the calls to the relay.
    pub(crate) fn api_base(&self) -> &str {
        &self.enrolled.api_base
    }

    /// Where the WebSocket is opened.
    pub(crate) fn ws_url(&self) -> &str {
        &self.enrolled.ws_url
    }

    /// Base of what Google calls.
    pub(crate) fn public_base(&self) -> &str {
        &self.enrolled.public_base
    }

    /// The version of the keys that tokens and states are made with.
    pub(crate) fn key_version(&self) -> u16 {
        self.enrolled.keys.version.0
    }

    /// Whether this agent speaks for the relay's domain.
    pub(crate) fn host_owner(&self) -> bool {
        self.enrolled.host_owner
    }

    /// To be registered at Google as authorised redirect URI, word by word.
    pub(crate) fn redirect_uri(&self) -> String {
        route::oauth_callback(self.public_base(), self.agent_id())
    }

    /// The address of every watch channel of this agent.
    pub(crate) fn webhook_address(&self) -> String {
        route::calendar_webhook(self.public_base(), self.agent_id())
    }

    /// The token of a watch channel.
    pub(crate) fn webhook_token(&self, channel_id: &str) -> String {
        webhook::mint(&self.enrolled.keys, channel_id)
    }

    pub(super) fn mint_state(
        &self,
        origin: &RegisteredOrigin,
        flow_key: [u8; 32],
        expiry: Timestamp,
    ) -> MintedState {
        let random = random();
        let new = NewState {
            agent: self.agent_id(),
            origin: origin.id,
            expiry,
            random,
            flow_key,
        };
        MintedState {
            state: new.mint(&self.enrolled.keys),
            flow_id: flow_id(&random),
        }
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The same, signing with the key that is to take the place of this one; `None` while none does.
    pub(super) fn with_next_key(&self) -> Option<Self> {
        Some(Self {
            enrolled: self.enrolled.clone(),
            key: self.next_key.clone()?,
            next_key: None,
            epoch: self.epoch,
            relay_host: self.relay_host.clone(),
        })
    }

    /// What tokens and states are made with.
    pub(super) fn keys(&self) -> &AgentKeys {
        &self.enrolled.keys
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Host name of the relay, which every signed call names.
    pub(super) fn relay_host(&self) -> &str {
        &self.relay_host
    }
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment")
            .field("agent", &self.enrolled.agent.as_str())
            .field("public_base", &self.enrolled.public_base)
            .finish_non_exhaustive()
    }
}

/// Reads the address of a relay as an admin types it; gives it without trailing slash, and its host.
pub(super) fn relay_address(text: &str) -> Result<(String, String), NotARelayAddress> {
    let text = text.trim();
    let text = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let host = check_address(&text, "https", "http")?;
    let url = Url::parse(&text).map_err(|_| NotARelayAddress(text.clone()))?;
    // Parsed, a lone slash is no path; more than one is.
    if url.path() == "/" && url.query().is_none() && url.fragment().is_none() {
        Ok((url.origin().ascii_serialization(), host))
    } else {
        Err(NotARelayAddress(text))
    }
}

/// Checks the scheme (unencrypted only on this machine) and gives the host.
fn check_address(text: &str, encrypted: &str, plain: &str) -> Result<String, NotARelayAddress> {
    let refuse = || NotARelayAddress(text.to_owned());
    let url = Url::parse(text).map_err(|_| refuse())?;
    let host = url
        .host_str()
        .filter(|h| !h.is_empty())
        .ok_or_else(refuse)?;
    let on_this_machine = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let right = url.scheme() == encrypted || (url.scheme() == plain && on_this_machine);
    if right && url.username().is_empty() && url.password().is_none() {
        Ok(host.to_owned())
    } else {
        Err(refuse())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_admin_may_type_the_host_alone_or_a_slash_too_many() {
        for typed in [
            "relay.example",
            "https://relay.example",
            " https://relay.example/ ",
            "https://RELAY.example",
        ] {
            let found = relay_address(typed).unwrap();
            assert_eq!(
                found,
                (
                    "https://relay.example".to_owned(),
                    "relay.example".to_owned()
                ),
                "{typed}"
            );
        }
        let local = relay_address("http://127.0.0.1:8080").unwrap();
        assert_eq!(
            local,
            ("http://127.0.0.1:8080".to_owned(), "127.0.0.1".to_owned())
        );
    }

    #[test]
    fn unencrypted_and_other_addresses_are_refused() {
        for typed in [
            "http://relay.example",
            "ftp://relay.example",
            "https://",
            "",
            "https://u:p@relay.example",
            "https://relay.example/x",
            "https://relay.example?x",
        ] {
            assert!(relay_address(typed).is_err(), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(typed in "(https?://)?\\PC{0,40}") {
            if let Ok((base, host)) = relay_address(&typed) {
                prop_assert!(base.starts_with("http") && !host.is_empty() && !base.ends_with('/'));
            }
        }
    }
}
