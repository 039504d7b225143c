//! The relay's master key and what is derived from it.
//!
//! Every MAC key is HKDF-SHA256 of the master with a label of its own and length-prefixed fields, so that no key serves
//! two purposes and no agent's key says anything about another's. Agents hold only their own two keys.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::encoding::{array_from_base64url, fixed, length_prefixed};
use crate::id::AgentId;

/// Which master key a token was made with; rises by one with each rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyVersion(pub u16);

impl fmt::Display for KeyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key for HMAC-SHA256; never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MacKey(#[serde(with = "fixed")] [u8; 32]);

impl MacKey {
    /// A key from its bytes, as read from a store.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept sealed.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The MAC of a label and fields, each preceded by its length.
    pub(crate) fn mac(&self, label: &str, fields: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&length_prefixed(&[label.as_bytes()]));
        mac.update(&length_prefixed(fields));
        mac.finalize().into_bytes().into()
    }

    /// Whether `tag` is that MAC; takes the same time either way.
    pub(crate) fn verifies(&self, label: &str, fields: &[&[u8]], tag: &[u8]) -> bool {
        self.mac(label, fields).ct_eq(tag).into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(..)")
    }
}

/// The two keys of one agent, as it receives them at enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentKeys {
    /// The master they come from; stands in every token.
    pub version: KeyVersion,
    /// Makes webhook tokens, see [`crate::webhook`].
    pub webhook: MacKey,
    /// Makes OAuth states, see [`crate::state`].
    pub state: MacKey,
}

/// A text that is not a master key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes, as 64 hex digits or as base64")]
pub struct NotAMasterKey;

/// 32 random bytes that only the relay has; never printed.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A master key of 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Derives the key for a purpose (and, by `fields`, for an agent).
    pub(crate) fn derive(&self, label: &str, fields: &[&[u8]]) -> MacKey {
        let mut info = length_prefixed(&[label.as_bytes()]);
        info.extend(length_prefixed(fields));
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(&info, &mut key)
            .expect("32 bytes are within HKDF's limit");
        MacKey(key)
    }
}

impl FromStr for MasterKey {
    type Err = NotAMasterKey;

    fn from_str(text: &str) -> Result<Self, NotAMasterKey> {
        let text = text.trim();
        let bytes = if text.len() == 64 {
            hex(text)
        } else {
            array_from_base64url(text.trim_end_matches('='))
                .or_else(|| STANDARD.decode(text).ok()?.try_into().ok())
        };
        bytes.map(Self).ok_or(NotAMasterKey)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// The master key in use and, while a rotation is under way, the one before it.
#[derive(Clone, Debug)]
pub struct MasterKeys {
    current: (KeyVersion, MasterKey),
    previous: Option<MasterKey>,
}

impl MasterKeys {
    /// `previous` has the version just below `version`.
    pub fn new(version: KeyVersion, current: MasterKey, previous: Option<MasterKey>) -> Self {
        Self {
            current: (version, current),
            previous,
        }
    }

    /// The version that new tokens are made with.
    pub fn version(&self) -> KeyVersion {
        self.current.0
    }

    /// The version that is still accepted beside it.
    pub fn previous_version(&self) -> Option<KeyVersion> {
        self.previous.as_ref()?;
        self.current.0.0.checked_sub(1).map(KeyVersion)
    }

    /// The keys that an agent makes its tokens with.
    pub fn agent_keys(&self, agent: &AgentId) -> AgentKeys {
        let (version, master) = &self.current;
        AgentKeys {
            version: *version,
            webhook: master.derive(LABEL_WEBHOOK, &[agent.as_str().as_bytes()]),
            state: master.derive(LABEL_STATE, &[agent.as_str().as_bytes()]),
        }
    }

    pub(crate) fn current(&self) -> &MasterKey {
        &self.current.1
    }

    /// The master of a version that is still accepted.
    pub(crate) fn of(&self, version: KeyVersion) -> Option<&MasterKey> {
        let (current, master) = &self.current;
        if version == *current {
            Some(master)
        } else if version.0.checked_add(1) == Some(current.0) {
            self.previous.as_ref()
        } else {
            None
        }
    }
}

pub(crate) const LABEL_FORMER: &str = "placard-former-1";
pub(crate) const LABEL_INVITE: &str = "placard-invite-1";
pub(crate) const LABEL_STATE: &str = "placard-state-1";
pub(crate) const LABEL_WEBHOOK: &str = "placard-webhook-1";

fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |b: u8| char::from(b).to_digit(16);
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::to_base64url;

    #[test]
    fn a_master_key_is_read_from_hex_and_from_both_alphabets_of_base64() {
        let hex: MasterKey = "fb".repeat(32).parse().unwrap();
        let standard: MasterKey = STANDARD.encode([0xfb; 32]).parse().unwrap();
        let url: MasterKey = to_base64url(&[0xfb; 32]).parse().unwrap();
        assert!(hex.0 == standard.0 && standard.0 == url.0 && url.0 == [0xfb; 32]);
        for wrong in [
            "",
            "abc",
            &"zz".repeat(32),
            &"ab".repeat(31),
            &"é".repeat(32),
        ] {
            assert!(wrong.parse::<MasterKey>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn keys_differ_by_purpose_agent_and_master() {
        let masters =
            |byte| MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([byte; 32]), None);
        let (a, b) = (AgentId::from_random([1; 10]), AgentId::from_random([2; 10]));
        let keys = masters(1).agent_keys(&a);
        assert!(keys.webhook != keys.state);
        assert!(keys.webhook != masters(1).agent_keys(&b).webhook);
        assert!(keys.webhook != masters(2).agent_keys(&a).webhook);
        assert_eq!(keys, masters(1).agent_keys(&a));
    }

    #[test]
    fn only_the_current_and_the_previous_master_are_accepted() {
        let key = |byte| MasterKey::from_bytes([byte; 32]);
        let masters = MasterKeys::new(KeyVersion(3), key(3), Some(key(2)));
        assert!(masters.of(KeyVersion(3)).is_some() && masters.of(KeyVersion(2)).is_some());
        assert!(masters.of(KeyVersion(1)).is_none() && masters.of(KeyVersion(4)).is_none());
    }

    #[test]
    fn secrets_are_not_printed() {
        let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None);
        let printed = format!(
            "{masters:?} {:?}",
            masters.agent_keys(&AgentId::from_random([1; 10]))
        );
        assert_eq!(
            printed,
            "MasterKeys { current: (KeyVersion(1), MasterKey(..)), previous: None } \
             AgentKeys { version: KeyVersion(1), webhook: MacKey(..), state: MacKey(..) }"
        );
    }
}
