//! The two steps of a change, one at a time.

use edge_api::id::HubId;
use google_calendar::{Event, Window};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::*;
use crate::rooms::fonts::SignFonts;
use crate::store::{ListedWindow, Replaced, SeenDisplay, Shown, Skipped};

/// A planner that nothing drives, and one linked display.
struct Bench {
    _folder: TempDir,
    store: Store,
    planner: Planner,
    display: DisplayId,
    room: RoomId,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let room: RoomId = "room_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let id = room.clone();
        let insert = "INSERT INTO rooms (id, calendar_id, name, zone) VALUES (?1, 'alder@example.com', 'Alder', 'UTC')";
        store
            .write(move |tx| {
                tx.execute(insert, [id.as_str()])?;
                Ok(())
            })
            .await
            .unwrap();
        let hub: HubId = "ab".repeat(32).parse().unwrap();
        store.pair_hub(&hub, "North", now()).await.unwrap();
        let display = DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
        let seen = SeenDisplay {
            new_id: display.clone(),
            key: "north-1".to_owned(),
            panel: "296x128".to_owned(),
        };
        let arrived = store
            .hub_arrived(&hub, "0.1.0", "127.0.0.1", vec![seen], now())
            .await;
        assert!(arrived.unwrap().is_some());
        let linked = store.link_display(&display, Some(&room)).await;
        linked.unwrap().unwrap();
        let planner = Planner {
            store: store.clone(),
            drawer: Drawer::start(SignFonts::default()).unwrap(),
            registry: Registry::default(),
            handled: Handled::default(),
            rest: unbounded_channel().0,
        };
        Self {
            _folder: folder,
            store,
            planner,
            display,
            room,
        }
    }

    /// The room has been listed; its news are still to come.
    async fn listed(&self, title: &str) {
        let now = now();
        let event = Event {
            id: "1".to_owned(),
            summary: Some(title.to_owned()),
            organiser: None,
            organiser_address: None,
            start: now - SignedDuration::from_mins(5),
            end: now + SignedDuration::from_mins(55),
            attendees: None,
            all_day: false,
            private: false,
        };
        let listed = ListedWindow {
            window: Window::around(now, &TimeZone::UTC),
            etag: None,
            events: vec![event],
            skipped: Skipped::default(),
            verified_at: now,
            pushed_at: None,
        };
        let replaced = self.store.replace_window(&self.room, listed).await;
        assert_ne!(replaced.unwrap(), Replaced::Same);
    }

    async fn news(&self) {
        let trace = Trace {
            listed_at: Some(now()),
            ..Trace::default()
        };
        self.planner.room_changed(&self.room, trace).await.unwrap();
    }

    async fn desired(&self) -> Desired {
        self.store.desired(&self.display).await.unwrap().unwrap()
    }

    /// The display says that it shows what is due; answers whether a change has reached it by that.
    async fn shown(&self) -> bool {
        let plan = self.desired().await;
        let shown = Shown {
            frame: plan.due(now()).unwrap(),
            at: now(),
            marked_since: None,
        };
        let outcome = self
            .store
            .display_shown(&self.display, shown, plan.generation, Some(now()))
            .await;
        outcome.unwrap().closed
    }
}

#[tokio::test]
async fn a_day_that_is_planned_while_news_are_on_their_way_does_not_take_their_receipt() {
    let bench = Bench::new().await;
    bench.listed("Quarterly planning").await;
    bench.news().await;
    assert!(bench.shown().await);
    bench.planner.plan_day(&bench.display).await.unwrap();
    let planned = bench.desired().await;
    assert!(planned.steps.len() > 2, "{planned:?}");

    bench.listed("Retrospective").await;
    bench.planner.plan_day(&bench.display).await.unwrap();
    assert_eq!(bench.desired().await, planned);
    assert!(!bench.shown().await, "nothing new is to be shown yet");
    bench.news().await;
    assert!(bench.shown().await, "the change has a receipt");
}
