//! What a hub is sent: what it lacks when it comes, then what changes.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::time::Duration;

use edge_api::id::DisplayId;
use hub_link::agent_end::FrameStream;
use hub_link::codec::WriteMessageError;
use hub_link::control::Outbox;
use hub_link::quinn::Connection;
use hub_link::wire::{self, ButtonsSeen, Capability, Generation, Hello, Reboot, Time, to_hub};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::desired::{Needed, Reported};
use super::listener::Receipt;
use super::needs::{Rooms, now};
use super::outgoing::{Outgoing, Waiting, encode};
use super::registry::{Place, SessionOrder};
use crate::rooms::freshness;
use crate::rooms::listed;
use crate::rooms::subject::{Subject, SubjectError};
use crate::store::{Desired, Display, FrameHash, StoreError};

/// How often a hub hears the time when it hears nothing else: a quartz is off by a tenth of a second in so long.
const TIME_EVERY: Duration = Duration::from_secs(60 * 60);

/// Why nothing more is sent to a hub.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("read what is known of the hub")]
    Store(#[from] StoreError),
    #[error("write to the hub")]
    Write(#[from] WriteMessageError),
}

/// One connection's way to the hub.
pub(super) struct Sending {
    rooms: Rooms,
    displays: HashMap<String, Display>,
    reported: HashMap<String, Reported>,
    connection: Connection,
    orders: Outbox<wire::ToHub>,
    outgoing: Outgoing,
    capabilities: u64,
    /// By display: the newest plan that is on its way.
    pushed: HashMap<String, Pushed>,
    /// When the hub should hear the time again.
    time_at: Instant,
}

/// A plan on its way to a hub's disk.
struct Pushed {
    generation: Generation,
    /// Frames that go with it.
    frames: usize,
    at: Instant,
}

impl Sending {
    pub(super) fn new(
        rooms: Rooms,
        displays: Vec<Display>,
        hello: &Hello,
        connection: Connection,
        orders: Outbox<wire::ToHub>,
    ) -> Self {
        let keyed = displays
            .into_iter()
            .map(|display| (display.key.clone(), display));
        let reported = hello.displays.iter();
        Self {
            rooms,
            displays: keyed.collect(),
            reported: reported
                .map(|display| (display.key.clone(), Reported::from_hello(display)))
                .collect(),
            connection,
            orders,
            outgoing: Outgoing::default(),
            capabilities: hello.capabilities,
            pushed: HashMap::new(),
            time_at: Instant::now() + TIME_EVERY,
        }
    }

    /// Brings the hub to what is stored, then passes on what changes, until it is dropped or the connection fails.
    pub(super) async fn run(
        &mut self,
        mut place: Place,
        mut receipts: UnboundedReceiver<Receipt>,
    ) -> Result<Infallible, SendError> {
        self.bring().await?;
        loop {
            tokio::select! {
                order = place.orders.recv() => match order {
                    Some(order) => self.obey(order).await?,
                    // The place was taken over, which is for whoever waits for that to say.
                    None => return std::future::pending().await,
                },
                Some(receipt) = receipts.recv() => self.receive(receipt).await?,
                // Newer orders first: what they make superfluous is not sent at all.
                stream = FrameStream::open(&self.connection), if self.outgoing.is_waiting() => {
                    self.send_frame(stream?).await?;
                }
                () = sleep_until(self.time_at) => self.order(to_hub::Kind::Time(Time {})).await?,
            }
        }
    }

    async fn bring(&mut self) -> Result<(), SendError> {
        let Some(hub) = self
            .displays
            .values()
            .next()
            .map(|display| display.hub.clone())
        else {
            return Ok(());
        };
        let generations = self.rooms.store.generations(&hub).await?;
        let generations: HashMap<DisplayId, Generation> = generations.into_iter().collect();
        let displays: Vec<Display> = self.displays.values().cloned().collect();
        let mut freshened = wire::FreshnessUpdate::default();
        for display in displays {
            let Some(generation) = generations.get(&display.id) else {
                continue;
            };
            let freshness = self.freshness(&display).await?;
            if self.has(&display.key, *generation) {
                // The plan is there; what the hub knows of its freshness may be five minutes old.
                freshened
                    .displays
                    .extend(freshness.map(|freshness| wire::DisplayFreshness {
                        display: display.key,
                        freshness: Some(freshness),
                    }));
                continue;
            }
            if let Some(desired) = self.rooms.store.desired(&display.id).await? {
                self.deliver(&display.key, &desired, freshness).await?;
            }
        }
        if !freshened.displays.is_empty() {
            self.order(to_hub::Kind::Freshness(freshened)).await?;
        }
        Ok(())
    }

    async fn obey(&mut self, order: SessionOrder) -> Result<(), SendError> {
        match order {
            SessionOrder::Show {
                key,
                desired,
                freshness,
            } => {
                for picture in desired
                    .steps
                    .iter()
                    .filter_map(|step| step.picture.as_ref())
                {
                    self.rooms.pictures.remember(picture);
                }
                self.deliver(&key, &desired, freshness).await
            }
            SessionOrder::Freshness(update) => self.order(to_hub::Kind::Freshness(update)).await,
            SessionOrder::Identify { key, picture, for_ } => {
                self.rooms.pictures.remember(&picture);
                let base = self.reported.get(&key).and_then(Reported::base);
                let needed = Needed {
                    frame: picture.hash,
                    base,
                };
                self.outgoing.push(&key, needed);
                let identify = wire::Identify {
                    display: key,
                    frame: picture.hash.to_vec().into(),
                    for_ms: u32::try_from(for_.as_millis()).unwrap_or(u32::MAX),
                };
                self.order(to_hub::Kind::Identify(identify)).await
            }
            SessionOrder::Keys(keys) if Capability::Keys.is_in(self.capabilities) => {
                self.order(to_hub::Kind::Keys(keys)).await
            }
            SessionOrder::Reboot if Capability::Reboot.is_in(self.capabilities) => {
                self.order(to_hub::Kind::Reboot(Reboot {})).await
            }
            SessionOrder::Keys(_) | SessionOrder::Reboot => Ok(()),
        }
    }

    async fn receive(&mut self, receipt: Receipt) -> Result<(), SendError> {
        match receipt {
            Receipt::Stored { key, generation } => {
                if let Some(reported) = self.reported.get_mut(&key) {
                    reported.stored(generation);
                    self.outgoing.arrived(&key, &reported.under_way());
                }
                self.tell_how_long(&key, generation);
                Ok(())
            }
            Receipt::Pressed { boot, sequence } => {
                let boot = boot.into();
                self.order(to_hub::Kind::ButtonsSeen(ButtonsSeen { boot, sequence }))
                    .await
            }
        }
    }

    /// The time from our hands to the hub's disk, for whoever looks for what is slow.
    fn tell_how_long(&mut self, key: &str, generation: Generation) {
        let there = |pushed: &Pushed| pushed.generation <= generation;
        if self.pushed.get(key).is_some_and(there)
            && let Some(Pushed { frames, at, .. }) = self.pushed.remove(key)
        {
            let took_us = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX);
            tracing::debug!(
                display.key = key,
                frames,
                took_us,
                "a plan is on the hub's disk"
            );
        }
    }

    fn has(&self, key: &str, generation: Generation) -> bool {
        let reported = self.reported.get(key);
        reported.is_none_or(|reported| reported.has(generation))
    }

    /// Sends a plan; its frames follow as the network takes them.
    async fn deliver(
        &mut self,
        key: &str,
        desired: &Desired,
        freshness: Option<wire::Freshness>,
    ) -> Result<(), SendError> {
        if self.has(key, desired.generation) {
            return Ok(());
        }
        let needed: HashSet<FrameHash> = desired.steps.iter().map(|step| step.frame).collect();
        let reset = Capability::Supersede.is_in(self.capabilities);
        let under_way = self.outgoing.supersede(key, &needed, reset);
        let Some(reported) = self.reported.get_mut(key) else {
            return Ok(());
        };
        let Some(delivery) = reported.bring_to(key, desired, freshness, &under_way, now()) else {
            return Ok(());
        };
        let pushed = Pushed {
            generation: desired.generation,
            frames: delivery.frames.len(),
            at: Instant::now(),
        };
        self.pushed.insert(key.to_owned(), pushed);
        for frame in delivery.frames {
            self.outgoing.push(key, frame);
        }
        self.order(to_hub::Kind::Plan(delivery.plan)).await
    }

    async fn send_frame(&mut self, stream: FrameStream) -> Result<(), SendError> {
        // A stream that was opened is not left empty: that would mean a broken frame to the hub.
        loop {
            let Some(frame) = self.outgoing.pop() else {
                stream.abandon();
                return Ok(());
            };
            let Waiting { key, needed } = &frame;
            // Nobody plans or shows it any more: a newer plan is on its way here.
            let Some(picture) = self.rooms.pictures.get(needed.frame).await? else {
                continue;
            };
            let base = match needed.base {
                Some(base) => self.rooms.pictures.get(base).await?,
                None => None,
            };
            let (header, payload) = encode(key, &picture, base.as_deref());
            let sent = stream.send(&header, payload).await?;
            self.outgoing.sent(frame, sent);
            return Ok(());
        }
    }

    async fn order(&mut self, kind: to_hub::Kind) -> Result<(), SendError> {
        self.time_at = Instant::now() + TIME_EVERY;
        Ok(self.orders.order(kind, now().as_microsecond()).await?)
    }

    async fn freshness(&self, display: &Display) -> Result<Option<wire::Freshness>, SendError> {
        let mut rooms = listed::Rooms::default();
        let subject = match Subject::load(&self.rooms.store, display, &mut rooms).await {
            Ok(subject) => subject,
            Err(SubjectError::Store(error)) => return Err(error.into()),
            // A panel that is not understood has no plan either; that was logged there.
            Err(SubjectError::Panel(_)) => return Ok(None),
        };
        // A mark that cannot be drawn is logged where it failed; the frame is worth showing all the same.
        Ok(freshness::of_subject(&self.rooms.drawer, &subject)
            .await
            .unwrap_or_default())
    }
}
