//! The task that keeps the list of rooms, the watch channels and the tokens in order.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::google::RelaySide;
use crate::news::News;

use super::room::Lister;
use super::watch::{Keeper, Tended};

/// Channels and tokens are looked at this often without a reason: well within every overlap and margin.
const TEND: Duration = Duration::from_secs(60);

/// New rooms and new names appear this soon by themselves.
const CALENDARS: Duration = Duration::from_secs(60 * 60);

/// A list that changes all the time is read this often at most.
const CALENDARS_PACE: Duration = Duration::from_secs(5);

/// After a list of calendars that failed.
const CALENDARS_AGAIN: Duration = Duration::from_secs(30);

/// Bells between this task and the one that lists.
#[derive(Debug)]
pub(super) struct Changed {
    /// Rung here: rooms or channels are others.
    pub(super) rooms: Arc<Notify>,
    /// Rung there: Google says that somebody's list of calendars is another.
    pub(super) lists: Arc<Notify>,
}

pub(super) async fn run<R: RelaySide>(
    lister: Lister<R>,
    mut news: broadcast::Receiver<News>,
    changed: Changed,
    stop: CancellationToken,
) {
    let mut keeper = Keeper::default();
    let mut calendars_due = Instant::now();
    let mut tend_due = Instant::now();
    let mut listed_at = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            heard = news.recv() => match heard {
                Ok(News::IntegrationChanged) | Err(RecvError::Lagged(_)) => {
                    calendars_due = Instant::now();
                    tend_due = Instant::now();
                }
                Ok(News::LinksChanged { .. } | News::RelayChanged) => tend_due = Instant::now(),
                Ok(_) => {}
                Err(RecvError::Closed) => return,
            },
            () = changed.lists.notified() => {
                calendars_due = calendars_due.min(Instant::now().max(listed_at + CALENDARS_PACE));
            }
            () = sleep_until(calendars_due) => {
                listed_at = Instant::now();
                let listed = lister.list_calendars().await;
                calendars_due = Instant::now() + if listed { CALENDARS } else { CALENDARS_AGAIN };
                changed.rooms.notify_one();
            }
            () = sleep_until(tend_due) => {
                tend_due = Instant::now() + TEND;
                lister.tokens.keep_fresh().await;
                match keeper.tend(&lister, now()).await {
                    Ok(tended) if tended == Tended::default() => {}
                    Ok(tended) => {
                        if let Some(later) = tended.later {
                            let wait = Duration::try_from(later.duration_since(now())).unwrap_or_default();
                            tend_due = tend_due.min(Instant::now() + wait);
                        }
                        changed.rooms.notify_one();
                    }
                    Err(error) => warn!(%error, "the watch channels cannot be looked after"),
                }
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "channels end by the clock of the wall"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
