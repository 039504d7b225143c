//! Sessions: what the browser holds, what the store holds, and how long it lasts.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::random;
use crate::store::{Alive, SessionRow};

/// The cookie's name. Its prefix makes browsers insist on Secure, on Path=/ and on no Domain.
pub(crate) const SESSION_COOKIE: &str = "__Host-placard";

/// A session ends after this long, however busy: a stolen cookie must not last for ever.
pub(crate) const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A session ends when it was not used for this long: a week's holiday is fine, a forgotten machine is not.
const SESSION_IDLE: SignedDuration = SignedDuration::from_hours(8 * 24);

/// How exactly `last_seen` is kept; a write for every request would be one for every picture.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What the cookie holds: 256 random bits. The store has only its hash, so that a stolen database signs nobody in.
#[derive(Clone)]
pub(crate) struct SessionToken(String);

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

impl SessionToken {
    /// A new one.
    pub(crate) fn draw() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<32>()))
    }

    /// What a cookie said.
    pub(crate) fn from_cookie(value: &str) -> Self {
        Self(value.to_owned())
    }

    /// For the cookie.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// For the store.
    pub(crate) fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.0.as_bytes()).as_bytes()
    }
}

/// Which sessions are live at `now`.
pub(crate) fn alive(now: Timestamp) -> Alive {
    Alive {
        created_after: now.saturating_sub(SESSION_LIFE).unwrap_or(Timestamp::MIN),
        seen_after: now.saturating_sub(SESSION_IDLE).unwrap_or(Timestamp::MIN),
    }
}

/// Whether a session that is used at `now` should be noted as used.
pub(crate) fn needs_touch(session: &SessionRow, now: Timestamp) -> bool {
    now.duration_since(session.last_seen) >= TOUCH_EVERY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_256_bits_and_do_not_show() {
        let token = SessionToken::draw();
        assert_eq!(URL_SAFE_NO_PAD.decode(token.as_str()).unwrap().len(), 32);
        assert_ne!(token.as_str(), SessionToken::draw().as_str());
        assert_eq!(
            token.hash(),
            SessionToken::from_cookie(token.as_str()).hash()
        );
        assert!(!format!("{token:?}").contains(token.as_str()));
    }
}
