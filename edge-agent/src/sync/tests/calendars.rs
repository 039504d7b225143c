//! Which rooms there are: lists that change, rooms of the organisation, rooms added by their address, and channels that
//! nobody knows.

use google_calendar::oauth::{CALENDAR_SCOPE, ROOMS_SCOPE};
use serde_json::json;

use super::running::{Running, eventually};
use crate::google::AddRoomError;
use crate::google::testing::now;
use crate::news::News;
use crate::store::{Room, StoredChannel};

const BIRCH: &str = "birch@resource.calendar.google.com";

impl Running {
    async fn room_of(&self, calendar: &str) -> Room {
        eventually("the calendar is a room", || async {
            let rooms = self.bench.store.rooms().await.unwrap();
            rooms.into_iter().find(|room| room.calendar_id == calendar)
        })
        .await
    }

    async fn list_channel(&self) -> StoredChannel {
        eventually("the list of calendars is watched", || async {
            let channels = self.bench.store.channels().await.unwrap();
            channels
                .into_iter()
                .find(|channel| channel.room.is_none() && channel.resource_id.is_some())
        })
        .await
    }
}

#[tokio::test]
async fn a_calendar_that_is_put_on_the_list_becomes_a_room_when_google_says_so() {
    let running = Running::start().await;
    running.bench.fake.script().watch_lists = true;
    running.room().await;
    running.bench.bus.send(News::RelayChanged);
    let channel = running.list_channel().await;
    running
        .bench
        .fake
        .script()
        .events
        .insert(BIRCH.to_owned(), Vec::new());
    running.announce(&channel.id, 2).await;
    running.room_of(BIRCH).await;
    running.acknowledged(&[(&channel.id, 2)]).await;
    running.stop().await;
}

#[tokio::test]
async fn a_room_that_is_on_no_list_is_added_by_its_address_and_stays() {
    let mut running = Running::start().await;
    running.room().await;
    let google = &running.bench.google;
    for nonsense in ["", "alder", "a b@example.com", "@example.com"] {
        let added = google.add_room(nonsense, now()).await;
        assert!(
            matches!(added, Err(AddRoomError::NotAnAddress)),
            "{nonsense}"
        );
    }
    let added = google.add_room(BIRCH, now()).await;
    let error = added.unwrap_err().to_string();
    assert!(error.contains("share it with rooms@example.com"), "{error}");
    running
        .bench
        .fake
        .script()
        .off_list
        .insert(BIRCH.to_owned(), "Birch".to_owned());
    let added = google
        .add_room(&format!(" {} ", BIRCH.to_uppercase()), now())
        .await
        .unwrap();
    let room = running.room_of(BIRCH).await;
    assert_eq!(
        (room.id.clone(), room.name.as_str(), room.zone.iana_name()),
        (added, "Birch", Some("Europe/Oslo"))
    );
    // Lists that do not name it do not take it away, and a display can show it.
    running.bench.bus.send(News::IntegrationChanged);
    running.link(Some(&room.id)).await;
    running.hear(&News::RoomVerified { room: room.id }).await;
    running.room_of(BIRCH).await;
    running.stop().await;
}

#[tokio::test]
async fn who_may_list_the_organisations_rooms_brings_them_with_building_floor_and_capacity() {
    let running = Running::start().await;
    let alder = running.room().await;
    assert_eq!(alder.place.capacity, None);
    {
        let mut script = running.bench.fake.script();
        script.scope = Some(format!("openid email {CALENDAR_SCOPE} {ROOMS_SCOPE}"));
        script.off_list.insert(BIRCH.to_owned(), "birch".to_owned());
        script.organisation = vec![
            json!({"resourceEmail": alder.calendar_id, "resourceName": "Alder", "buildingId": "North", "floorName": "2",
                "capacity": 8}),
            json!({"resourceEmail": BIRCH, "resourceName": "Birch", "capacity": 4}),
            json!({"resourceEmail": "hidden@resource.calendar.google.com", "resourceName": "Not to be seen"}),
        ];
    }
    running.bench.connect().await;
    let birch = running.room_of(BIRCH).await;
    assert_eq!(
        (
            birch.name.as_str(),
            birch.zone.iana_name(),
            birch.place.capacity
        ),
        ("Birch", Some("Europe/Oslo"), Some(4))
    );
    let alder = running.room_of(&alder.calendar_id).await;
    assert_eq!(
        (
            alder.place.building.as_deref(),
            alder.place.floor.as_deref()
        ),
        (Some("North"), Some("2"))
    );
    assert_eq!(running.bench.store.rooms().await.unwrap().len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_channel_that_nobody_knows_is_stopped_by_what_its_notices_say() {
    let mut running = Running::start().await;
    running.linked().await;
    let ours = running.channel("/calendar/a").await;
    running
        .announce_of("of-before-the-restore", 3, Some("its-resource"))
        .await;
    let stopped = eventually("the channel is stopped", || async {
        let script = running.bench.fake.script();
        let stop = script
            .channels
            .iter()
            .find(|body| body.get("stop").is_some())
            .cloned();
        stop.map(|body| body["stop"].clone())
    })
    .await;
    assert_eq!(
        stopped,
        json!({"id": "of-before-the-restore", "resourceId": "its-resource"})
    );
    running.acknowledged(&[("of-before-the-restore", 3)]).await;
    // One that is ours is heeded, whatever its notices say, and one that posts on is not stopped again and again.
    running
        .announce_of("of-before-the-restore", 5, Some("its-resource"))
        .await;
    let before = [("of-before-the-restore", 3), ("of-before-the-restore", 5)];
    running.acknowledged(&before).await;
    running
        .announce_of(&ours.id, 4, ours.resource_id.as_deref())
        .await;
    running
        .acknowledged(&[before[0], before[1], (&ours.id, 4)])
        .await;
    assert_eq!(running.bench.fake.asked("POST", "/channels/stop"), 1);
    running.stop().await;
}
