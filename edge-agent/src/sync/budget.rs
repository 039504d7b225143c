//! How many requests Google takes. Pure: clock and dice are arguments.
//!
//! Google counts the Calendar API's requests over a sliding minute, per account and per project, and answers 403 or 429
//! beyond. What is counted here is what was sent, so that it does not come to that; where it does all the same (another
//! program uses the same project, a limit was lowered), everybody who shares the limit waits, not only the room that
//! met it. A part of every limit is kept for announced changes: five hundred rooms that are listed in rounds must not
//! make a meeting that has just moved wait.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::backoff;

/// What limits are counted over.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// After so long without luck a limit is asked about once a minute.
const LONGEST_HOLD: SignedDuration = SignedDuration::from_secs(64);

/// Requests in a sliding minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// Of one account.
    pub(super) account: usize,
    /// Of all accounts together.
    pub(super) project: usize,
}

impl Limits {
    /// A tenth below Google's 600 and 10,000: clocks and counts differ, and sign-ins and admins ask as well.
    pub(super) const GOOGLE: Self = Self {
        account: 540,
        project: 9_000,
    };

    /// What may be used up by requests of that kind and of those that can wait longer.
    fn of(self, share: Share) -> Self {
        let (parts, of) = match share {
            Share::Announced => return self,
            Share::Routine => (3, 4),
            Share::Background => (1, 3),
        };
        Self {
            account: self.account * parts / of,
            project: self.project * parts / of,
        }
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Google has announced a change, and somebody may stand at the door.
    Announced,
    /// Rooms that are new, and rounds.
    Routine,
    /// Channels: with many rooms at once, what is on the signs comes first.
    Background,
}

/// Whom Google means by a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limited {
    /// The account that asked.
    Account,
    /// Everybody.
    Project,
}

impl Limited {
    /// Reads Google's reason. One that says neither is taken to mean the account, which is the lower limit.
    pub(super) fn by(reason: &str) -> Self {
        match reason {
            "quotaExceeded" | "dailyLimitExceeded" => Self::Project,
            _ => Self::Account,
        }
    }
}

/// What was sent in the last minute, and who has to wait.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    project: Gate,
    accounts: HashMap<String, Gate>,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Limits::GOOGLE)
    }
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            project: Gate::default(),
            accounts: HashMap::new(),
        }
    }

    /// Counts a request of `account` that is to be sent now; false, and not counted, when it has to wait.
    pub(super) fn take(&mut self, account: &str, share: Share, now: Timestamp) -> bool {
        if self.free_at(account, share, now) > now {
            return false;
        }
        self.charge(account, 1, now);
        true
    }

    /// Counts requests that were sent in any case, such as the further pages of a list.
    pub(super) fn charge(&mut self, account: &str, requests: u32, now: Timestamp) {
        for _ in 0..requests {
            self.project.sent(now);
            self.gate(account).sent(now);
        }
    }

    /// When `take` will be true, as far as is known; not after `now` when it is.
    pub(super) fn free_at(&self, account: &str, share: Share, now: Timestamp) -> Timestamp {
        let limits = self.limits.of(share);
        let project = self.project.free_at(limits.project, now);
        let account = self.accounts.get(account);
        account.map_or(project, |gate| {
            gate.free_at(limits.account, now).max(project)
        })
    }

    /// Google has refused a request of `account` for its number. Answers until when nobody concerned asks.
    pub(super) fn refused(
        &mut self,
        account: &str,
        limited: Limited,
        retry_after: Option<Duration>,
        now: Timestamp,
        dice: u64,
    ) -> Timestamp {
        match limited {
            Limited::Account => self.gate(account),
            Limited::Project => &mut self.project,
        }
        .hold(retry_after, now, dice)
    }

    /// Google has answered a request of `account`.
    pub(super) fn answered(&mut self, account: &str, now: Timestamp) {
        self.project.answered(now);
        self.gate(account).answered(now);
    }

    fn gate(&mut self, account: &str) -> &mut Gate {
        self.accounts.entry(account.to_owned()).or_default()
    }
}

/// One limit.
#[derive(Debug, Default)]
struct Gate {
    /// When what was sent in the last minute was sent; oldest first.
    sent: VecDeque<Timestamp>,
    held_until: Option<Timestamp>,
    /// Refusals in a row.
    refusals: u32,
}

