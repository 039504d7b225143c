//! The OAuth `state`: what brings Google's answer to the right agent, flow and browser address.
//!
//! `version.key-version.agent.origin-id.expiry.random.flow-key.mac`, made by the agent, checked by the relay without its
//! store. The MAC is over the text before it. The flow key is the X25519 public key that the answer is sealed to.

use jiff::Timestamp;

use crate::encoding::{array_from_base64url, canonical_number, to_base64url};
use crate::id::{AgentId, OriginId};
use crate::key::{AgentKeys, KeyVersion, LABEL_STATE, MasterKeys};

/// Longer texts are refused unread; ours are about 180 characters.
pub const MAX_STATE: usize = 512;

/// Why a state is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Not of this form at all.
    #[error("this is not a state that an agent made")]
    Malformed,
    /// The MAC is wrong, or its master has retired.
    #[error("the state was not made by an agent of this relay, or long ago")]
    Forged,
    /// Too late.
    #[error("the sign-in took longer than it may; start again from the portal")]
    Expired,
}

/// What goes into a new state.
#[derive(Clone, Debug)]
pub struct NewState<'a> {
    /// The agent that asks.
    pub agent: &'a AgentId,
    /// Where the browser shall return to.
    pub origin: OriginId,
    /// Until when the answer is taken; whole seconds count.
    pub expiry: Timestamp,
    /// Names the flow; 128 random bits.
    pub random: [u8; 16],
    /// The X25519 public key of this one flow.
    pub flow_key: [u8; 32],
}

impl NewState<'_> {
    /// The state as it goes to Google.
    pub fn mint(&self, keys: &AgentKeys) -> String {
        let signed = format!(
            "1.{}.{}.{}.{}.{}.{}",
            keys.version,
            self.agent,
            self.origin,
            self.expiry.as_second().max(0),
            to_base64url(&self.random),
            to_base64url(&self.flow_key),
        );
        let mac = keys.state.mac(LABEL_STATE, &[signed.as_bytes()]);
        format!("{signed}.{}", to_base64url(&mac))
    }
}

/// The id of the flow that a state with this random part belongs to.
pub fn flow_id(random: &[u8; 16]) -> String {
    to_base64url(random)
}

/// The flow that a state names; says nothing about who made it.
pub fn flow_of(state: &str) -> Option<&str> {
    state.split('.').nth(5)
}

/// A state that an agent of this relay made and that has not expired; only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthState {
    agent: AgentId,
    origin: OriginId,
    expiry: Timestamp,
    random: [u8; 16],
    flow_key: [u8; 32],
}

impl OAuthState {
    /// Whose flow it is.
    pub fn agent(&self) -> &AgentId {
        &self.agent
    }

    /// Where the browser came from.
    pub fn origin(&self) -> OriginId {
        self.origin
    }

    /// When it expires.
    pub fn expiry(&self) -> Timestamp {
        self.expiry
    }

    /// What the answer is sealed to.
    pub fn flow_key(&self) -> &[u8; 32] {
        &self.flow_key
    }

    /// Names the flow in the portal's address.
    pub fn flow_id(&self) -> String {
        flow_id(&self.random)
    }
}

/// Checks form, MAC and expiry.
///
/// # Errors
///
/// See [`StateError`]; the MAC is checked before the expiry, so that a stranger learns nothing.
pub fn verify(masters: &MasterKeys, text: &str, now: Timestamp) -> Result<OAuthState, StateError> {
    let (version, state, signed, mac) = parse(text).ok_or(StateError::Malformed)?;
    let master = masters.of(version).ok_or(StateError::Forged)?;
    let key = master.derive(LABEL_STATE, &[state.agent.as_str().as_bytes()]);
    if !key.verifies(LABEL_STATE, &[signed.as_bytes()], &mac) {
        return Err(StateError::Forged);
    }
    if state.expiry <= now {
        return Err(StateError::Expired);
    }
    Ok(state)
}

