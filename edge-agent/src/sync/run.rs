//! The task that turns signals and time into lists, and ended lists into acknowledgements.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use edge_api::id::RoomId;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{Notify, mpsc};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::google::{Google, RelaySide};
use crate::news::News;
use crate::relay::{Acknowledgement, CalendarSignal};
use crate::store::StoreError;

use super::chance::dice;
use super::orphans::Orphan;
use super::progress::{Ended, Kept};
use super::room::Lister;
use super::schedule::Schedule;

/// Lists under way at a time: enough to fill the line.
const AT_ONCE: usize = 8;

/// The wall clock may be set while we sleep; nothing is late by more than this because of it.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);

/// An acknowledgement that takes longer is given up: what was not acknowledged is announced again.
const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) struct Run<R> {
    lister: Lister<R>,
    schedule: Schedule,
    /// Which room Google means by a channel; none for somebody's list of calendars.
    channels: HashMap<String, Option<RoomId>>,
    /// Rings when channels were opened or stopped.
    rooms_changed: Arc<Notify>,
    out: Out,
    lists: JoinSet<Ended>,
    /// What each list under way is of.
    listed: HashMap<task::Id, RoomId>,
}

/// What the task hands on to others.
#[derive(Debug)]
pub(super) struct Out {
    pub(super) acknowledge: mpsc::UnboundedSender<Acknowledgement>,
    /// Channels that nobody knows.
    pub(super) orphaned: mpsc::UnboundedSender<Orphan>,
    /// Somebody's list of calendars has changed.
    pub(super) lists_changed: Arc<Notify>,
}

impl<R: RelaySide> Run<R> {
    pub(super) fn new(
        lister: Lister<R>,
        round: Option<SignedDuration>,
        rooms_changed: Arc<Notify>,
        out: Out,
    ) -> Self {
        Self {
            lister,
            schedule: Schedule::new(round),
            channels: HashMap::new(),
            rooms_changed,
            out,
            lists: JoinSet::new(),
            listed: HashMap::new(),
        }
    }

