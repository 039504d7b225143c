//! Reads the inbox on connect, when asked, and every few minutes: what makes a lost hint harmless.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::backoff::Backoff;
use super::call::chain;
use super::instance::random;
use super::keys::refresh;
use super::shared::Shared;
use super::timing::{Timing, between};

/// The least wait after a failure; the link's reconnect asks for a pull by itself.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Pulls until `stop`.
pub(super) async fn run(shared: Arc<Shared>, timing: Timing, stop: CancellationToken) {
    let mut backoff = Backoff::default();
    let dice = || u32::from_be_bytes(random());
    let mut wait = between(timing.pull, dice());
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = shared.pull_now.notified() => {}
            () = sleep(wait) => {}
        }
        let Some(enrolment) = shared.enrolment() else {
            continue;
        };
        if shared.status().passive() {
            continue;
        }
        let pulled = tokio::select! {
            () = stop.cancelled() => return,
            pulled = shared.pull(&enrolment) => pulled,
        };
        wait = match pulled {
            // Sealed answers wait for the browser that comes to finish its sign-in; it pulls again itself.
            Ok(_) => {
                if shared.client.has_newer_keys(&enrolment) {
                    refresh(&shared, &enrolment).await;
                }
                backoff.reset();
                between(timing.pull, dice())
            }
            Err(error) => {
                info!(
                    error = chain(&error),
                    "the relay's inbox could not be read; trying again"
                );
                AFTER_FAILURE + backoff.next(dice())
            }
        };
    }
}
