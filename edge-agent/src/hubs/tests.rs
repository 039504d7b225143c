//! From a changed room to a glass, over real QUIC on loopback, with a hub that stores nothing and shows at once.

mod first_step;
mod test_hub;

use google_calendar::{Event, Window};
use hub_link::close::CloseReason;
use hub_link::hub_end::DialError;
use hub_link::wire::Generation;
use jiff::SignedDuration;
use tempfile::TempDir;

use self::test_hub::{TestHub, eventually};
use super::*;
use crate::news::Trace;
use crate::store::{ListedWindow, Replaced, Skipped};

const ROOM: &str = "room_01ARZ3NDEKTSV4RRFFQ69G5FAV";

struct World {
    folder: TempDir,
    /// What times of meetings are counted from, so that one that is listed again is at the same time.
    begun: Timestamp,
    store: Store,
    bus: Bus,
    tasks: TaskTracker,
    stop: CancellationToken,
    hubs: Hubs,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store
            .write(|tx| {
                tx.execute(
                    "INSERT INTO rooms (id, calendar_id, name, zone) VALUES (?1, 'alder@example.com', 'Alder', 'Europe/Berlin')",
                    [ROOM],
                )?;
                Ok(())
            })
            .await
            .unwrap();
        Self::start(folder, store, now())
    }

    fn start(folder: TempDir, store: Store, begun: Timestamp) -> Self {
        let (bus, tasks, stop) = (Bus::new(), TaskTracker::new(), CancellationToken::new());
        let config = HubsConfig {
            listen: ([127, 0, 0, 1], 0).into(),
        };
        let keys = folder.path().join("keys");
        let hubs = Hubs::start(
            config,
            store.clone(),
            bus.clone(),
            &keys,
            &tasks,
            stop.clone(),
        )
        .unwrap();
        Self {
            folder,
            begun,
            store,
            bus,
            tasks,
            stop,
            hubs,
        }
    }

    /// The agent ends and starts again on the same data.
    async fn restarted(self) -> Self {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        Self::start(self.folder, self.store, self.begun)
    }

    fn hub(&self) -> TestHub {
        TestHub::new(self.folder.path(), self.hubs.local_addr())
    }

    async fn paired_hub(&self) -> TestHub {
        let mut hub = self.hub();
        let code = PairingCode::draw();
        self.hubs
            .pair(&code.to_string().to_lowercase(), Some("North".to_owned()))
            .unwrap();
        hub.pair(&code).await.unwrap();
        hub
    }

    fn room(&self) -> RoomId {
        ROOM.parse().unwrap()
    }

    /// Google says that a meeting of this title is on, until in an hour.
    async fn meeting(&self, title: &str) {
        self.meetings(&[(title, -5, 55)]).await;
    }

    /// Google says that these are the room's meetings: title, start and end in minutes from the beginning.
    async fn meetings(&self, meetings: &[(&str, i64, i64)]) {
        let now = now();
        let events = meetings.iter().map(|(title, start, end)| Event {
            id: format!("{start}"),
            summary: Some((*title).to_owned()),
            organiser: None,
            organiser_address: None,
            start: self.begun + SignedDuration::from_mins(*start),
            end: self.begun + SignedDuration::from_mins(*end),
            all_day: false,
            private: false,
        });
        let events = events.collect();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let listed = ListedWindow {
            window: Window::around(now, &zone),
            etag: None,
            events,
            skipped: Skipped::default(),
            verified_at: now,
            pushed_at: None,
        };
        let replaced = self.store.replace_window(&self.room(), listed).await;
        assert_ne!(replaced.unwrap(), Replaced::Same);
        let trace = Trace {
            webhook_at: Some(now),
            hint_at: Some(now),
            listed_at: Some(self::now()),
        };
        self.bus.send(News::RoomChanged {
            room: self.room(),
            trace,
        });
    }

    async fn display(&self) -> DisplayId {
        eventually("the hub's display is known", async || {
            self.hubs
                .displays()
                .await
                .unwrap()
                .first()
                .map(|display| display.id.clone())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_room_reaches_the_glass_and_its_receipt_is_closed() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    let display = world.display().await;
    world.meeting("Quarterly planning").await;
    world
        .hubs
        .link(&display, Some(&world.room()))
        .await
        .unwrap();
    eventually("a whole day is planned", async || {
        (hub.plan()?.steps.len() > 2).then_some(())
    })
    .await;

    let mut news = world.bus.follow();
    world.meeting("Retrospective").await;
    let receipt = eventually("the receipt is closed", async || {
        world.store.receipts(1).await.unwrap().pop()
    })
    .await;
    assert_eq!(receipt.display, display);
    let hops = [
        receipt.webhook_at.unwrap(),
        receipt.hint_at.unwrap(),
        receipt.listed_at.unwrap(),
        receipt.rendered_at,
        receipt.stored_at.unwrap(),
        receipt.displayed_at,
    ];
    assert!(hops.is_sorted(), "{hops:?}");
    let closed = News::ReceiptClosed {
        display: display.clone(),
    };
    eventually("the news of it", async || {
        (news.recv().await.unwrap() == closed).then_some(())
    })
    .await;

    let shown = world.hubs.displays().await.unwrap()[0].shown.unwrap();
    assert_eq!(shown.frame, hub.glass().unwrap().hash().0);
    let png = world.hubs.glass_png(&display).await.unwrap().unwrap();
    assert_eq!(frame::Bitmap::from_png(&png).unwrap(), hub.glass().unwrap());
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_that_is_not_linked_says_so() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    world.display().await;
    eventually("something is shown", async || hub.glass()).await;
    let plan = hub.plan().unwrap();
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.freshness, None, "a notice cannot go stale");
    let views = world.hubs.hubs().await.unwrap();
    assert_eq!(
        (
            views[0].name.as_str(),
            views[0].connected,
            views[0].displays
        ),
        ("North", true, 1)
    );
    serving.abort();
    hub.close().await;
    eventually("the hub counts as away", async || {
        let hubs = world.hubs.hubs().await.unwrap();
        (!hubs[0].connected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_not_paired_gets_nothing_but_the_reason() {
    let world = World::new().await;
    let mut hub = world.hub();
    hub.agent = Some(hub.pin_of(&world.folder.path().join("keys/hub-link.key")));
    let refused = hub.connect().await;
    assert!(
        matches!(refused, Err(DialError::Refused(CloseReason::NotPaired))),
        "{refused:?}"
    );
    let refused = hub.pair(&PairingCode::draw()).await;
    assert!(
        matches!(
            refused,
            Err(DialError::Refused(CloseReason::NoPairingWindow))
        ),
        "{refused:?}"
    );
    world
        .hubs
        .pair(&PairingCode::draw().to_string(), None)
        .unwrap();
    let refused = hub.pair(&PairingCode::draw()).await;
    assert!(matches!(refused, Err(DialError::OtherCode)), "{refused:?}");
    assert!(matches!(
        world.hubs.pairing_state(),
        Pairing::Waiting { .. }
    ));
    assert_eq!(world.hubs.hubs().await.unwrap(), []);
    assert!(world.hubs.pair("not a code", None).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_hub_that_has_everything_is_sent_nothing() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    let display = world.display().await;
    world.meeting("Quarterly planning").await;
    world
        .hubs
        .link(&display, Some(&world.room()))
        .await
        .unwrap();
    eventually("a whole day is planned", async || {
        (hub.plan()?.steps.len() > 2).then_some(())
    })
    .await;
    serving.abort();
    let world = world.restarted().await;
    hub.move_to(world.hubs.local_addr());
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    // The agent may have been stopped in the middle of planning; now nothing but the plan's end can change it.
    eventually("the hub has the whole plan", async || {
        let outline = world.store.desired(&display).await.unwrap()?;
        (outline.steps.len() > 2 && hub.plan()?.generation == Some(outline.generation))
            .then_some(())
    })
    .await;
    serving.abort();
    let (before, frames) = (hub.plan().unwrap(), hub.frames_received());
    hub.forget_freshness();
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    eventually("its freshness came", async || {
        hub.freshness_received().then_some(())
    })
    .await;
    assert_eq!(
        (hub.plan().unwrap(), hub.frames_received()),
        (before.clone(), frames)
    );
    world.meeting("Retrospective").await;
    eventually("the next change comes", async || {
        (hub.plan()?.generation > before.generation && hub.frames_received() > frames).then_some(())
    })
    .await;
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_behind_its_hub_takes_a_new_epoch() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let ahead = Generation {
        epoch: 3,
        counter: 1000,
    };
    hub.pretend_generation(ahead);
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    let plan = eventually("a plan comes", async || hub.plan()).await;
    assert_eq!(plan.generation.unwrap().epoch, 4);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_connection_of_a_hub_wins() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let older = hub.connect().await.unwrap();
    let newer = hub.connect().await.unwrap();
    let closed = older.connection.closed().await;
    assert_eq!(CloseReason::of(&closed), Some(CloseReason::Replaced));
    assert!(newer.connection.close_reason().is_none());
}
