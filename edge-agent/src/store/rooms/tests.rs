use super::*;
use crate::store::{NewGrant, StoredAccess};

fn seen(calendar_id: &str, name: &str, zone: &str) -> SeenCalendar {
    SeenCalendar {
        place: None,
        new_id: RoomId::new(&ulid::Ulid::new().to_string()).unwrap(),
        calendar_id: calendar_id.to_owned(),
        name: name.to_owned(),
        zone: zone.to_owned(),
    }
}

async fn account(store: &Store, subject: &str) -> String {
    let at = Timestamp::UNIX_EPOCH;
    let grant = NewGrant {
        new_id: format!("acct_{subject}"),
        subject: subject.to_owned(),
        email: format!("{subject}@example.com"),
        scopes: String::new(),
        refresh_token: "r".to_owned(),
        access: StoredAccess {
            token: "a".to_owned(),
            expires: at,
        },
        at,
        ends_at: None,
    };
    store.save_grant("no flow", grant).await.unwrap()
}

#[tokio::test]
async fn a_room_keeps_its_id_and_is_told_when_its_name_or_zone_changes() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path()).unwrap();
    let one = account(&store, "one").await;
    let first = store
        .save_calendars(&one, vec![seen("r@x", "Alder", "Etc/GMT-2")])
        .await
        .unwrap();
    assert_eq!(first.len(), 1, "a new room");
    let again = store
        .save_calendars(&one, vec![seen("r@x", "Alder", "Etc/GMT-2")])
        .await
        .unwrap();
    assert_eq!(again, []);
    let renamed = store
        .save_calendars(&one, vec![seen("r@x", "Oak", "Mars/Base")])
        .await
        .unwrap();
    assert_eq!(renamed, first);
    let room = store.room(&first[0]).await.unwrap().unwrap();
    assert_eq!((room.name.as_str(), room.zone), ("Oak", TimeZone::UTC));
    assert_eq!(
        (room.linked, room.pushes, room.verified_at),
        (false, Pushes::default(), None)
    );
}

#[tokio::test]
async fn a_room_that_two_accounts_see_stays_with_the_one_that_works() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path()).unwrap();
    let (one, two) = (account(&store, "one").await, account(&store, "two").await);
    let reader = async || store.rooms().await.unwrap().remove(0).account;
    store
        .save_calendars(&one, vec![seen("r@x", "Alder", "UTC")])
        .await
        .unwrap();
    store
        .save_calendars(&two, vec![seen("r@x", "Alder", "UTC")])
        .await
        .unwrap();
    assert_eq!(reader().await.as_ref(), Some(&one));
    store.must_reconnect(&one, "revoked").await.unwrap();
    store
        .save_calendars(&two, vec![seen("r@x", "Alder", "UTC")])
        .await
        .unwrap();
    assert_eq!(reader().await.as_ref(), Some(&two));
    store.delete_google_account(&two).await.unwrap();
    assert_eq!(reader().await, None, "the room stays, so that its links do");
}

#[tokio::test]
async fn a_tag_belongs_to_one_window() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path()).unwrap();
    let one = account(&store, "one").await;
    let room = store
        .save_calendars(&one, vec![seen("r@x", "Alder", "UTC")])
        .await
        .unwrap()
        .remove(0);
    let today = Window::around("2026-11-23T10:00:00Z".parse().unwrap(), &TimeZone::UTC);
    let tomorrow = Window::around("2026-11-24T10:00:00Z".parse().unwrap(), &TimeZone::UTC);
    let listed = ListedWindow {
        window: today,
        etag: Some("\"t\"".to_owned()),
        events: Vec::new(),
        skipped: Skipped::default(),
        verified_at: today.start,
        pushed_at: None,
    };
    let replace =
        async |listed: &ListedWindow| store.replace_window(&room, listed.clone()).await.unwrap();
    assert_eq!(replace(&listed).await, Replaced::NewDays);
    assert_eq!(replace(&listed).await, Replaced::Same);
    assert_eq!(
        store.listing_etag(&room, today).await.unwrap().as_deref(),
        Some("\"t\"")
    );
    assert_eq!(store.listing_etag(&room, tomorrow).await.unwrap(), None);

    let meeting = Event {
        id: "1".to_owned(),
        summary: None,
        organiser: None,
        organiser_address: None,
        attendees: None,
        start: today.start,
        end: today.end,
        all_day: false,
        private: false,
    };
    let with_meeting = ListedWindow {
        events: vec![meeting],
        ..listed.clone()
    };
    assert_eq!(replace(&with_meeting).await, Replaced::Changed);
    let of_tomorrow = ListedWindow {
        window: tomorrow,
        ..listed
    };
    assert_eq!(replace(&of_tomorrow).await, Replaced::NewDays);
}

#[tokio::test]
async fn a_room_tells_whether_its_announcements_come() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path()).unwrap();
    let one = account(&store, "one").await;
    let calendars = vec![seen("r@x", "Alder", "UTC")];
    let id = store
        .save_calendars(&one, calendars)
        .await
        .unwrap()
        .remove(0);
    let pushes = async || store.room(&id).await.unwrap().unwrap().pushes;
    store
        .watch_problem(&id, "not for this domain")
        .await
        .unwrap();
    assert_eq!(
        pushes().await.problem.as_deref(),
        Some("not for this domain")
    );

    let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let channel = StoredChannel {
        id: "ch".to_owned(),
        room: Some(id.clone()),
        account: one.clone(),
        address: "https://relay.example.com/a".to_owned(),
        key_version: 1,
        resource_id: None,
        expires_at: now,
        renew_at: now,
        retired: false,
    };
    store.save_channel(channel).await.unwrap();
    assert_eq!(pushes().await.channel, None, "Google has not answered yet");
    let later = now + SignedDuration::from_hours(24);
    store
        .channel_opened("ch", "res", later, later)
        .await
        .unwrap();
    store.room_verified(&id, now, Some(now)).await.unwrap();
    let open = Pushes {
        channel: Some("ch".to_owned()),
        renew_at: Some(later),
        last: Some(now),
        missed: 0,
        problem: None,
    };
    assert_eq!(pushes().await, open);
    assert!(open.work());

    store.missed_pushes(&id, DOUBTFUL).await.unwrap();
    let room = store.room(&id).await.unwrap().unwrap();
    assert!(!room.pushes.work());
    assert_eq!(room.stale_after, STALE_WITHOUT_PUSHES);
}
