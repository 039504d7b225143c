//! A token bucket that is one instant: when it will be full again.

use jiff::{SignedDuration, Timestamp};

/// A bucket holds a minute's worth: a morning on which all rooms change at once is no abuse.
const HOLDS: SignedDuration = SignedDuration::from_secs(60);

/// Lets so many through each minute, a minute's worth of them at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    /// The further ahead, the emptier the bucket is.
    full_at: Timestamp,
}

impl Bucket {
    pub(crate) fn full(now: Timestamp) -> Self {
        Self { full_at: now }
    }

    /// Takes one; `false` when there is none.
    pub(crate) fn take(&mut self, per_minute: u32, now: Timestamp) -> bool {
        let Ok(per_minute @ 1..) = i32::try_from(per_minute) else {
            return per_minute > 0;
        };
        match self.full_at.max(now).saturating_add(HOLDS / per_minute) {
            Ok(full_at) if full_at.duration_since(now) <= HOLDS => {
                self.full_at = full_at;
                true
            }
            _ => false,
        }
    }

    /// Whether forgetting it makes no difference.
    pub(crate) fn is_full(&self, now: Timestamp) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn nothing_and_everything_are_quotas_too() {
        let mut bucket = Bucket::full(at(0));
        assert!(!bucket.take(0, at(0)));
        assert!((0..1000).all(|_| bucket.take(u32::MAX, at(0))));
    }

    proptest! {
        #[test]
        fn never_more_than_a_minutes_worth_beyond_the_rate(per_minute in 1u32..2000, waits in prop::collection::vec(0i64..2000, 1..300)) {
            let (mut bucket, mut now, mut taken) = (Bucket::full(at(0)), 0, 0u32);
            for wait in waits {
                now += wait;
                taken += u32::from(bucket.take(per_minute, at(now)));
            }
            let allowed = f64::from(per_minute) * (1.0 + now as f64 / 60_000.0);
            prop_assert!(f64::from(taken) <= allowed + 1.0);
        }
    }
}