impl Gate {
    fn sent(&mut self, now: Timestamp) {
        // A clock that was set back must not make minutes of hours.
        if self.sent.back().is_some_and(|last| *last > now) {
            self.sent.iter_mut().for_each(|at| *at = (*at).min(now));
        }
        while self
            .sent
            .front()
            .is_some_and(|first| now.duration_since(*first) >= MINUTE)
        {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }

    fn free_at(&self, limit: usize, now: Timestamp) -> Timestamp {
        let full = self.sent.len().checked_sub(limit.max(1));
        let counted = full
            .and_then(|over| self.sent.get(over))
            .map(|at| after((*at).min(now), MINUTE));
        counted.max(self.held_until).unwrap_or(now)
    }

    fn hold(&mut self, retry_after: Option<Duration>, now: Timestamp, dice: u64) -> Timestamp {
        // Requests that were under way together are refused together: that is one refusal.
        if self.held_until.is_none_or(|until| until <= now) {
            self.refusals = self.refusals.saturating_add(1);
        }
        let until = after(
            now,
            backoff::wait(self.refusals, LONGEST_HOLD, retry_after, dice),
        );
        let until = self.held_until.map_or(until, |before| before.max(until));
        self.held_until = Some(until);
        until
    }

    fn answered(&mut self, now: Timestamp) {
        // One that was sent before the refusal says nothing about after it.
        if self.held_until.is_none_or(|until| until <= now) {
            self.held_until = None;
            self.refusals = 0;
        }
    }
}

fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: Limits = Limits {
        account: 8,
        project: 12,
    };

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_435_200_000 + milliseconds).unwrap()
    }

    #[test]
    fn a_part_of_the_limit_is_kept_for_announced_changes() {
        let mut budget = Budget::new(SMALL);
        let taken = (0..20)
            .filter(|_| budget.take("a", Share::Routine, at(0)))
            .count();
        assert_eq!(taken, 6);
        assert!(!budget.take("a", Share::Background, at(0)));
        assert!(budget.take("a", Share::Announced, at(1)));
        assert!(budget.take("a", Share::Announced, at(1)));
        assert!(
            !budget.take("a", Share::Announced, at(1)),
            "eight in a minute"
        );
        assert!(budget.take("b", Share::Announced, at(1)), "another account");
        assert_eq!(budget.free_at("a", Share::Announced, at(2)), at(60_000));
        assert!(!budget.take("a", Share::Announced, at(59_999)));
        assert!(budget.take("a", Share::Announced, at(60_000)));
    }

    #[test]
    fn all_accounts_share_the_projects_limit() {
        let mut budget = Budget::new(SMALL);
        let mut taken = 0;
        for account in ["a", "b", "c", "d"] {
            taken += (0..8)
                .filter(|_| budget.take(account, Share::Announced, at(0)))
                .count();
        }
        assert_eq!(taken, SMALL.project);
    }

    #[test]
    fn who_is_refused_waits_as_long_as_google_says_and_longer_each_time() {
        let mut budget = Budget::new(SMALL);
        let asked = Some(Duration::from_secs(30));
        let until = budget.refused("a", Limited::Account, asked, at(0), 0);
        assert_eq!(until, at(30_000));
        assert!(!budget.take("a", Share::Announced, at(29_999)));
        assert!(
            budget.take("b", Share::Announced, at(0)),
            "another account is not concerned"
        );
        assert!(budget.take("a", Share::Announced, at(30_000)));
        let most = u64::MAX - u64::MAX % 4001;
        let second = budget.refused("a", Limited::Account, None, at(30_000), most - 1);
        assert_eq!(
            second,
            at(30_000 + 500 + 4000),
            "up to four seconds after the second"
        );
        budget.answered("a", second);
        let again = budget.refused("a", Limited::Account, None, second, 2000);
        assert_eq!(
            again,
            second + SignedDuration::from_millis(2500),
            "and from the beginning"
        );
    }

    #[test]
    fn a_daily_limit_concerns_everybody() {
        let mut budget = Budget::new(SMALL);
        budget.refused("a", Limited::by("dailyLimitExceeded"), None, at(0), 0);
        assert!(!budget.take("b", Share::Announced, at(499)));
        assert!(budget.take("b", Share::Announced, at(500)));
        assert_eq!(Limited::by("userRateLimitExceeded"), Limited::Account);
    }

    #[test]
    fn refusals_of_requests_that_were_under_way_together_are_one() {
        let (mut one, mut many) = (Budget::new(SMALL), Budget::new(SMALL));
        one.refused("a", Limited::Account, None, at(0), 1);
        for _ in 0..8 {
            many.refused("a", Limited::Account, None, at(0), 1);
        }
        many.answered("a", at(1));
        let (one, many) = (
            one.refused("a", Limited::Account, None, at(5000), 1),
            many.refused("a", Limited::Account, None, at(5000), 1),
        );
        assert_eq!(one, many);
    }

    #[test]
    fn a_clock_that_is_set_back_by_hours_costs_a_minute_at_most() {
        let mut budget = Budget::new(SMALL);
        while budget.take("a", Share::Announced, at(7_200_000)) {}
        assert_eq!(budget.free_at("a", Share::Announced, at(0)), at(60_000));
        budget.charge("a", 1, at(0));
        assert!(budget.free_at("a", Share::Announced, at(1)) <= at(60_001));
    }

    proptest! {
        #[test]
        fn no_minute_holds_more_than_the_limits(steps in proptest::collection::vec((0usize..3, 0usize..3, 0i64..9_000), 1..400)) {
            let accounts = ["a", "b", "c"];
            let mut budget = Budget::new(SMALL);
            let mut sent: Vec<(usize, i64)> = Vec::new();
            let mut now = 0;
            for (account, share, passes) in steps {
                now += passes;
                let share = [Share::Announced, Share::Routine, Share::Background][share];
                let free = budget.free_at(accounts[account], share, at(now));
                let taken = budget.take(accounts[account], share, at(now));
                prop_assert_eq!(taken, free <= at(now));
                if taken {
                    sent.push((account, now));
                }
                let lately = |of: Option<usize>| sent.iter().filter(|(a, t)| of.is_none_or(|of| of == *a) && now - t < 60_000).count();
                prop_assert!(lately(None) <= SMALL.project);
                prop_assert!(lately(Some(account)) <= SMALL.account);
                if !taken {
                    prop_assert!(budget.take(accounts[account], share, free), "free when it said it would be");
                    sent.push((account, free.duration_since(at(0)).as_millis() as i64));
                    now = free.duration_since(at(0)).as_millis() as i64;
                }
            }
        }
    }
}
