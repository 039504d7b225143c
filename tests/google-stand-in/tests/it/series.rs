//! Recurring events.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Google, summaries};

const WEEK: [(&str, &str); 4] = [
    ("singleEvents", "true"),
    ("orderBy", "startTime"),
    ("timeMin", "2026-11-23T00:00:00Z"),
    ("timeMax", "2026-11-30T00:00:00Z"),
];

async fn daily(google: &Google, room: &str) -> String {
    let series = json!({
        "summary": "Stand-up", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:15:00Z",
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"],
    });
    google.add(room, series).await
}

#[tokio::test]
async fn a_series_is_one_event_or_its_instances() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let id = daily(&google, room).await;
    let whole = google.events(room, &[]).await.ok();
    assert_eq!(
        whole["items"][0]["recurrence"],
        json!(["RRULE:FREQ=DAILY;COUNT=3"])
    );
    let list = google.events(room, &WEEK).await.ok();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(items[1]["id"], format!("{id}_20261124T100000Z"));
    assert_eq!(items[1]["recurringEventId"], id);
    assert_eq!(items[1]["end"]["dateTime"], "2026-11-24T10:15:00Z");
    assert!(items[1].get("recurrence").is_none());
    google.stop().await;
}

#[tokio::test]
async fn one_instance_moves_and_another_is_suppressed() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let id = daily(&google, room).await;
    let token = google.events(room, &[]).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let instance = |day: u8| format!("events/{room}/{id}_202611{day}T100000Z");
    let later =
        json!({"summary": "Late", "start": "2026-11-23T12:00:00Z", "end": "2026-11-23T12:15:00Z"});
    google
        .control(Method::PATCH, &instance(23), later)
        .await
        .ok();
    google
        .control(Method::DELETE, &instance(24), Value::Null)
        .await
        .ok();
    let list = google.events(room, &WEEK).await.ok();
    assert_eq!(summaries(&list), ["Late", "Stand-up"]);
    assert_eq!(
        list["items"][0]["originalStartTime"]["dateTime"],
        "2026-11-23T10:00:00Z"
    );
    let changes = google.events(room, &[("syncToken", &token)]).await.ok();
    let suppressed = &changes["items"][1];
    assert_eq!(
        (&suppressed["status"], &suppressed["recurringEventId"]),
        (&json!("cancelled"), &json!(id))
    );
    assert_eq!(
        suppressed["originalStartTime"]["dateTime"],
        "2026-11-24T10:00:00Z"
    );
    google.stop().await;
}

#[tokio::test]
async fn a_deleted_series_takes_its_exceptions_along() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let id = daily(&google, room).await;
    let path = format!("events/{room}/{id}_20261123T100000Z");
    google
        .control(Method::PATCH, &path, json!({"summary": "Moved"}))
        .await
        .ok();
    google
        .control(Method::DELETE, &format!("events/{room}/{id}"), Value::Null)
        .await
        .ok();
    assert_eq!(google.events(room, &WEEK).await.ok()["items"], json!([]));
    google.stop().await;
}

#[tokio::test]
async fn an_instance_that_is_not_in_the_series_does_not_exist() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let id = daily(&google, room).await;
    let path = |name: &str| format!("/calendar/v3/calendars/{room}/events/{name}");
    assert_eq!(
        google
            .get(&path(&format!("{id}_20261125T100000Z")), &[])
            .await
            .status,
        200
    );
    for wrong in [
        format!("{id}_20261126T100000Z"),
        format!("{id}_x"),
        "none_20261125T100000Z".into(),
    ] {
        assert_eq!(google.get(&path(&wrong), &[]).await.status, 404, "{wrong}");
    }
    google.stop().await;
}
