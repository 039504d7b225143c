//! New keys: an agent's own, and those that the relay derives for it.
//!
//! *The agent's own key.* It draws a new one, persists it, and announces it with [`RotateKey`] in a call signed by the old
//! one. From then on the relay takes both, until the new one is first used; then the old one is worth nothing. Killed at
//! any moment, the agent tries the new key first and the old one when that is refused.
//!
//! *The relay's master.* Every authenticated answer names the master in use ([`KEY_VERSION_HEADER`]). An agent whose keys
//! are older fetches its enrolment again, makes new channels with the new keys, and says with [`KeyUse`] which channels it
//! still has with the old ones. When no agent has any, the old master retires.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::encoding::{fixed, length_prefixed};
use crate::id::AgentId;
use crate::key::KeyVersion;

/// In every answer to a call of an enrolled agent: the version of the master in use, in digits.
pub const KEY_VERSION_HEADER: &str = "placard-key-version";

/// Two masters are in use at a time; an agent that missed a rotation may have a third.
pub const MAX_KEY_VERSIONS: usize = 8;

const LABEL_ROTATE: &[u8] = b"placard-rotate-1";

/// Body of `POST /key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotateKey {
    /// The new Ed25519 key.
    #[serde(with = "fixed")]
    pub public_key: [u8; 32],
    /// Signature by the new key over itself, the agent and the relay's host.
    #[serde(with = "fixed")]
    pub proof: [u8; 64],
}

impl RotateKey {
    /// Announces `key`, which is on disk already.
    pub fn new(key: &SigningKey, relay_host: &str, agent: &AgentId) -> Self {
        let public_key = key.verifying_key().to_bytes();
        let proof = key.sign(&signed(&public_key, relay_host, agent)).to_bytes();
        Self { public_key, proof }
    }

    /// The public key, if the proof shows that `agent` holds its private half.
    pub fn proven_key(&self, relay_host: &str, agent: &AgentId) -> Option<VerifyingKey> {
        let key = VerifyingKey::from_bytes(&self.public_key).ok()?;
        let proof = Signature::from_bytes(&self.proof);
        key.verify_strict(&signed(&self.public_key, relay_host, agent), &proof)
            .ok()?;
        Some(key)
    }
}

fn signed(public_key: &[u8; 32], relay_host: &str, agent: &AgentId) -> Vec<u8> {
    length_prefixed(&[
        LABEL_ROTATE,
        relay_host.as_bytes(),
        agent.as_str().as_bytes(),
        public_key,
    ])
}

/// How many channels an agent has that were made with one master.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsOfKey {
    /// The master's version, as it stands in the channels' tokens.
    pub version: KeyVersion,
    /// Channels that Google may still notify.
    pub count: u32,
}

/// Body of `PUT /key-use`: all versions that the agent has channels of; repeated when that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// At most [`MAX_KEY_VERSIONS`]; empty for an agent without channels.
    pub channels: Vec<ChannelsOfKey>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(seed: u8) -> AgentId {
        AgentId::from_random([seed; 10])
    }

    fn request() -> RotateKey {
        RotateKey::new(
            &SigningKey::from_bytes(&[4; 32]),
            "relay.localhost",
            &agent(1),
        )
    }

    #[test]
    fn rotation_golden() {
        let json = serde_json::to_string(&request()).unwrap();
        assert_eq!(
            json,
            r#"{"public_key":"ypOsFwUYcHHWe4PH_w7-gQjo7EUwV113JoeTM9vavnw","proof":"TXWd5l0eyEmP-JLPr_tfAHdDG1u92NG0bV1iXyVXdRmS1f8Cfw28paVK_uerXQT1Vmy0smUN9KVSZyizGu5fAA"}"#
        );
        assert_eq!(serde_json::from_str::<RotateKey>(&json).unwrap(), request());
    }

    #[test]
    fn key_use_golden() {
        let channels = vec![
            ChannelsOfKey {
                version: KeyVersion(1),
                count: 12,
            },
            ChannelsOfKey {
                version: KeyVersion(2),
                count: 3,
            },
        ];
        let json = r#"{"channels":[{"version":1,"count":12},{"version":2,"count":3}]}"#;
        assert_eq!(serde_json::to_string(&KeyUse { channels }).unwrap(), json);
    }

    #[test]
    fn a_proof_holds_for_one_key_of_one_agent_at_one_relay() {
        assert!(request().proven_key("relay.localhost", &agent(1)).is_some());
        assert!(request().proven_key("other.example", &agent(1)).is_none());
        assert!(request().proven_key("relay.localhost", &agent(2)).is_none());
        let other = SigningKey::from_bytes(&[5; 32]).verifying_key().to_bytes();
        let stolen = RotateKey {
            public_key: other,
            ..request()
        };
        assert!(stolen.proven_key("relay.localhost", &agent(1)).is_none());
    }
}
