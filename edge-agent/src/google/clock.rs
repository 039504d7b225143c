//! Whether this machine's clock agrees with Google's.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{Google, RelaySide};
use crate::outbound::clock_skew;

/// Clocks drift by seconds a day; a clock that is set wrong by hand is told this much later at the latest.
const INTERVAL: Duration = Duration::from_secs(10 * 60);

/// After an answer that did not come.
const AGAIN: Duration = Duration::from_secs(60);

/// Clocks that agree within this agree: each answer takes its time.
const TOLERANCE: i64 = 60;

impl<R: RelaySide> Google<R> {
    /// What time it is at Google when it is `now` here; the same unless the clocks differ by more than a minute.
    pub(super) fn time_at_google(&self, now: Timestamp) -> Timestamp {
        let skew = self.clock_skew();
        if skew.abs() <= TOLERANCE {
            return now;
        }
        now.saturating_add(SignedDuration::from_secs(skew))
            .unwrap_or(now)
    }

    /// Google's clock minus ours, in seconds; 0 until it was heard of.
    pub(crate) fn clock_skew(&self) -> i64 {
        self.inner.clock_skew.load(Ordering::Relaxed)
    }

    /// Compares the clocks now and then, until `stop`.
    pub(crate) async fn watch_clock(self, stop: CancellationToken) {
        loop {
            let wait = tokio::select! {
                () = stop.cancelled() => return,
                heard = self.compare_clocks() => if heard { INTERVAL } else { AGAIN },
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(wait) => {}
            }
        }
    }

    /// Asks for the head of a page that needs no sign-in. True when Google answered.
    async fn compare_clocks(&self) -> bool {
        let page = self.inner.endpoints.certs.clone();
        match self.inner.http.client().head(page).send().await {
            Ok(answer) => {
                if let Some(skew) = clock_skew(answer.headers(), now()) {
                    self.inner.clock_skew.store(skew, Ordering::Relaxed);
                }
                true
            }
            Err(error) => {
                debug!(%error, "Google's clock was not heard of");
                false
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the machine's clock is judged"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
