use super::*;
use crate::store::{NewGrant, StoredAccess};

fn seen(calendar_id: &str, name: &str, zone: &str) -> SeenCalendar {
    SeenCalendar {
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
        (room.linked, room.announced, room.verified_at),
        (false, false, None)
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
    };
    assert!(
        store.replace_window(&room, listed.clone()).await.unwrap(),
        "the first list is a change"
    );
    assert!(!store.replace_window(&room, listed).await.unwrap());
    assert_eq!(
        store.listing_etag(&room, today).await.unwrap().as_deref(),
        Some("\"t\"")
    );
    assert_eq!(store.listing_etag(&room, tomorrow).await.unwrap(), None);
}
