//! Channels that Google still posts to and that nobody here knows: opened before a restore, or by a request whose answer
//! never came.
//!
//! A notice names what is watched, and with channel and resource a channel can be stopped. Which account opened it is
//! not known any more: Google answers "not found" to the others, so that all are tried.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::google::RelaySide;

use super::budget::Share;
use super::room::Lister;

/// A channel that goes on posting although it was stopped is left alone for so long; it ends by itself within a month.
const TRY_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// A channel that is not ours any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Orphan {
    pub(super) channel: String,
    /// Google's name for what it watches.
    pub(super) resource: String,
}

/// Stops what comes in, until `stop`.
pub(super) async fn run<R: RelaySide>(
    lister: Lister<R>,
    mut orphans: mpsc::UnboundedReceiver<Orphan>,
    stop: CancellationToken,
) {
    let mut tried: HashMap<String, Timestamp> = HashMap::new();
    loop {
        let orphan = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            orphan = orphans.recv() => match orphan {
                Some(orphan) => orphan,
                None => return,
            },
        };
        let now = now();
        tried.retain(|_, at| now.duration_since(*at).abs() < TRY_AGAIN);
        if tried.contains_key(&orphan.channel) || !lister.google.relay().acts() {
            continue;
        }
        tried.insert(orphan.channel.clone(), now);
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = stop_orphan(&lister, &orphan) => {}
        }
    }
}

async fn stop_orphan<R: RelaySide>(lister: &Lister<R>, orphan: &Orphan) {
    // It may have been opened this very moment.
    let known = lister.store.channels().await;
    if !known.is_ok_and(|known| known.iter().all(|channel| channel.id != orphan.channel)) {
        return;
    }
    let accounts = lister.store.google_accounts().await.unwrap_or_default();
    for account in accounts
        .iter()
        .filter(|account| account.reconnect.is_none())
    {
        if lister.may_ask(&account.id, Share::Background).is_err() {
            continue;
        }
        let calendar = lister.google.calendar();
        let stopped = lister
            .call_calendar(&account.id, |access| {
                let calendar = calendar.clone();
                async move {
                    calendar
                        .stop(&access, &orphan.channel, &orphan.resource)
                        .await
                }
            })
            .await;
        match stopped {
            Ok(()) => info!(
                channel.id = orphan.channel,
                "a channel that nobody knows was stopped"
            ),
            Err(error) => {
                debug!(channel.id = orphan.channel, %error, "a channel that nobody knows was not stopped");
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what was tried is forgotten by the clock of the wall"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
