//! How long to wait before calling again.

use std::time::Duration;

/// The first wait: a restarted agent is back on its port within moments, and its signs should be too.
const FIRST: Duration = Duration::from_millis(200);

/// The longest wait: a person who looks at a sign after an outage should not have to come back.
const LONGEST: Duration = Duration::from_secs(3);

/// Waits that double, each shortened by up to half, so that a thousand hubs do not call at the same instant.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl Backoff {
    /// How long to wait this time.
    pub fn wait(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(LONGEST);
        whole / 2 + whole.mul_f64(random_share() / 2.0)
    }
}

/// A number between 0 and 1.
pub(crate) fn random_share() -> f64 {
    let mut byte = [0];
    // Without randomness there is no jitter; calling matters more.
    if getrandom::fill(&mut byte).is_err() {
        return 1.0;
    }
    f64::from(byte[0]) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wait_is_short_and_none_is_long() {
        let mut backoff = Backoff::default();
        let first = backoff.wait();
        assert!((FIRST / 2..=FIRST).contains(&first));
        for _ in 0..20 {
            assert!(backoff.wait() <= LONGEST);
        }
        assert!(backoff.wait() >= LONGEST / 2);
    }
}
