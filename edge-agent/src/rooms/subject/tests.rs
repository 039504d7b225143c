//! What displays say and when, from a real store.

use edge_api::id::{AnnouncementId, DisplayId, HubId};
use edge_api::settings::{Announcement as Announced, OutOfOrder as Closed, RoomSettings};
use google_calendar::{Event, Window};
use tempfile::TempDir;

use super::*;
use crate::rooms::drawer::{Drawer, Urgency};
use crate::rooms::fonts::SignFonts;
use crate::store::{ListedWindow, NotSet, SeenDisplay, Skipped};

const ALDER: &str = "room_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const BIRCH: &str = "room_01ARZ3NDEKTSV4RRFFQ69G5FAX";

/// Monday, 10:00 in Berlin.
fn morning() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn at(minutes: i64) -> Timestamp {
    morning() + SignedDuration::from_mins(minutes)
}

struct House {
    _folder: TempDir,
    store: Store,
    display: DisplayId,
}

impl House {
    /// Two rooms, and a display that is linked to the first, where a meeting is on.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let hub: HubId = "ab".repeat(32).parse().unwrap();
        store.pair_hub(&hub, "North", morning()).await.unwrap();
        let seen = SeenDisplay {
            new_id: DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAY").unwrap(),
            key: "n1".to_owned(),
            panel: "400x300".to_owned(),
        };
        let arrived = store
            .hub_arrived(&hub, "1", "[::1]:1", vec![seen], morning())
            .await
            .unwrap()
            .unwrap();
        store
            .write(|tx| {
                for (id, calendar, name) in [(ALDER, "alder@x", "Alder"), (BIRCH, "birch@x", "Birch")] {
                    tx.execute(
                        "INSERT INTO rooms (id, calendar_id, name, zone) VALUES (?1, ?2, ?3, 'Europe/Berlin')",
                        [id, calendar, name],
                    )?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let house = Self {
            _folder: folder,
            store,
            display: arrived.displays[0].id.clone(),
        };
        house.link(Some(ALDER)).await;
        house.meetings(&[("Planning", -5, 55)]).await;
        house
    }

    async fn link(&self, room: Option<&str>) {
        let room = room.map(|room| room.parse().unwrap());
        let linked = self.store.link_display(&self.display, room.as_ref()).await;
        linked.unwrap().unwrap();
    }

    /// Those of Alder: title, start and end in minutes after ten.
    async fn meetings(&self, meetings: &[(&str, i64, i64)]) {
        let event = |(title, start, end): &(&str, i64, i64)| Event {
            id: format!("{start}"),
            summary: Some((*title).to_owned()),
            organiser: Some("Ada Lovelace".to_owned()),
            organiser_address: None,
            attendees: Some(3),
            start: at(*start),
            end: at(*end),
            all_day: false,
            private: false,
        };
        let listed = ListedWindow {
            window: Window::around(morning(), &TimeZone::get("Europe/Berlin").unwrap()),
            etag: None,
            events: meetings.iter().map(event).collect(),
            skipped: Skipped::default(),
            verified_at: morning(),
            pushed_at: None,
        };
        self.store
            .replace_window(&ALDER.parse().unwrap(), listed)
            .await
            .unwrap();
    }

    async fn set(&self, settings: DisplaySettings) {
        self.store
            .set_display(&self.display, settings)
            .await
            .unwrap()
            .unwrap();
    }

    async fn announce(&self, id: &str, title: &str, until: Timestamp) {
        let announced = Announced {
            id: AnnouncementId::new(id).unwrap(),
            says: Announce {
                title: title.to_owned(),
                text: String::new(),
                until,
                displays: vec![self.display.clone()],
            },
        };
        self.store
            .announce(announced, morning())
            .await
            .unwrap()
            .unwrap();
    }

    async fn subject(&self) -> Subject {
        let display = self.store.display(&self.display).await.unwrap().unwrap();
        Subject::load(&self.store, &display, &mut Rooms::default())
            .await
            .unwrap()
    }
}

/// The state that is drawn.
fn said(scene: &Scene) -> &SignState {
    match &scene.drawing {
        Drawing::Sign { state, .. } => state,
        other => panic!("not a sign: {other:?}"),
    }
}

fn announced(scene: &Scene) -> Option<&str> {
    said(scene)
        .announcement
        .as_ref()
        .map(|one| one.title.as_str())
}

fn scene_at(scenes: &[Scene], minutes: i64) -> &Scene {
    scenes
        .iter()
        .find(|scene| scene.from == at(minutes))
        .unwrap()
}

fn instants(scenes: &[Scene]) -> Vec<Timestamp> {
    scenes.iter().map(|scene| scene.from).collect()
}

#[tokio::test]
async fn an_announcement_is_part_of_the_plan_and_ends_by_itself() {
    let house = House::new().await;
    house
        .announce("01ARZ3NDEKTSV4RRFFQ69G5FB1", "Fire drill", at(30))
        .await;
    house
        .announce("01ARZ3NDEKTSV4RRFFQ69G5FB2", "Cake", at(10))
        .await;
    let subject = house.subject().await;
    assert_eq!(
        announced(&subject.now(morning())),
        Some("Cake"),
        "the newest"
    );
    let coming = subject.coming(morning());
    assert_eq!(announced(scene_at(&coming, 10)), Some("Fire drill"));
    assert_eq!(announced(scene_at(&coming, 30)), None);
    assert!(said(scene_at(&coming, 30)).room.is_some());
}

#[tokio::test]
async fn a_room_out_of_order_says_so_until_it_is_not() {
    let house = House::new().await;
    house
        .set(DisplaySettings {
            out_of_order: Some(Closed {
                reason: "Painters".to_owned(),
                until: Some(at(20)),
            }),
            ..DisplaySettings::default()
        })
        .await;
    let subject = house.subject().await;
    let now = subject.now(morning());
    assert_eq!(said(&now).out_of_order.as_ref().unwrap().reason, "Painters");
    let coming = subject.coming(morning());
    assert_eq!(said(scene_at(&coming, 20)).out_of_order, None);
    // It has nothing to do with Google: a plan that runs out says it all the same.
    assert!(said(&subject.unknown(morning())).out_of_order.is_some());
}

#[tokio::test]
async fn private_words_never_reach_the_frame() {
    let house = House::new().await;
    let drawer = Drawer::start(SignFonts::default()).unwrap();
    let mut frames = Vec::new();
    for (privacy, differs) in [
        (Privacy::Full, true),
        (Privacy::OrganiserOnly, false),
        (Privacy::BusyOnly, false),
    ] {
        house
            .set(DisplaySettings {
                privacy,
                ..DisplaySettings::default()
            })
            .await;
        let mut pictures = Vec::new();
        for title in ["Planning", "Merger with Initech"] {
            house.meetings(&[(title, -5, 55), (title, 90, 120)]).await;
            let subject = house.subject().await;
            let drawing = subject.now(morning()).drawing;
            let drawn = drawer.draw(Urgency::Now, drawing, subject.panel).await;
            pictures.push(drawn.unwrap().hash);
        }
        assert_eq!(pictures[0] != pictures[1], differs, "{privacy:?}");
        frames.push(pictures[0]);
    }
    assert_ne!(frames[1], frames[2], "only one of them tells the organiser");
}

#[tokio::test]
async fn in_quiet_hours_only_what_is_said_about_now_is_worth_a_refresh() {
    let house = House::new().await;
    // A meeting from 22:00 to 23:00 in quiet hours from 20:00 to 06:00.
    house
        .meetings(&[("Planning", -5, 55), ("Night shift", 720, 780)])
        .await;
    let (midnight, six) = (at(14 * 60), at(20 * 60));
    let usual = instants(&house.subject().await.coming(morning()));
    assert!(usual.contains(&midnight), "the date changes");
    house
        .set(DisplaySettings {
            quiet: Some(QuietHours {
                from: "20:00".parse().unwrap(),
                until: "06:00".parse().unwrap(),
            }),
            ..DisplaySettings::default()
        })
        .await;
    let subject = house.subject().await;
    let quiet = instants(&subject.coming(morning()));
    assert!(
        !quiet.contains(&midnight),
        "nobody is there to read the date"
    );
    assert!(quiet.contains(&six), "then it is shown");
    assert!(
        quiet.contains(&at(720)) && quiet.contains(&at(780)),
        "a sign does not lie"
    );
    assert!(subject.is_quiet(midnight) && !subject.is_quiet(morning()));
}

#[tokio::test]
async fn a_directory_lists_its_rooms_moves_on_by_the_hour_and_has_them_read() {
    let house = House::new().await;
    let directory = |rooms: &[&str]| DisplaySettings {
        shows: Shows::Directory {
            title: "Second floor".to_owned(),
            rooms: rooms.iter().map(|room| room.parse().unwrap()).collect(),
        },
        ..DisplaySettings::default()
    };
    house.link(None).await;
    house.set(directory(&[BIRCH, ALDER])).await;
    let subject = house.subject().await;
    let now = subject.now(morning());
    let listed = said(&now).directory.as_ref().unwrap();
    let names: Vec<_> = listed.rooms.iter().map(|room| room.room.as_str()).collect();
    assert_eq!(
        (listed.title.as_str(), names),
        ("Second floor", vec!["Birch", "Alder"])
    );
    assert_eq!(
        listed.rooms[0].status,
        frame::Status::NoInformation,
        "never listed"
    );
    assert!(instants(&subject.coming(morning())).contains(&at(60)));
    for room in [ALDER, BIRCH] {
        let room = room.parse().unwrap();
        assert_eq!(house.store.displays_of_room(&room).await.unwrap().len(), 1);
        assert!(house.store.room(&room).await.unwrap().unwrap().linked);
    }
    let unknown = directory(&["room_01ARZ3NDEKTSV4RRFFQ69G5FZZ"]);
    let refused = house
        .store
        .set_display(&house.display, unknown)
        .await
        .unwrap();
    assert_eq!(refused, Err(NotSet::Room));
    assert!(
        matches!(house.subject().await.about, About::Directory { .. }),
        "what was set stays"
    );
}

#[tokio::test]
async fn a_display_without_a_room_shows_its_picture_the_way_it_hangs() {
    let house = House::new().await;
    house.link(None).await;
    house
        .set(DisplaySettings {
            shows: Shows::Picture,
            rotation: 90,
            ..DisplaySettings::default()
        })
        .await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10"/></svg>"#;
    assert!(
        house
            .store
            .set_picture(&house.display, Some(svg.to_vec()))
            .await
            .unwrap()
    );
    let subject = house.subject().await;
    let drawing = subject.now(morning()).drawing;
    let drawn = Drawer::start(SignFonts::default())
        .unwrap()
        .draw(Urgency::Now, drawing, subject.panel)
        .await
        .unwrap();
    assert_eq!((drawn.bitmap.width(), drawn.bitmap.height()), (400, 300));
    assert!(drawn.bitmap.get(200, 150), "black in the middle");
    assert_eq!(subject.rooms().count(), 0, "it never goes stale");
    assert!(subject.coming(morning()).is_empty());
}

#[tokio::test]
async fn language_and_clock_are_the_rooms_unless_the_display_has_its_own() {
    let house = House::new().await;
    let spoken = async || {
        let subject = house.subject().await;
        (subject.locale.clone(), subject.clock)
    };
    assert_eq!(spoken().await, (String::new(), Clock::Language));
    let of_room = RoomSettings {
        locale: Some("de".to_owned()),
        clock: Some(ClockStyle::Hours12),
    };
    assert!(
        house
            .store
            .set_room(&ALDER.parse().unwrap(), &of_room)
            .await
            .unwrap()
    );
    assert_eq!(spoken().await, ("de".to_owned(), Clock::Hours12));
    house
        .set(DisplaySettings {
            locale: Some("pl".to_owned()),
            ..DisplaySettings::default()
        })
        .await;
    assert_eq!(spoken().await, ("pl".to_owned(), Clock::Hours12));
}

#[test]
fn a_plan_reaches_a_day_and_is_the_same_all_hour() {
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let first = horizon(at(7200));
    assert_eq!(horizon(at(7200 + 3599)), first);
    assert_ne!(horizon(at(7200 + 3600)), first);
    assert!(first.duration_since(at(7200 + 3599)) >= SignedDuration::from_hours(24));
}
