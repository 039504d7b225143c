//! How long the link waits for what; tests take shorter ones.

use std::time::Duration;

/// Every wait of the link and of the pull.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// A connection that is not up by then is tried anew. A proxy takes its share.
    pub(super) open: Duration,
    /// Finds out that a NAT has forgotten the connection; control frames cost nothing at the relay.
    pub(super) probe: Duration,
    /// Two probes and a bit without any sign of life.
    pub(super) silence: Duration,
    /// Gateways cut what carries no message for ten minutes; probes do not count there.
    pub(super) keep_alive: Duration,
    /// A connection is replaced after a time between these: gateways cut it at two hours, whatever it carries, and a
    /// thousand agents that were started together must not come back together.
    pub(super) renew: (Duration, Duration),
    /// The replaced connection is listened to this much longer, for hints that were under way.
    pub(super) drain: Duration,
    /// A connection that has lasted this long has worked, and the next failure is the first again.
    pub(super) worked: Duration,
    /// The inbox is read after a time between these although nothing was heard: what a lost hint costs at most.
    pub(super) pull: (Duration, Duration),
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(30),
            probe: Duration::from_secs(20),
            silence: Duration::from_secs(50),
            keep_alive: minutes(8),
            renew: (minutes(90), minutes(115)),
            drain: Duration::from_secs(10),
            worked: Duration::from_secs(10),
            pull: (minutes(5), minutes(15)),
        }
    }
}

/// A moment between two, by `dice`.
pub(super) fn between((least, most): (Duration, Duration), dice: u32) -> Duration {
    let span = most.saturating_sub(least);
    least + span.mul_f64(f64::from(dice) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_waits_stay_below_what_gateways_allow() {
        let timing = Timing::default();
        assert!(timing.keep_alive <= minutes(9));
        assert!(timing.renew.1 + timing.open <= minutes(120));
        assert!(timing.silence > timing.probe * 2);
    }

    proptest! {
        #[test]
        fn every_throw_of_the_dice_lies_between(dice: u32) {
            let wait = between((minutes(90), minutes(115)), dice);
            prop_assert!(wait >= minutes(90) && wait <= minutes(115));
        }
    }
}
