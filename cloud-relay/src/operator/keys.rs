//! How far a rotation of the master key is.

use std::fmt;

use relay_contract::id::AgentId;
use relay_contract::key::KeyVersion;
use serde::Serialize;

use crate::store::AgentSummary;

/// Which agents still need an older master than the one in use.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct KeyState {
    version: KeyVersion,
    /// Channels made with the master in use.
    channels: u64,
    /// Channels made with an older one.
    older_channels: u64,
    /// Whose they are.
    older: Vec<AgentId>,
    /// Agents that have never said which keys their channels have.
    silent: Vec<AgentId>,
}

impl KeyState {
    pub(super) fn of(agents: &[AgentSummary], version: KeyVersion) -> Self {
        let mut state = Self {
            version,
            channels: 0,
            older_channels: 0,
            older: Vec::new(),
            silent: Vec::new(),
        };
        for agent in agents {
            let Some(key_use) = &agent.key_use else {
                state.silent.push(agent.agent.clone());
                continue;
            };
            let (mut current, mut older) = (0, 0);
            for channels in &key_use.channels {
                if channels.version >= version {
                    current += u64::from(channels.count);
                } else {
                    older += u64::from(channels.count);
                }
            }
            state.channels += current;
            state.older_channels += older;
            if older > 0 {
                state.older.push(agent.agent.clone());
            }
        }
        state
    }

    pub(super) fn older_can_retire(&self) -> bool {
        self.older_channels == 0 && self.silent.is_empty()
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("plain data") + "\n"
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "master key in use: version {}", self.version)?;
        writeln!(f, "channels made with it: {}", self.channels)?;
        writeln!(
            f,
            "channels made with an older one: {}",
            self.older_channels
        )?;
        for agent in &self.older {
            writeln!(
                f,
                "  {agent} still has some; a channel lives a week at most"
            )?;
        }
        for agent in &self.silent {
            writeln!(
                f,
                "  {agent} has not said which it uses; bring it up to date, or `remove` it"
            )?;
        }
        if self.older_can_retire() && self.version > KeyVersion(1) {
            writeln!(f, "an older master key is not needed any more")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use relay_contract::rotate::{ChannelsOfKey, KeyUse};

    use super::*;
    use crate::store::Status;

    fn agent(seed: u8, channels: Option<&[(u16, u32)]>) -> AgentSummary {
        let of = |(version, count): &(u16, u32)| ChannelsOfKey {
            version: KeyVersion(*version),
            count: *count,
        };
        AgentSummary {
            agent: AgentId::from_random([seed; 10]),
            status: Status::Active,
            quota: None,
            epoch: 1,
            seen: None,
            connected: None,
            backlog: 0,
            oldest: None,
            webhooks: 0,
            key_use: channels.map(|channels| KeyUse {
                channels: channels.iter().map(of).collect(),
            }),
        }
    }

    #[test]
    fn an_old_key_retires_when_no_channel_uses_it_and_nobody_is_silent() {
        let all = [
            agent(1, Some(&[(1, 3), (2, 4)])),
            agent(2, Some(&[(2, 5)])),
            agent(3, None),
        ];
        let state = KeyState::of(&all, KeyVersion(2));
        assert_eq!((state.channels, state.older_channels), (9, 3));
        assert_eq!(state.older, [AgentId::from_random([1; 10])]);
        assert_eq!(state.silent, [AgentId::from_random([3; 10])]);
        assert!(!state.older_can_retire());
        assert!(!KeyState::of(&all[..1], KeyVersion(2)).older_can_retire());
        assert!(!KeyState::of(&all[2..], KeyVersion(2)).older_can_retire());
        let moved = [agent(1, Some(&[])), agent(2, Some(&[(2, 5)]))];
        assert!(KeyState::of(&moved, KeyVersion(2)).older_can_retire());
    }
}
