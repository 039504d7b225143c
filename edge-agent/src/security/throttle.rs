//! How often somebody may guess: a token bucket per address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More addresses than this are not remembered one by one: full buckets are forgotten first, then all. It bounds the
/// memory a flood can take; what it forgets only costs the next guesser's wait.
const MOST_ADDRESSES: usize = 4096;

/// Wrong guesses wait; right ones give their try back.
#[derive(Debug)]
pub(crate) struct Throttle {
    burst: u32,
    refill: Duration,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tries: u32,
    since: Instant,
}

impl Throttle {
    /// `burst` tries at once, then one more each `refill`.
    pub(crate) fn new(burst: u32, refill: Duration) -> Self {
        Self {
            burst,
            refill,
            buckets: Mutex::default(),
        }
    }

    /// Takes one try, or says how long to wait for the next.
    pub(crate) fn take(&self, from: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_ADDRESSES {
            buckets.retain(|_, bucket| self.filled(*bucket, now).tries < self.burst);
        }
        if buckets.len() >= MOST_ADDRESSES {
            buckets.clear();
        }
        let full = Bucket {
            tries: self.burst,
            since: now,
        };
        let bucket = buckets.entry(whose(from)).or_insert(full);
        *bucket = self.filled(*bucket, now);
        if bucket.tries == 0 {
            return Err(self
                .refill
                .saturating_sub(now.saturating_duration_since(bucket.since)));
        }
        bucket.tries -= 1;
        Ok(())
    }

    /// Gives a try back: it was right.
    pub(crate) fn give_back(&self, from: IpAddr) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&whose(from)) {
            bucket.tries = self.burst.min(bucket.tries + 1);
        }
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> Bucket {
        let waited = now.saturating_duration_since(bucket.since);
        let gained = u32::try_from(waited.as_nanos() / self.refill.as_nanos()).unwrap_or(u32::MAX);
        let tries = bucket.tries.saturating_add(gained);
        if tries >= self.burst {
            Bucket {
                tries: self.burst,
                since: now,
            }
        } else {
            Bucket {
                tries,
                since: bucket.since + self.refill * gained,
            }
        }
    }
}

/// One machine easily has a whole /64 of IPv6 addresses.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFILL: Duration = Duration::from_secs(10);

    #[test]
    fn guesses_wait_after_the_burst_and_others_are_not_held_up() {
        let throttle = Throttle::new(3, REFILL);
        let start = Instant::now();
        let eve = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..3 {
            assert_eq!(throttle.take(eve, start), Ok(()));
        }
        assert_eq!(
            throttle.take(eve, start + Duration::from_secs(4)),
            Err(Duration::from_secs(6))
        );
        assert_eq!(throttle.take(IpAddr::from([192, 0, 2, 2]), start), Ok(()));
        assert_eq!(throttle.take(eve, start + REFILL), Ok(()));
        assert!(throttle.take(eve, start + REFILL).is_err());
    }

    #[test]
    fn what_was_right_costs_nothing() {
        let throttle = Throttle::new(1, REFILL);
        let start = Instant::now();
        let ada = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..9 {
            assert_eq!(throttle.take(ada, start), Ok(()));
            throttle.give_back(ada);
        }
    }

    #[test]
    fn a_neighbouring_address_of_the_same_machine_is_the_same_guesser() {
        let throttle = Throttle::new(1, REFILL);
        let start = Instant::now();
        assert!(throttle.take("2001:db8::1".parse().unwrap(), start).is_ok());
        assert!(
            throttle
                .take("2001:db8::2".parse().unwrap(), start)
                .is_err()
        );
        assert!(
            throttle
                .take("2001:db8:0:1::1".parse().unwrap(), start)
                .is_ok()
        );
    }

    #[test]
    fn a_flood_of_addresses_is_not_remembered() {
        let throttle = Throttle::new(1, REFILL);
        let start = Instant::now();
        for n in 0..(MOST_ADDRESSES as u32 * 2) {
            assert!(throttle.take(IpAddr::from(n.to_be_bytes()), start).is_ok());
        }
        assert!(throttle.buckets.lock().unwrap().len() <= MOST_ADDRESSES);
    }
}
