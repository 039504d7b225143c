//! A running sync with one connected account that sees one room.

use std::future::Future;
use std::time::Duration;

use edge_api::id::{DisplayId, HubId, RoomId};
use google_calendar::Event;
use relay_contract::rotate::KeyUse;
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use ulid::Ulid;

use crate::google::testing::{Bench, now};
use crate::news::News;
use crate::relay::{Acknowledgement, CalendarSignal};
use crate::store::{Room, SeenDisplay, StoredChannel};

/// Long enough for a busy machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const ALDER: &str = "alder@resource.calendar.google.com";

/// A running sync with one connected account that sees one room.
pub(super) struct Running {
    pub(super) bench: Bench,
    pub(super) account: String,
    pub(super) signals: mpsc::Sender<CalendarSignal>,
    news: broadcast::Receiver<News>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

pub(super) async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    look: impl Fn() -> F,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// An event that is on now and for the next hour.
pub(super) fn event(id: &str) -> Value {
    let end = now() + jiff::SignedDuration::from_hours(1);
    json!({"id": id, "summary": id, "start": {"dateTime": now().to_string()}, "end": {"dateTime": end.to_string()}})
}

impl Running {
    pub(super) async fn start() -> Self {
        let bench = Bench::new().await;
        bench
            .fake
            .script()
            .events
            .insert(ALDER.to_owned(), vec![event("first")]);
        let account = bench.connect().await;
        let news = bench.bus.follow();
        let (signals, receiver) = mpsc::channel(64);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        crate::sync::start(
            bench.store.clone(),
            bench.google.clone(),
            receiver,
            crate::config::Sync::default(),
            bench.bus.clone(),
            &tasks,
            stop.clone(),
        );
        Self {
            bench,
            account,
            signals,
            news,
            stop,
            tasks,
        }
    }

    /// The room, once the calendars were listed.
    pub(super) async fn room(&self) -> Room {
        eventually("the calendar becomes a room", || async {
            self.bench
                .store
                .rooms()
                .await
                .unwrap()
                .into_iter()
                .find(|room| room.calendar_id == ALDER)
        })
        .await
    }

    /// Links a display to the room and waits for its first list.
    pub(super) async fn linked(&mut self) -> RoomId {
        let room = self.room().await.id;
        self.link(Some(&room)).await;
        self.hear(&News::RoomVerified { room: room.clone() }).await;
        room
    }

    pub(super) async fn link(&self, room: Option<&RoomId>) {
        let store = &self.bench.store;
        let hub: HubId = "ab".repeat(32).parse().unwrap();
        store.pair_hub(&hub, "North", now()).await.unwrap();
        let seen = SeenDisplay {
            new_id: DisplayId::new(&Ulid::new().to_string()).unwrap(),
            key: "north-1".to_owned(),
            panel: "800x480".to_owned(),
        };
        let arrived = store
            .hub_arrived(&hub, "0.1.0", "127.0.0.1", vec![seen], now())
            .await
            .unwrap()
            .unwrap();
        let display = arrived.displays[0].id.clone();
        store.link_display(&display, room).await.unwrap().unwrap();
        self.bench.bus.send(News::LinksChanged { display });
    }

    /// Waits until this news comes by.
    pub(super) async fn hear(&mut self, wanted: &News) {
        self.hear_if(|news| news == wanted).await;
    }

    pub(super) async fn hear_if(&mut self, wanted: impl Fn(&News) -> bool) -> News {
        timeout(PATIENCE, async {
            loop {
                let news = self.news.recv().await.unwrap();
                if wanted(&news) {
                    return news;
                }
            }
        })
        .await
        .expect("the news comes by in time")
    }

    /// The room's channel, once Google has opened one for `address`.
    pub(super) async fn channel(&self, address_ends: &str) -> StoredChannel {
        eventually("a channel is open", || async {
            let channels = self.bench.store.channels().await.unwrap();
            let mut open = channels
                .into_iter()
                .filter(|c| c.resource_id.is_some() && !c.retired);
            open.find(|channel| channel.room.is_some() && channel.address.ends_with(address_ends))
        })
        .await
    }

    /// Waits until the relay has been told of this use of its keys.
    pub(super) async fn key_use_is(&self, expected: &KeyUse) {
        eventually("the relay is told which of its keys are in use", || async {
            (self.bench.relay.key_use() == *expected).then_some(())
        })
        .await;
    }

    /// Waits until the channels have been looked after from beginning to end.
    pub(super) async fn looked_at_channels(&self) {
        let before = self.bench.relay.asked_who_acts();
        eventually("the channels are looked after", || async {
            self.bench.bus.send(News::RelayChanged);
            // The first look may have begun before; the second ends after the first.
            (self.bench.relay.asked_who_acts() >= before + 2).then_some(())
        })
        .await;
    }

    /// Waits until no channel is left.
    pub(super) async fn no_channels(&self) {
        eventually("every channel is stopped", || async {
            let channels = self.bench.store.channels().await.unwrap();
            channels.is_empty().then_some(())
        })
        .await;
    }

    pub(super) async fn announce(&self, channel: &str, number: u64) -> CalendarSignal {
        self.announce_of(channel, number, None).await
    }

    /// An announcement as the relay hands it on while the link stands, with Google's name for what is watched.
    pub(super) async fn announce_of(
        &self,
        channel: &str,
        number: u64,
        resource: Option<&str>,
    ) -> CalendarSignal {
        let signal = CalendarSignal {
            resource: resource.map(str::to_owned),
            channel: channel.to_owned(),
            number,
            received_at: now() - jiff::SignedDuration::from_millis(2),
            heard_at: now(),
        };
        self.signals.send(signal.clone()).await.unwrap();
        signal
    }

    pub(super) async fn acknowledged(&self, expected: &[(&str, u64)]) {
        let expected: Vec<Acknowledgement> = expected
            .iter()
            .map(|(channel, number)| Acknowledgement::Calendar {
                channel: (*channel).to_owned(),
                number: *number,
            })
            .collect();
        eventually("acknowledgements", || async {
            let so_far = self.calendar_acknowledgements();
            (so_far == expected).then_some(())
        })
        .await;
    }

    pub(super) fn calendar_acknowledgements(&self) -> Vec<Acknowledgement> {
        let all = self.bench.relay.acknowledged().into_iter();
        all.filter(|ack| matches!(ack, Acknowledgement::Calendar { .. }))
            .collect()
    }

    pub(super) fn lists(&self) -> usize {
        self.bench.fake.asked("GET", &format!("{ALDER}/events"))
    }

    pub(super) async fn lists_reach(&self, count: usize) {
        eventually("lists", || async { (self.lists() >= count).then_some(()) }).await;
    }

    pub(super) async fn event_ids(&self, room: &RoomId) -> Vec<String> {
        let events = self.bench.store.room_events(room).await.unwrap();
        events.into_iter().map(|event: Event| event.id).collect()
    }

    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        drop((self.signals, self.bench));
        timeout(PATIENCE, self.tasks.wait())
            .await
            .expect("every task ends");
    }
}
