//! Which copy of the agent this is, against the copy whose plans a hub has: go on, take a new epoch, or give way.
//!
//! A machine that was restored from a backup has an instance of its own and raises the epoch when it starts. The old
//! machine, started too, finds at the first hub that somebody else goes on where it left off, and gives way: no two
//! copies fight over a sign. A copy may once claim a place from another one, as long as it has not served a hub: a
//! backup can be older than an epoch that was taken since.

use hub_link::wire::{Generation, Hello, Incarnation};

use crate::store::AgentCopy;

/// What to do about a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It has plans of this copy, or older ones.
    GoOn,
    /// It has newer plans: this store has lost what it had made. Every plan gets this epoch.
    TakeEpoch(u64),
    /// The same, but they are another copy's, and this one has not served anybody yet.
    Claim(u64),
    /// Another copy serves this hub.
    GiveWay,
}

/// Compares a hub's Hello with this copy and the newest generation that it has made.
pub(super) fn judge(own: &AgentCopy, newest: Generation, hello: &Hello) -> Verdict {
    let highest = hello.highest.unwrap_or_default();
    let seen = hello.seen.clone().unwrap_or_default();
    let next = highest.epoch.max(seen.epoch).saturating_add(1);
    let of_another = is_known(&seen) && seen.instance != own.instance;
    if of_another && seen.epoch >= newest.epoch {
        return if own.may_claim {
            Verdict::Claim(next)
        } else {
            Verdict::GiveWay
        };
    }
    if highest > newest || !of_another && seen.epoch > newest.epoch {
        return Verdict::TakeEpoch(next);
    }
    Verdict::GoOn
}

/// Hubs of the first release do not know of copies.
fn is_known(seen: &Incarnation) -> bool {
    !seen.instance.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &[u8] = b"ours";

    fn copy(may_claim: bool) -> AgentCopy {
        AgentCopy {
            instance: OURS.to_vec(),
            may_claim,
            passive_since: None,
        }
    }

    fn generation(epoch: u64, counter: u64) -> Generation {
        Generation { epoch, counter }
    }

    fn hello(highest: Generation, seen: Option<(u64, &[u8])>) -> Hello {
        Hello {
            highest: Some(highest),
            seen: seen.map(|(epoch, instance)| Incarnation {
                epoch,
                instance: instance.to_vec().into(),
            }),
            ..Hello::default()
        }
    }

    #[test]
    fn a_hub_with_our_own_plans_changes_nothing() {
        let own = copy(false);
        let hub = hello(generation(1, 5), Some((1, OURS)));
        assert_eq!(judge(&own, generation(1, 5), &hub), Verdict::GoOn);
        assert_eq!(judge(&own, generation(1, 9), &hub), Verdict::GoOn);
        assert_eq!(judge(&own, generation(2, 0), &hub), Verdict::GoOn);
        assert_eq!(
            judge(&own, generation(1, 0), &Hello::default()),
            Verdict::GoOn,
            "a new hub"
        );
    }

    #[test]
    fn an_agent_that_lost_what_it_had_made_takes_a_new_epoch() {
        let own = copy(false);
        let hub = hello(generation(1, 5), Some((1, OURS)));
        assert_eq!(judge(&own, generation(1, 4), &hub), Verdict::TakeEpoch(2));
        let first_release = hello(generation(3, 1000), None);
        assert_eq!(
            judge(&own, generation(1, 4), &first_release),
            Verdict::TakeEpoch(4)
        );
    }

    #[test]
    fn the_old_machine_gives_way_and_the_restored_one_does_not() {
        let of_restored = hello(generation(2, 1), Some((2, b"restored")));
        assert_eq!(
            judge(&copy(false), generation(1, 500), &of_restored),
            Verdict::GiveWay
        );
        assert_eq!(
            judge(&copy(false), generation(2, 500), &of_restored),
            Verdict::GiveWay,
            "of two with one epoch, the one that did not serve"
        );
        let of_old = hello(generation(1, 500), Some((1, b"old")));
        assert_eq!(judge(&copy(true), generation(2, 0), &of_old), Verdict::GoOn);
        let of_old = hello(generation(2, 500), Some((2, b"old")));
        assert_eq!(
            judge(&copy(true), generation(2, 0), &of_old),
            Verdict::Claim(3),
            "the backup was older than the old machine's second epoch"
        );
    }
}
