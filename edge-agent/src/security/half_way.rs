//! People whose password was right and whose one-time code is still to come.
//!
//! Pages ask for the two one after the other; between them the password must stay neither in the page nor in the
//! browser, so the agent remembers that it was right. In memory only: a restart asks for the password again.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::sign_in::SessionToken;

/// The cookie's name; the prefix does what it does for a session's.
pub(crate) const HALF_WAY_COOKIE: &str = "__Host-placard-half-way";

/// Enough to find the telephone with the authenticator.
pub(crate) const HALF_WAY_LIFE: Duration = Duration::from_secs(5 * 60);

/// Wrong codes before the password is asked for again.
const TRIES: u8 = 5;

/// Whoever gets here had a right password: beyond this, the oldest have gone elsewhere.
const MOST: usize = 64;

/// Who is half way in.
#[derive(Debug, Default)]
pub(crate) struct HalfWay(Mutex<VecDeque<Waiting>>);

struct Waiting {
    token_hash: [u8; 32],
    user: i64,
    password_hash: String,
    since: Instant,
    tries: u8,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// One user whose password was right.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Half {
    /// The user's id.
    pub(crate) user: i64,
    /// What the password was compared with; when the user has another by now, it counts no more.
    pub(crate) password_hash: String,
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Half")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl HalfWay {
    /// Remembers that `half` had the right password; whoever has the token may go on.
    pub(crate) fn begin(&self, half: Half, now: Instant) -> SessionToken {
        let token = SessionToken::draw();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back(Waiting {
            token_hash: token.hash(),
            user: half.user,
            password_hash: half.password_hash,
            since: now,
            tries: TRIES,
        });
        token
    }

    /// Whether somebody with `token` may still go on.
    pub(crate) fn holds(&self, token: &SessionToken, now: Instant) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forget(&mut waiting, now);
        waiting.iter().any(|one| one.token_hash == token.hash())
    }

    /// Who `token` belongs to, and takes one of the tries that go with it.
    pub(crate) fn attempt(&self, token: &SessionToken, now: Instant) -> Option<Half> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forget(&mut waiting, now);
        let hash = token.hash();
        let one = waiting.iter_mut().find(|one| one.token_hash == hash)?;
        one.tries -= 1;
        Some(Half {
            user: one.user,
            password_hash: one.password_hash.clone(),
        })
    }

    /// The one with `token` is in, or gave up.
    pub(crate) fn end(&self, token: &SessionToken) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = token.hash();
        waiting.retain(|one| one.token_hash != hash);
    }
}

fn forget(waiting: &mut VecDeque<Waiting>, now: Instant) {
    waiting.retain(|one| one.tries > 0 && now.saturating_duration_since(one.since) < HALF_WAY_LIFE);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Half {
        Half {
            user: 1,
            password_hash: "$argon2id$".to_owned(),
        }
    }

    #[test]
    fn whoever_has_the_token_goes_on_for_a_while() {
        let (half_way, start) = (HalfWay::default(), Instant::now());
        let token = half_way.begin(ada(), start);
        let soon = start + HALF_WAY_LIFE / 2;
        assert!(half_way.holds(&token, soon));
        assert_eq!(half_way.attempt(&token, soon), Some(ada()));
        assert_eq!(half_way.attempt(&SessionToken::draw(), soon), None);
        assert!(!half_way.holds(&token, start + HALF_WAY_LIFE));
        assert_eq!(half_way.attempt(&token, start + HALF_WAY_LIFE), None);
    }

    #[test]
    fn wrong_codes_are_few_and_being_in_ends_it() {
        let (half_way, now) = (HalfWay::default(), Instant::now());
        let token = half_way.begin(ada(), now);
        for _ in 0..TRIES {
            assert!(half_way.attempt(&token, now).is_some());
        }
        assert_eq!(half_way.attempt(&token, now), None);
        let token = half_way.begin(ada(), now);
        half_way.end(&token);
        assert!(!half_way.holds(&token, now));
    }

    #[test]
    fn a_crowd_is_not_remembered() {
        let (half_way, now) = (HalfWay::default(), Instant::now());
        let first = half_way.begin(ada(), now);
        for _ in 0..MOST {
            half_way.begin(ada(), now);
        }
        assert!(!half_way.holds(&first, now));
        assert_eq!(half_way.0.lock().unwrap().len(), MOST);
    }
}
