//! How long to wait before trying again: full jitter, so that a thousand agents do not come back in one moment.

use std::time::Duration;

/// The first retry is quick: most failures are a relay that restarts.
const FIRST: Duration = Duration::from_millis(250);
/// An outage of an hour must not turn into minutes of deafness after it.
const CAP: Duration = Duration::from_secs(30);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure; `dice` is a random number.
    pub(super) fn next(&mut self, dice: u32) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(16)).min(CAP);
        self.failures = self.failures.saturating_add(1);
        ceiling.mul_f64(f64::from(dice) / f64::from(u32::MAX))
    }

    /// It worked.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_stay_below_a_ceiling_that_doubles(dice: Vec<u32>) {
            let mut backoff = Backoff::default();
            for (failures, dice) in dice.into_iter().enumerate() {
                let ceiling = if failures < 7 { FIRST * (1 << failures) } else { CAP };
                prop_assert!(backoff.next(dice) <= ceiling.min(CAP));
            }
            backoff.reset();
            prop_assert!(backoff.next(u32::MAX) <= FIRST);
        }
    }
}
