//! Google's quotas: requests in a sliding minute, per account and per project.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// What Google counts over.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Requests to the Calendar API in any minute; Google's own numbers unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Of one account.
    pub per_user: usize,
    /// Of all accounts.
    pub per_project: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_user: 600,
            per_project: 10_000,
        }
    }
}

/// What was asked in the last minute.
#[derive(Debug, Default)]
pub(crate) struct Quota(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    limits: Limits,
    project: VecDeque<Timestamp>,
    users: HashMap<String, VecDeque<Timestamp>>,
    /// The most that one account ever had in a minute, and how many were refused.
    most: usize,
    refused: u64,
}

impl Quota {
    /// Other limits from now on.
    pub(crate) fn set(&self, limits: Limits) {
        self.lock().limits = limits;
    }

    /// For tests: the limits, the most that an account has asked in a minute, how many requests were refused.
    pub(crate) fn show(&self) -> serde_json::Value {
        let counts = self.lock();
        serde_json::json!({"limits": counts.limits, "most_in_a_minute": counts.most, "refused": counts.refused})
    }

    /// Counts a request of `account`. One that is refused counts, too.
    ///
    /// # Errors
    ///
    /// 403 `userRateLimitExceeded`, or `rateLimitExceeded` for the project's limit.
    pub(crate) fn take(&self, account: &str, now: Timestamp) -> Result<(), ApiError> {
        let mut counts = self.lock();
        let counts = &mut *counts;
        let in_project = slide(&mut counts.project, now);
        let of_user = slide(counts.users.entry(account.to_owned()).or_default(), now);
        counts.most = counts.most.max(of_user);
        let refusal = if of_user > counts.limits.per_user {
            ApiError::rate_limited(403)
        } else if in_project > counts.limits.per_project {
            ApiError::project_limited()
        } else {
            return Ok(());
        };
        counts.refused += 1;
        Err(refusal)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds `now` and answers how many there are in the minute before it.
fn slide(asked: &mut VecDeque<Timestamp>, now: Timestamp) -> usize {
    asked.push_back(now);
    while asked
        .front()
        .is_some_and(|first| now.duration_since(*first) >= MINUTE)
    {
        asked.pop_front();
    }
    asked.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_435_200 + second).unwrap()
    }

    #[test]
    fn the_minute_slides() {
        let quota = Quota::default();
        quota.set(Limits {
            per_user: 2,
            per_project: 3,
        });
        assert!(quota.take("a", at(0)).is_ok());
        assert!(quota.take("a", at(30)).is_ok());
        assert!(quota.take("a", at(59)).is_err());
        assert!(
            quota.take("b", at(61)).is_ok(),
            "the first is more than a minute ago"
        );
        assert!(quota.take("b", at(61)).is_err(), "the project's limit");
        assert!(quota.take("a", at(200)).is_ok());
        assert_eq!(quota.show()["refused"], 2);
    }
}
