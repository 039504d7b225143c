//! Who may write: what this process remembers of agents between two webhooks.
//!
//! An agent's standing comes with the read that every webhook makes and holds for a minute: of a suspended or removed
//! agent, only the first webhook after that is written, the rest cost nothing. The quota is a token bucket for each agent,
//! counted by each process for itself. Both are lost with the process, which only makes it generous.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use relay_contract::id::AgentId;

use crate::bucket::Bucket;

/// How long a suspension may go unnoticed.
const STANDING_HOLDS: SignedDuration = SignedDuration::from_secs(60);
/// Counts go to the store so often: a rate is for the operator's eyes.
const COUNTED_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Beyond so many agents, what is not remembered for a reason is forgotten.
const MAX_AGENTS: usize = 50_000;

/// How an agent stands with the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Served, with its own quota of webhooks a minute if it has one.
    Served(Option<u32>),
    /// Suspended, or not enrolled at all.
    Refused,
}

/// Whether a webhook may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Admitted,
    /// Answered as if there were no such agent.
    Refused,
    /// Answered 503: Google comes again.
    OverQuota,
}

#[derive(Debug)]
struct Entry {
    standing: Standing,
    holds_until: Timestamp,
    bucket: Bucket,
    counted: u32,
    counting_since: Timestamp,
}

/// The memory of one process.
#[derive(Debug)]
pub(crate) struct Gate {
    per_minute: u32,
    entries: Mutex<HashMap<AgentId, Entry>>,
}

impl Gate {
    /// `per_minute` webhooks of an agent without a quota of its own.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            entries: Mutex::default(),
        }
    }

    /// Whether a genuine webhook for `agent` may be written; takes one from its bucket.
    pub(crate) fn admit(&self, agent: &AgentId, now: Timestamp) -> Admission {
        let mut entries = self.lock();
        if entries.len() >= MAX_AGENTS && !entries.contains_key(agent) {
            entries.retain(|_, entry| {
                entry.counted > 0 || entry.holds_until > now || !entry.bucket.is_full(now)
            });
        }
        let entry = entries.entry(agent.clone()).or_insert_with(|| Entry {
            standing: Standing::Served(None),
            holds_until: now,
            bucket: Bucket::full(now),
            counted: 0,
            counting_since: now,
        });
        let quota = match entry.standing {
            Standing::Refused if now < entry.holds_until => return Admission::Refused,
            Standing::Served(Some(quota)) => quota,
            _ => self.per_minute,
        };
        if entry.bucket.take(quota, now) {
            Admission::Admitted
        } else {
            Admission::OverQuota
        }
    }

    /// Remembers what the store says of an agent.
    pub(crate) fn learn(&self, agent: &AgentId, standing: Standing, now: Timestamp) {
        if let Some(entry) = self.lock().get_mut(agent) {
            entry.standing = standing;
            entry.holds_until = now.saturating_add(STANDING_HOLDS).unwrap_or(now);
        }
    }

    /// Counts a webhook that was written; from time to time gives how many are to be added to the store.
    pub(crate) fn count(&self, agent: &AgentId, now: Timestamp) -> Option<u32> {
        let mut entries = self.lock();
        let entry = entries.get_mut(agent)?;
        if entry.counted == 0 {
            entry.counting_since = now;
        }
        entry.counted = entry.counted.saturating_add(1);
        if now.duration_since(entry.counting_since) < COUNTED_EVERY {
            return None;
        }
        Some(std::mem::take(&mut entry.counted))
    }

    /// A panic elsewhere leaves these plain values whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<AgentId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    fn agent(seed: u8) -> AgentId {
        AgentId::from_random([seed; 10])
    }

    fn admitted(gate: &Gate, seed: u8, from: i64, count: i64) -> usize {
        (0..count)
            .filter(|n| gate.admit(&agent(seed), at(from + n)) == Admission::Admitted)
            .count()
    }

    #[test]
    fn a_bucket_holds_a_minutes_worth_and_fills_again() {
        let gate = Gate::new(60);
        assert_eq!(admitted(&gate, 1, 0, 100), 60);
        assert_eq!(admitted(&gate, 1, 10_000, 100), 10);
        assert_eq!(
            admitted(&gate, 2, 10_000, 100),
            60,
            "each agent has its own"
        );
        assert_eq!(admitted(&gate, 1, 200_000, 100), 60);
    }

    #[test]
    fn an_agents_own_quota_comes_with_what_the_store_says() {
        let gate = Gate::new(60);
        assert_eq!(gate.admit(&agent(1), at(0)), Admission::Admitted);
        gate.learn(&agent(1), Standing::Served(Some(600)), at(0));
        assert!(admitted(&gate, 1, 1, 590) > 580);
        gate.learn(&agent(1), Standing::Served(Some(0)), at(1000));
        assert_eq!(gate.admit(&agent(1), at(900_000)), Admission::OverQuota);
    }

    #[test]
    fn of_a_suspended_agent_one_webhook_a_minute_is_written() {
        let gate = Gate::new(600);
        assert_eq!(gate.admit(&agent(1), at(0)), Admission::Admitted);
        gate.learn(&agent(1), Standing::Refused, at(0));
        assert_eq!(admitted(&gate, 1, 1, 50_000), 0);
        assert_eq!(gate.admit(&agent(1), at(60_000)), Admission::Admitted);
        gate.learn(&agent(1), Standing::Served(None), at(60_000));
        assert_eq!(gate.admit(&agent(1), at(60_001)), Admission::Admitted);
    }

    #[test]
    fn counts_are_given_out_once() {
        let gate = Gate::new(600);
        let minute = 60_000;
        let mut total = 0;
        for n in 0..25 {
            gate.admit(&agent(1), at(n * minute));
            total += gate.count(&agent(1), at(n * minute)).unwrap_or(0);
        }
        assert_eq!(
            total, 22,
            "11 each 10 minutes, twice; the rest is still counted"
        );
    }
}
