//! From a changed room to a glass, over real QUIC on loopback, with a hub that stores nothing and shows at once.

mod changed_keys;
mod economy;
mod first_step;
mod fleet;
mod test_hub;

use google_calendar::{Event, Window};
use hub_link::close::CloseReason;
use hub_link::hub_end::DialError;
use hub_link::wire::Generation;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use self::test_hub::{Serving, TestHub, eventually};
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

/// Where it is noon now: the stories' meetings are over before the day is, whenever these tests run.
fn zone(now: Timestamp) -> String {
    let hour = i32::from(TimeZone::UTC.to_datetime(now).hour());
    // The names count the other way.
    format!("Etc/GMT{:+}", hour - 12)
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let zone = zone(now());
        store
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO rooms (id, calendar_id, name, zone) VALUES (?1, 'alder@example.com', 'Alder', ?2)",
                    [ROOM, &zone],
                )?;
                Ok(())
            })
            .await
            .unwrap();
        Self::start(folder, store, b"first", now()).await
    }

    async fn start(folder: TempDir, store: Store, instance: &[u8], begun: Timestamp) -> Self {
        let (bus, tasks, stop) = (Bus::new(), TaskTracker::new(), CancellationToken::new());
        let config = HubsConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            addresses: vec!["second.example:7443".to_owned()],
            instance: instance.to_vec(),
            fonts: SignFonts::default(),
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
        .await
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
        Self::start(self.folder, self.store, b"first", self.begun).await
    }

    /// A machine with what this one has on its disk now, which counts as another copy of the agent.
    async fn copied(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        for file in ["keys/hub-link.key", "keys/seal.key"] {
            std::fs::copy(self.folder.path().join(file), folder.path().join(file)).unwrap();
        }
        let database = folder.path().join("agent.db");
        let into = database.to_str().unwrap().to_owned();
        self.store
            .read(move |c| Ok(c.execute("VACUUM INTO ?1", [into])?))
            .await
            .unwrap();
        let store = Store::open(folder.path()).unwrap();
        Self::start(folder, store, b"copy", self.begun).await
    }

    /// A hub that is paired, connected, and obeys until the answer's second part is dropped.
    async fn served_hub(&self) -> (TestHub, Serving) {
        let mut hub = self.paired_hub().await;
        let serving = hub.served().await;
        (hub, serving)
    }

    /// The hub's display shows the room, and its whole day is planned.
    async fn planned(&self, hub: &TestHub) -> DisplayId {
        let display = self.display().await;
        self.meeting("Quarterly planning").await;
        self.hubs.link(&display, Some(&self.room())).await.unwrap();
        eventually("a whole day is planned", async || {
            (hub.plan()?.steps.len() > 2).then_some(())
        })
        .await;
        display
    }

    fn hub(&self) -> TestHub {
        TestHub::new(self.folder.path(), self.hubs.local_addr())
    }

    async fn paired_hub(&self) -> TestHub {
        let mut hub = self.hub();
        let code = PairingCode::draw();
        self.expect(&code.to_string().to_lowercase()).await;
        hub.pair(&code).await.unwrap();
        hub
    }

    /// A person types a code.
    async fn expect(&self, code: &str) {
        let name = Some("North".to_owned());
        self.hubs.pair(Some(code), name, None).await.unwrap();
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
            attendees: None,
            start: self.begun + SignedDuration::from_mins(*start),
            end: self.begun + SignedDuration::from_mins(*end),
            all_day: false,
            private: false,
        });
        let events = events.collect();
        let zone = TimeZone::get(&zone(self.begun)).unwrap();
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
    let (hub, _serving) = world.served_hub().await;
    let display = world.planned(&hub).await;
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
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_that_is_not_linked_says_so() {
    let world = World::new().await;
    let (hub, serving) = world.served_hub().await;
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
            views[0].displays.len()
        ),
        ("North", true, 1)
    );
    drop(serving);
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
    world.expect(&PairingCode::draw().to_string()).await;
    let refused = hub.pair(&PairingCode::draw()).await;
    assert!(matches!(refused, Err(DialError::OtherCode)), "{refused:?}");
    assert!(matches!(
        world.hubs.pairing_state(),
        Pairing::Waiting { .. }
    ));
    assert_eq!(world.hubs.hubs().await.unwrap(), []);
    let refused = world.hubs.pair(Some("not a code"), None, None).await;
    assert!(matches!(refused, Err(PairError::NotACode(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_hub_that_has_everything_is_sent_nothing() {
    let world = World::new().await;
    let (mut hub, serving) = world.served_hub().await;
    let display = world.planned(&hub).await;
    drop(serving);
    let world = world.restarted().await;
    hub.move_to(world.hubs.local_addr());
    let serving = hub.served().await;
    // The agent may have been stopped in the middle of planning; now nothing but the plan's end can change it.
    eventually("the hub has the whole plan", async || {
        let outline = world.store.desired(&display).await.unwrap()?;
        (outline.steps.len() > 2 && hub.plan()?.generation == Some(outline.generation))
            .then_some(())
    })
    .await;
    drop(serving);
    let (before, frames) = (hub.plan().unwrap(), hub.frames_received());
    hub.forget_freshness();
    let _serving = hub.served().await;
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
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_behind_its_hub_takes_a_new_epoch() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let ahead = Generation {
        epoch: 3,
        counter: 1000,
    };
    hub.pretend(move |hello| hello.highest = Some(ahead));
    let _serving = hub.served().await;
    let plan = eventually("a plan comes", async || hub.plan()).await;
    assert_eq!(plan.generation.unwrap().epoch, 4);
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