fn parse(text: &str) -> Option<(KeyVersion, OAuthState, &str, [u8; 32])> {
    if text.len() > MAX_STATE {
        return None;
    }
    let (signed, mac) = text.rsplit_once('.')?;
    let fields: Vec<&str> = signed.split('.').collect();
    let ["1", version, agent, origin, expiry, random, flow_key] = fields[..] else {
        return None;
    };
    let state = OAuthState {
        agent: agent.parse().ok()?,
        origin: OriginId(canonical_number(origin)?),
        expiry: Timestamp::from_second(canonical_number(expiry)?).ok()?,
        random: array_from_base64url(random)?,
        flow_key: array_from_base64url(flow_key)?,
    };
    Some((
        KeyVersion(canonical_number(version)?),
        state,
        signed,
        array_from_base64url(mac)?,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::MasterKey;

    fn masters() -> MasterKeys {
        MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn minted(agent: &AgentId, expiry: Timestamp) -> String {
        let state = NewState {
            agent,
            origin: OriginId(3),
            expiry,
            random: [5; 16],
            flow_key: [6; 32],
        };
        state.mint(&masters().agent_keys(agent))
    }

    #[test]
    fn state_golden() {
        let text = minted(&AgentId::from_random([1; 10]), at(1_800_000_000));
        assert_eq!(
            text,
            "1.1.040g2081040g2081.3.1800000000.BQUFBQUFBQUFBQUFBQUFBQ.BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY.y1rKbkkzgPVW0-EQ_oZp1npMLByTA5yjFMDBQ2rhKMY"
        );
    }

    #[test]
    fn a_state_says_what_was_put_in_until_it_expires() {
        let agent = AgentId::from_random([1; 10]);
        let text = minted(&agent, at(1000));
        let state = verify(&masters(), &text, at(999)).unwrap();
        assert_eq!(
            (state.agent(), state.origin(), state.expiry()),
            (&agent, OriginId(3), at(1000))
        );
        assert_eq!(
            (state.flow_key(), state.flow_id()),
            (&[6; 32], flow_id(&[5; 16]))
        );
        assert_eq!(flow_of(&text), Some(state.flow_id().as_str()));
        assert_eq!(
            verify(&masters(), &text, at(1000)),
            Err(StateError::Expired)
        );
    }

    #[test]
    fn the_key_of_one_agent_makes_no_state_of_another() {
        let (a, b) = (AgentId::from_random([1; 10]), AgentId::from_random([2; 10]));
        let state = NewState {
            agent: &b,
            origin: OriginId(0),
            expiry: at(1000),
            random: [0; 16],
            flow_key: [0; 32],
        };
        let forged = state.mint(&masters().agent_keys(&a));
        assert_eq!(verify(&masters(), &forged, at(0)), Err(StateError::Forged));
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_a_panic(text in "(1\\.1\\.040g2081040g2081\\.)?[A-Za-z0-9_.-]{0,200}") {
            prop_assert!(verify(&masters(), &text, at(0)).is_err());
        }

        #[test]
        fn one_changed_byte_breaks_a_state(index: prop::sample::Index, byte in 32u8..127) {
            let good = minted(&AgentId::from_random([1; 10]), at(1000));
            let mut bytes = good.clone().into_bytes();
            let index = index.index(bytes.len());
            prop_assume!(bytes[index] != byte);
            bytes[index] = byte;
            prop_assert!(verify(&masters(), std::str::from_utf8(&bytes).unwrap(), at(0)).is_err());
        }

        #[test]
        fn what_is_minted_verifies(bits: [u8; 10], origin: u32, expiry in 1i64..4_000_000_000, random: [u8; 16], flow_key: [u8; 32]) {
            let agent = AgentId::from_random(bits);
            let new = NewState { agent: &agent, origin: OriginId(origin), expiry: at(expiry), random, flow_key };
            let state = verify(&masters(), &new.mint(&masters().agent_keys(&agent)), at(0)).unwrap();
            prop_assert_eq!((state.agent(), state.origin(), state.expiry()), (&agent, OriginId(origin), at(expiry)));
        }
    }
}