    pub(super) async fn run(
        mut self,
        mut signals: mpsc::Receiver<CalendarSignal>,
        mut news: broadcast::Receiver<News>,
        stop: CancellationToken,
    ) {
        let rooms_changed = Arc::clone(&self.rooms_changed);
        self.look_at_rooms().await;
        loop {
            self.begin_lists();
            self.count_pushes().await;
            let nap = self.nap();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(signal) = signals.recv() => self.announced(signal).await,
                Some(ended) = self.lists.join_next_with_id() => self.ended(ended),
                () = rooms_changed.notified() => self.look_at_rooms().await,
                heard = news.recv() => match heard {
                    Ok(News::LinksChanged { .. } | News::HubsChanged) => self.look_at_rooms().await,
                    Ok(News::IntegrationChanged) | Err(RecvError::Lagged(_)) => {
                        self.lister.tokens.forget();
                        self.look_at_rooms().await;
                        self.schedule.all_due(now());
                    }
                    Ok(_) => {}
                    Err(RecvError::Closed) => break,
                },
                () = sleep(nap) => {}
            }
        }
        // A list that is committing now may finish; its acknowledgement comes again if it does not get out.
        self.lists.shutdown().await;
    }

    fn begin_lists(&mut self) {
        let room_for = AT_ONCE.saturating_sub(self.lists.len());
        let jobs = self
            .schedule
            .begin(now(), room_for, &mut self.lister.quota.lock());
        for job in jobs {
            let (lister, room) = (self.lister.clone(), job.room.clone());
            let list = self.lists.spawn(async move { lister.list(job).await });
            self.listed.insert(list.id(), room);
        }
    }

    fn nap(&self) -> Duration {
        if self.lists.len() >= AT_ONCE {
            return LONGEST_SLEEP;
        }
        let now = now();
        let due = self.schedule.next_due(now, &self.lister.quota.lock());
        let Some(due) = due else {
            return LONGEST_SLEEP;
        };
        Duration::try_from(due.duration_since(now))
            .unwrap_or_default()
            .min(LONGEST_SLEEP)
    }

    /// A signal is state: one that means nothing to us is dropped at the relay as well.
    async fn announced(&mut self, signal: CalendarSignal) {
        if !self.channels.contains_key(&signal.channel) {
            // Google may post before it has answered the request for the channel.
            self.look_at_channels().await;
        }
        let acknowledgement = signal.acknowledgement();
        let known = match self.channels.get(&signal.channel) {
            Some(Some(room)) => self.schedule.announced(room, signal),
            Some(None) => {
                // Nothing is lost if that fails: lists are read again after a while, and at every start.
                self.out.lists_changed.notify_one();
                self.send(vec![acknowledgement]);
                return;
            }
            None => {
                self.orphaned(signal);
                false
            }
        };
        if !known {
            debug!(
                ?acknowledgement,
                "an announcement on a channel that is not ours any more is dropped"
            );
            self.send(vec![acknowledgement]);
        }
    }

    fn orphaned(&self, signal: CalendarSignal) {
        if let Some(resource) = signal.resource {
            let channel = signal.channel;
            let _ = self.out.orphaned.send(Orphan { channel, resource });
        }
    }

    async fn count_pushes(&mut self) {
        let listening = self.lister.google.relay().is_connected();
        for (room, missed) in self.schedule.missed_pushes(now(), listening) {
            if missed > 0 {
                warn!(room.id = %room, missed, "Google did not announce a change of a room");
            }
            if let Err(error) = self.lister.store.missed_pushes(&room, missed).await {
                warn!(room.id = %room, %error, "missed announcements were not stored");
            }
            // How long it may be before its signs are stale depends on it.
            self.lister.bus.send(News::RoomVerified { room });
        }
    }

    fn ended(&mut self, ended: Result<(task::Id, Ended), JoinError>) {
        let (id, how) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                warn!(%error, "a list ended unexpectedly");
                (error.id(), Ended::Failed { retry_after: None })
            }
        };
        if let Some(room) = self.listed.remove(&id) {
            let acknowledgements = self.schedule.ended(&room, how, now(), dice());
            self.send(acknowledgements);
        }
    }

    async fn look_at_rooms(&mut self) {
        if let Err(error) = self.try_look_at_rooms().await {
            warn!(%error, "the rooms cannot be read");
        }
    }

    async fn try_look_at_rooms(&mut self) -> Result<(), StoreError> {
        let rooms = self.lister.store.rooms().await?;
        let kept = rooms.into_iter().filter(|room| room.linked);
        let kept = kept.filter_map(|room| {
            let keep = Kept {
                account: room.account?,
                zone: room.zone,
                channel: room.pushes.channel,
                missed_pushes: room.pushes.missed,
            };
            Some((room.id, keep))
        });
        let dropped = self.schedule.keep(kept.collect(), now());
        self.send(dropped);
        self.look_at_channels().await;
        Ok(())
    }

    async fn look_at_channels(&mut self) {
        match self.lister.store.channels().await {
            Ok(channels) => {
                self.channels = channels
                    .into_iter()
                    .map(|channel| (channel.id, channel.room))
                    .collect();
            }
            Err(error) => warn!(%error, "the watch channels cannot be read"),
        }
    }

    fn send(&self, acknowledgements: Vec<Acknowledgement>) {
        for acknowledgement in acknowledgements {
            // Nobody takes them while everything stops; they come again.
            let _ = self.out.acknowledge.send(acknowledgement);
        }
    }
}

/// Sends what is to be acknowledged, as much as there is at a time; ends when nobody can send any more, or with what is
/// on its way when everything stops.
pub(super) async fn acknowledge<R: RelaySide>(
    google: Google<R>,
    mut to_acknowledge: mpsc::UnboundedReceiver<Acknowledgement>,
    stop: CancellationToken,
) {
    let mut batch = Vec::new();
    while to_acknowledge.recv_many(&mut batch, 500).await > 0 {
        let sent = google.relay().acknowledge(std::mem::take(&mut batch));
        tokio::select! {
            biased;
            sent = timeout(ACKNOWLEDGE_TIMEOUT, sent) => match sent {
                Ok(Ok(())) => {}
                Ok(Err(error)) => debug!(%error, "signals were not acknowledged; they come again"),
                Err(_) => debug!("the relay did not take acknowledgements in time; the signals come again"),
            },
            () = stop.cancelled() => return,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the task that turns time into lists"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
