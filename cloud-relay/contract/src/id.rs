//! Names of agents, of their portal origins, and of their incarnations.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Crockford's base 32 in lower case: no i, l, o, u.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const AGENT_ID_LENGTH: usize = 16;

/// A text that is not a name of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct NotAName {
    /// The expected shape in words.
    pub expected: &'static str,
}

/// An agent: 16 lowercase Crockford characters, drawn by the relay independently of the agent's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgentId(String);

impl AgentId {
    /// Makes an id of 80 random bits.
    pub fn from_random(bits: [u8; 10]) -> Self {
        let mut wide = [0; 16];
        wide[6..].copy_from_slice(&bits);
        let mut rest = u128::from_be_bytes(wide);
        let mut text = [b'0'; AGENT_ID_LENGTH];
        for place in text.iter_mut().rev() {
            *place = CROCKFORD[(rest & 31) as usize];
            rest >>= 5;
        }
        Self(text.iter().map(|b| char::from(*b)).collect())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AgentId {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        let right = text.len() == AGENT_ID_LENGTH && text.bytes().all(|b| CROCKFORD.contains(&b));
        if right {
            Ok(Self(text))
        } else {
            Err(NotAName {
                expected: "an agent id (16 lowercase Crockford characters)",
            })
        }
    }
}

impl FromStr for AgentId {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<AgentId> for String {
    fn from(id: AgentId) -> Self {
        id.0
    }
}

/// One portal origin of an agent. Numbers are never reused, so that an old state cannot lead to a new address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OriginId(pub u32);

impl fmt::Display for OriginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One running copy of an agent: 128 random bits kept outside its database and backups, as 32 hex digits.
///
/// Two copies of one agent (a machine and its clone) have the same key and epoch and differ in this.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instance(String);

impl Instance {
    /// Makes one of 128 random bits.
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bits)))
    }

    /// The instance as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Instance {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        let right =
            text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if right {
            Ok(Self(text))
        } else {
            Err(NotAName {
                expected: "an instance (32 lowercase hex digits)",
            })
        }
    }
}

impl FromStr for Instance {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Instance> for String {
    fn from(instance: Instance) -> Self {
        instance.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn agent_id_golden() {
        assert_eq!(AgentId::from_random([0; 10]).as_str(), "0000000000000000");
        assert_eq!(
            AgentId::from_random([0xff; 10]).as_str(),
            "zzzzzzzzzzzzzzzz"
        );
        let id = AgentId::from_random([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(id.as_str(), "041061050r3gg28a");
    }

    proptest! {
        #[test]
        fn every_drawn_id_parses(bits: [u8; 10], more: [u8; 16]) {
            let id = AgentId::from_random(bits);
            prop_assert_eq!(id.as_str().parse::<AgentId>().unwrap(), id);
            let instance = Instance::from_random(more);
            prop_assert_eq!(instance.as_str().parse::<Instance>().unwrap(), instance);
        }

        #[test]
        fn any_text_is_an_id_or_refused(text in "[0-9a-zA-Z/.]{15,17}") {
            if let Ok(id) = text.parse::<AgentId>() {
                prop_assert_eq!(id.as_str(), text.as_str());
                prop_assert!(text.bytes().all(|b| CROCKFORD.contains(&b)));
            }
        }
    }
}
