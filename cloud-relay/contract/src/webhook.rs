//! The token that Google sends back with every notification of a channel.
//!
//! `1.{key version}.{MAC of the channel id}`: the relay tells a real notification from a forged one without having
//! been told of the channel, and without asking its store.

use crate::encoding::{array_from_base64url, canonical_number, to_base64url};
use crate::id::AgentId;
use crate::key::{AgentKeys, KeyVersion, LABEL_WEBHOOK, MasterKeys};

/// Google's limit for a channel id.
pub const MAX_CHANNEL_ID: usize = 64;
/// Google's limit for a token; ours are about 50 characters.
pub const MAX_TOKEN: usize = 256;

/// The token for a new channel of the agent that holds `keys`.
pub fn mint(keys: &AgentKeys, channel: &str) -> String {
    let mac = keys.webhook.mac(LABEL_WEBHOOK, &[channel.as_bytes()]);
    format!("1.{}.{}", keys.version, to_base64url(&mac))
}

/// Whether `token` was minted by `agent` for `channel` under a master that is still accepted.
pub fn verify(masters: &MasterKeys, agent: &AgentId, channel: &str, token: &str) -> bool {
    let Some((version, mac)) = parse(token) else {
        return false;
    };
    let Some(master) = masters.of(version) else {
        return false;
    };
    master
        .derive(LABEL_WEBHOOK, &[agent.as_str().as_bytes()])
        .verifies(LABEL_WEBHOOK, &[channel.as_bytes()], &mac)
}

fn parse(token: &str) -> Option<(KeyVersion, [u8; 32])> {
    let (version, mac) = token.strip_prefix("1.")?.split_once('.')?;
    Some((
        KeyVersion(canonical_number(version)?),
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

    #[test]
    fn token_golden() {
        let agent = AgentId::from_random([1; 10]);
        let token = mint(&masters().agent_keys(&agent), "channel-1");
        assert_eq!(token, "1.1.FWG-CygqgEmQz9OLqvwfkGx7l9F1wVClffznidIXhAs");
        assert!(verify(&masters(), &agent, "channel-1", &token));
    }

    #[test]
    fn a_token_holds_for_one_channel_of_one_agent_under_one_master() {
        let (a, b) = (AgentId::from_random([1; 10]), AgentId::from_random([2; 10]));
        let token = mint(&masters().agent_keys(&a), "channel-1");
        assert!(!verify(&masters(), &a, "channel-2", &token));
        assert!(!verify(&masters(), &b, "channel-1", &token));
        let other = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([8; 32]), None);
        assert!(!verify(&other, &a, "channel-1", &token));
    }

    #[test]
    fn an_old_token_holds_while_the_old_master_is_kept() {
        let agent = AgentId::from_random([1; 10]);
        let token = mint(&masters().agent_keys(&agent), "c");
        let new = MasterKey::from_bytes([9; 32]);
        let old = MasterKey::from_bytes([7; 32]);
        let rotating = MasterKeys::new(KeyVersion(2), new.clone(), Some(old));
        assert!(verify(&rotating, &agent, "c", &token));
        assert!(!verify(
            &MasterKeys::new(KeyVersion(2), new, None),
            &agent,
            "c",
            &token
        ));
    }

    proptest! {
        #[test]
        fn no_random_text_is_a_token(token in "(1\\.1\\.)?[A-Za-z0-9_.-]{0,60}") {
            prop_assert!(!verify(&masters(), &AgentId::from_random([1; 10]), "channel-1", &token));
        }

        #[test]
        fn one_changed_character_breaks_a_token(at in 0usize..48, by in 1u8..60) {
            let agent = AgentId::from_random([1; 10]);
            let mut token = mint(&masters().agent_keys(&agent), "channel-1").into_bytes();
            let at = at % token.len();
            token[at] = b'0' + (token[at] - b'-' + by) % 70;
            let changed = String::from_utf8(token).unwrap();
            prop_assume!(changed != mint(&masters().agent_keys(&agent), "channel-1"));
            prop_assert!(!verify(&masters(), &agent, "channel-1", &changed));
        }
    }
}
