//! Enrolment: an invite and a public key against an id, addresses and keys.
//!
//! The agent persists its key before the call and may repeat the call: the same invite with the same key gives the same
//! agent. The proof shows that the caller holds the private key, so that nobody enrols with a key seen elsewhere.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::encoding::{fixed, length_prefixed};
use crate::id::{AgentId, Instance};
use crate::key::AgentKeys;

const LABEL_PROOF: &[u8] = b"placard-enrol-1";

/// Body of `POST /enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// As the admin typed it.
    pub invite: String,
    /// Ed25519.
    #[serde(with = "fixed")]
    pub public_key: [u8; 32],
    /// The agent's incarnation; 1 unless it was restored.
    pub epoch: u64,
    /// The agent's running copy.
    pub instance: Instance,
    /// Signature over all of the above and the relay's host.
    #[serde(with = "fixed")]
    pub proof: [u8; 64],
}

impl EnrolRequest {
    /// A request with its proof; `relay_host` is the host name that the admin gave, without port.
    pub fn new(
        key: &SigningKey,
        relay_host: &str,
        invite: &str,
        epoch: u64,
        instance: Instance,
    ) -> Self {
        let mut request = Self {
            invite: invite.to_owned(),
            public_key: key.verifying_key().to_bytes(),
            epoch,
            instance,
            proof: [0; 64],
        };
        request.proof = key.sign(&request.signed(relay_host)).to_bytes();
        request
    }

    /// The public key, if the proof shows that the caller holds its private half.
    pub fn proven_key(&self, relay_host: &str) -> Option<VerifyingKey> {
        let key = VerifyingKey::from_bytes(&self.public_key).ok()?;
        let proof = Signature::from_bytes(&self.proof);
        key.verify_strict(&self.signed(relay_host), &proof).ok()?;
        Some(key)
    }

    fn signed(&self, relay_host: &str) -> Vec<u8> {
        length_prefixed(&[
            LABEL_PROOF,
            relay_host.as_bytes(),
            self.invite.as_bytes(),
            &self.public_key,
            &self.epoch.to_be_bytes(),
            self.instance.as_str().as_bytes(),
        ])
    }
}

/// Answer to [`EnrolRequest`]; all that an agent needs to know of its relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The agent's name from now on.
    pub agent: AgentId,
    /// Base of the agents' calls, such as `https://relay.example/agents/v1`.
    pub api_base: String,
    /// Where to open the WebSocket.
    pub ws_url: String,
    /// Base of what Google calls, such as `https://relay.example`.
    pub public_base: String,
    /// Whether the plain callback path belongs to this agent, too.
    pub host_owner: bool,
    /// What the agent makes its tokens and states with; to be kept sealed.
    pub keys: AgentKeys,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeyVersion, MasterKey, MasterKeys};

    fn request() -> EnrolRequest {
        let key = SigningKey::from_bytes(&[3; 32]);
        EnrolRequest::new(
            &key,
            "relay.localhost",
            "inv1.x",
            1,
            Instance::from_random([2; 16]),
        )
    }

    #[test]
    fn request_golden() {
        let json = serde_json::to_string(&request()).unwrap();
        assert_eq!(
            json,
            r#"{"invite":"inv1.x","public_key":"7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E","epoch":1,"instance":"02020202020202020202020202020202","proof":"sXe2ret3S0Pa9jfEKC3ZY9qZBbQwE4q_mSD-gjPyHb66l33Hfw_mwCcicUcIN_BucTWu0mB2cd9mLy83gCgbCA"}"#
        );
        assert_eq!(
            serde_json::from_str::<EnrolRequest>(&json).unwrap(),
            request()
        );
    }

    #[test]
    fn answer_golden() {
        let agent = AgentId::from_random([1; 10]);
        let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None);
        let answer = Enrolled {
            keys: masters.agent_keys(&agent),
            agent,
            api_base: "https://relay.localhost/agents/v1".into(),
            ws_url: "wss://relay.localhost/agents/v1/connect".into(),
            public_base: "https://relay.localhost".into(),
            host_owner: true,
        };
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            json,
            r#"{"agent":"040g2081040g2081","api_base":"https://relay.localhost/agents/v1","ws_url":"wss://relay.localhost/agents/v1/connect","public_base":"https://relay.localhost","host_owner":true,"keys":{"version":1,"webhook":"2QxzMgouIvNbNiNMyB3EHS87-ZMrUzz_yyTCLpcQORc","state":"Rg-iJEvrToM-slbXmzIovqMrfXeWZf8huxzhcCTIenA"}}"#
        );
        assert_eq!(serde_json::from_str::<Enrolled>(&json).unwrap(), answer);
    }

    #[test]
    fn a_proof_holds_for_one_request_to_one_relay() {
        assert!(request().proven_key("relay.localhost").is_some());
        assert!(request().proven_key("other.example").is_none());
        assert!(
            EnrolRequest {
                epoch: 2,
                ..request()
            }
            .proven_key("relay.localhost")
            .is_none()
        );
        assert!(
            EnrolRequest {
                invite: "inv1.y".into(),
                ..request()
            }
            .proven_key("relay.localhost")
            .is_none()
        );
        let stolen = SigningKey::from_bytes(&[4; 32]).verifying_key().to_bytes();
        assert!(
            EnrolRequest {
                public_key: stolen,
                ..request()
            }
            .proven_key("relay.localhost")
            .is_none()
        );
    }
}
