//! How long to wait after a failure. Pure: the dice are an argument.
//!
//! Full jitter: anything between nothing and the doubled wait, so that many who failed together do not come again
//! together. Google's own advice, `min(2^n + rand, 64) s`, spreads them over one second only.

use std::time::Duration;

use jiff::SignedDuration;

/// Whoever fails at once would otherwise ask again at once.
const SHORTEST: SignedDuration = SignedDuration::from_millis(500);

/// The wait after the `failures`th failure in a row: what Google asked for if it did, and on top of it up to 2, 4, 8 …
/// seconds, at most `longest`. `dice` is any number, fresh each time.
pub(super) fn wait(
    failures: u32,
    longest: SignedDuration,
    retry_after: Option<Duration>,
    dice: u64,
) -> SignedDuration {
    let asked = retry_after.and_then(|wait| SignedDuration::try_from(wait).ok());
    let ceiling = SignedDuration::from_secs(1 << failures.min(16)).min(longest);
    let milliseconds = u64::try_from(ceiling.as_millis()).unwrap_or(0);
    let jitter = dice % (milliseconds + 1);
    let jitter = SignedDuration::from_millis(i64::try_from(jitter).unwrap_or(0));
    asked
        .unwrap_or_default()
        .max(SHORTEST)
        .saturating_add(jitter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONGEST: SignedDuration = SignedDuration::from_secs(64);

    proptest! {
        #[test]
        fn nobody_comes_sooner_than_asked_nor_much_later(failures in 0u32..100, asked in proptest::option::of(0u64..4000), dice: u64) {
            let retry_after = asked.map(Duration::from_secs);
            let least = SignedDuration::from_secs(asked.unwrap_or(0) as i64).max(SHORTEST);
            let wait = wait(failures, LONGEST, retry_after, dice);
            prop_assert!(least <= wait);
            prop_assert!(wait <= least + SignedDuration::from_secs(1i64 << failures.min(16)).min(LONGEST));
        }
    }

    #[test]
    fn those_who_fail_together_come_again_spread_over_the_whole_wait() {
        let waits: Vec<_> = (0..1000u64)
            .map(|n| wait(6, LONGEST, None, n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
            .collect();
        for tenth in 0..10 {
            let from = SHORTEST + LONGEST / 10 * tenth;
            let here = waits
                .iter()
                .filter(|w| (from..from + LONGEST / 10).contains(w))
                .count();
            assert!((50..200).contains(&here), "{here} of 1000 in tenth {tenth}");
        }
    }
}
