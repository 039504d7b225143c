//! What sign-ins and watch channels need of the relay.

use std::future::Future;

use jiff::Timestamp;
use relay_contract::rotate::KeyUse;

use crate::relay::{Acknowledgement, MintedState, Relay, RelayError, SealedAnswer};

/// The relay, as Google's side of the agent sees it; tests bring their own.
pub(crate) trait RelaySide: Send + Sync + 'static {
    /// Where Google returns the browser to; `None` until a relay is set up.
    fn redirect_uri(&self) -> Option<String>;

    /// A state for one sign-in that began at `origin`.
    fn mint_state(
        &self,
        origin: &str,
        flow_key: [u8; 32],
        expiry: Timestamp,
    ) -> Result<MintedState, RelayError>;

    /// The answer to a sign-in, asked for now.
    fn oauth_answer(
        &self,
        flow_id: &str,
    ) -> impl Future<Output = Result<Option<SealedAnswer>, RelayError>> + Send;

    /// Whether this copy of the agent may act; false while another has taken over.
    fn acts(&self) -> bool;

    /// Where Google posts changes to; `None` until a relay is set up.
    fn webhook_address(&self) -> Option<String>;

    /// What the relay knows Google's posts on a channel by, and the version of the keys that made it; `None` until a
    /// relay is set up.
    fn webhook_token(&self, channel_id: &str) -> Option<(String, u16)>;

    /// The version of the keys that tokens are made with today.
    fn key_version(&self) -> u16;

    /// Which versions the channels were made with that Google may still notify; the relay keeps old keys for these.
    fn tell_key_use(&self, used: KeyUse) -> impl Future<Output = ()> + Send;

    /// Whether announcements can come: the link stands.
    fn is_connected(&self) -> bool;

    /// The signals have been dealt with.
    fn acknowledge(
        &self,
        items: Vec<Acknowledgement>,
    ) -> impl Future<Output = Result<(), RelayError>> + Send;
}

impl RelaySide for Relay {
    fn redirect_uri(&self) -> Option<String> {
        Some(self.enrolment()?.redirect_uri())
    }

    fn mint_state(
        &self,
        origin: &str,
        flow_key: [u8; 32],
        expiry: Timestamp,
    ) -> Result<MintedState, RelayError> {
        self.mint_state(origin, flow_key, expiry)
    }

    async fn oauth_answer(&self, flow_id: &str) -> Result<Option<SealedAnswer>, RelayError> {
        self.oauth_answer(flow_id).await
    }

    fn acts(&self) -> bool {
        !self.status().passive()
    }

    fn webhook_address(&self) -> Option<String> {
        Some(self.enrolment()?.webhook_address())
    }

    fn webhook_token(&self, channel_id: &str) -> Option<(String, u16)> {
        self.webhook_token(channel_id)
    }

    fn is_connected(&self) -> bool {
        self.status().connected_since.is_some()
    }

    fn key_version(&self) -> u16 {
        self.enrolment()
            .map_or(0, |enrolment| enrolment.key_version())
    }

    async fn tell_key_use(&self, used: KeyUse) {
        self.tell_key_use(used).await;
    }

    async fn acknowledge(&self, items: Vec<Acknowledgement>) -> Result<(), RelayError> {
        self.acknowledge(items).await
    }
}
