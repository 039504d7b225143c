//! What a sign-in keeps to itself until Google has answered.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use google_calendar::oauth::Begin;
use serde::{Deserialize, Serialize};

use crate::store::{Store, StoreError};

#[derive(Serialize, Deserialize)]
pub(super) struct FlowSecrets {
    /// PKCE.
    pub(super) verifier: String,
    /// Comes back inside the `id_token`.
    pub(super) nonce: String,
    /// Opens what the relay sealed.
    pub(super) flow_secret: [u8; 32],
    pub(super) state: String,
    pub(super) redirect_uri: String,
    /// The app may be changed while somebody is at Google's pages.
    pub(super) client_id: String,
    /// The organisation's list of rooms was asked for, too.
    #[serde(default)]
    pub(super) with_rooms: bool,
}

impl FlowSecrets {
    pub(super) fn begin(&self) -> Begin<'_> {
        Begin {
            redirect_uri: &self.redirect_uri,
            state: &self.state,
            nonce: &self.nonce,
            verifier: &self.verifier,
            with_rooms: self.with_rooms,
        }
    }

    pub(super) fn seal(&self, store: &Store, flow_id: &str) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(self).map_err(|e| StoreError::corrupt("sign-in", e))?;
        Ok(store.seal(&aad(flow_id), &plain))
    }

    pub(super) fn open(store: &Store, flow_id: &str, sealed: &[u8]) -> Result<Self, StoreError> {
        let plain = store.unseal(&aad(flow_id), sealed)?;
        serde_json::from_slice(&plain).map_err(|e| StoreError::corrupt("sign-in", e))
    }
}

fn aad(flow_id: &str) -> String {
    format!("google-flow-1/{flow_id}")
}

/// 256 bits that nobody can guess, as text.
pub(super) fn random_text() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}
