//! Enrolment: an invite and a public key against an id, addresses and keys.
//!
//! The agent persists its key before the call and may repeat the call: the same invite with the same key gives the same
//! agent. The proof shows that the caller holds the private key, so that nobody enrols with a key seen elsewhere.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::encoding::{fixed, length_prefixed};
use crate::id::{AgentId, Instance};
use crate::key::{AgentKeys, KeyVersion, LABEL_FORMER, LABEL_WEBHOOK, MasterKeys};

const LABEL_PROOF: &[u8] = b"placard-enrol-1";

/// Shows that the caller was this agent before, to a relay that has lost its table.
///
/// The keys of an agent follow from the master and its id, so the relay needs no memory to check them. With its old id
/// the agent keeps its redirect URI at Google and its watch channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The id it had.
    pub agent: AgentId,
    /// The master its keys come from.
    pub version: KeyVersion,
    /// MAC of the new public key with the old webhook key.
    #[serde(with = "fixed")]
    pub proof: [u8; 32],
}

impl Former {
    fn new(agent: &AgentId, keys: &AgentKeys, public_key: &[u8; 32]) -> Self {
        let fields: [&[u8]; 2] = [agent.as_str().as_bytes(), public_key];
        Self {
            agent: agent.clone(),
            version: keys.version,
            proof: keys.webhook.mac(LABEL_FORMER, &fields),
        }
    }

    /// The id, if the caller's keys are those that this relay gave to it.
    fn proven(&self, masters: &MasterKeys, public_key: &[u8; 32]) -> Option<&AgentId> {
        let id = self.agent.as_str().as_bytes();
        let key = masters.of(self.version)?.derive(LABEL_WEBHOOK, &[id]);
        key.verifies(LABEL_FORMER, &[id, public_key], &self.proof)
            .then_some(&self.agent)
    }
}

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
    /// Who the agent was at this relay before, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<Former>,
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
            former: None,
            proof: [0; 64],
        };
        request.proof = key.sign(&request.signed(relay_host)).to_bytes();
        request
    }

    /// The same from an agent that was at this relay before, with the keys it had.
    #[must_use]
    pub fn with_former(
        mut self,
        key: &SigningKey,
        relay_host: &str,
        agent: &AgentId,
        keys: &AgentKeys,
    ) -> Self {
        self.former = Some(Former::new(agent, keys, &self.public_key));
        self.proof = key.sign(&self.signed(relay_host)).to_bytes();
        self
    }

    /// The id that the caller had, if it can show that.
    pub fn proven_former(&self, masters: &MasterKeys) -> Option<&AgentId> {
        self.former.as_ref()?.proven(masters, &self.public_key)
    }

    /// The public key, if the proof shows that the caller holds its private half.
    pub fn proven_key(&self, relay_host: &str) -> Option<VerifyingKey> {
        let key = VerifyingKey::from_bytes(&self.public_key).ok()?;
        let proof = Signature::from_bytes(&self.proof);
        key.verify_strict(&self.signed(relay_host), &proof).ok()?;
        Some(key)
    }

    fn signed(&self, relay_host: &str) -> Vec<u8> {
        let epoch = self.epoch.to_be_bytes();
        let mut fields = vec![
            LABEL_PROOF,
            relay_host.as_bytes(),
            self.invite.as_bytes(),
            &self.public_key,
            &epoch,
            self.instance.as_str().as_bytes(),
        ];
        // Left away by agents that do not know of it, and then not signed either.
        if let Some(former) = &self.former {
            fields.extend([former.agent.as_str().as_bytes(), &former.proof]);
        }
        length_prefixed(&fields)
    }
}

/// Answer to [`EnrolRequest`] and to `GET /enrolment`; all that an agent needs to know of its relay.
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

    fn again() -> (MasterKeys, AgentId, EnrolRequest) {
        let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None);
        let agent = AgentId::from_random([1; 10]);
        let key = SigningKey::from_bytes(&[3; 32]);
        let request =
            request().with_former(&key, "relay.localhost", &agent, &masters.agent_keys(&agent));
        (masters, agent, request)
    }

    #[test]
    fn request_of_a_former_agent_golden() {
        let (_, _, request) = again();
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(
            json,
            r#"{"invite":"inv1.x","public_key":"7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E","epoch":1,"instance":"02020202020202020202020202020202","former":{"agent":"040g2081040g2081","version":1,"proof":"XFEm7K8nO9xbY0SGUwdoWR3GZ6F6HVcyo-ycghVWSjs"},"proof":"lsnmCFUd04_J6FWgHG9-NnQttMWNaTE9qyIgJ-JK7ENS8uEwQ0jGxz9EA17cMlblhqaLTP7yOVZzaXu6l24CDg"}"#
        );
        assert_eq!(
            serde_json::from_str::<EnrolRequest>(&json).unwrap(),
            request
        );
    }

    #[test]
    fn only_who_was_an_agent_gets_its_id_again() {
        let (masters, agent, request) = again();
        assert!(request.proven_key("relay.localhost").is_some());
        assert_eq!(request.proven_former(&masters), Some(&agent));
        let foreign = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([8; 32]), None);
        assert_eq!(request.proven_former(&foreign), None);
        let mut other = request.clone();
        other.former.as_mut().unwrap().agent = AgentId::from_random([2; 10]);
        assert_eq!(other.proven_former(&masters), None);
        assert!(other.proven_key("relay.localhost").is_none());
        let stripped = EnrolRequest {
            former: None,
            ..request
        };
        assert!(stripped.proven_key("relay.localhost").is_none());
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
