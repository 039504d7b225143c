//! Lists, tokens, entity tags, writing.

use google_stand_in::{Config, Content, RoomEntry, RoomsFile};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Google, summaries};

fn at(hour: u8) -> String {
    format!("2026-11-23T{hour:02}:00:00Z")
}

fn event(summary: &str, from: u8, to: u8) -> Value {
    json!({"summary": summary, "start": at(from), "end": at(to)})
}

#[tokio::test]
async fn the_calendar_list_is_paged_and_hides_what_is_hidden() {
    let mut file = RoomsFile::default();
    file.rooms[0].hidden = true;
    file.rooms[1].subscribed = false;
    file.rooms.push(RoomEntry {
        name: "Dogwood".into(),
        ..file.rooms[2].clone()
    });
    let google = Google::with(Config {
        content: Content::Rooms(file),
        ..Config::default()
    })
    .await;
    let path = "/calendar/v3/users/me/calendarList";
    let shown = google.get(path, &[]).await.ok();
    assert_eq!(summaries(&shown), ["admin@example.com", "Cedar", "Dogwood"]);
    let query = [("showHidden", "true"), ("maxResults", "3")];
    let first = google.get(path, &query).await.ok();
    assert_eq!(summaries(&first), ["admin@example.com", "Alder", "Cedar"]);
    assert!(first.get("nextSyncToken").is_none());
    let page = first["nextPageToken"].as_str().unwrap();
    let second = google
        .get(path, &[query[0], query[1], ("pageToken", page)])
        .await
        .ok();
    assert_eq!(summaries(&second), ["Dogwood"]);
    assert!(second["nextSyncToken"].is_string());
    let other = google.get(path, &[("pageToken", page)]).await;
    assert_eq!(other.status, 400);

    let birch = google.rooms().await[1].clone();
    google
        .call(Method::POST, path, &[], json!({"id": birch}))
        .await
        .ok();
    assert!(summaries(&google.get(path, &[]).await.ok()).contains(&"Birch"));
    let token = second["nextSyncToken"].as_str().unwrap();
    let changed = google
        .get(path, &[("showHidden", "true"), ("syncToken", token)])
        .await
        .ok();
    assert_eq!(summaries(&changed), ["Birch"]);
    google.stop().await;
}

#[tokio::test]
async fn time_min_bounds_the_end_and_time_max_the_start() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    for (summary, from, to) in [
        ("early", 8, 9),
        ("across", 8, 10),
        ("inside", 10, 11),
        ("late", 12, 13),
    ] {
        google.add(room, event(summary, from, to)).await;
    }
    let (min, max) = (at(9), at(12));
    let query = [
        ("singleEvents", "true"),
        ("orderBy", "startTime"),
        ("timeMin", &min),
        ("timeMax", &max),
    ];
    let list = google.events(room, &query).await.ok();
    assert_eq!(summaries(&list), ["across", "inside"]);
    google.stop().await;
}

#[tokio::test]
async fn what_google_refuses_in_a_list_is_refused() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    for query in [
        [("orderBy", "startTime")].as_slice(),
        &[("orderBy", "length")],
        &[("timeMin", "2026-11-23T10:00:00")],
        &[
            ("timeMin", "2026-11-23T10:00:00Z"),
            ("timeMax", "2026-11-23T10:00:00Z"),
        ],
        &[("maxResults", "0")],
        &[("pageToken", "nonsense")],
        &[("syncToken", "nonsense")],
        &[("singleEvents", "yes")],
    ] {
        assert_eq!(google.events(room, query).await.status, 400, "{query:?}");
    }
    assert_eq!(google.events("nowhere@example.com", &[]).await.status, 404);
    google.stop().await;
}

#[tokio::test]
async fn pages_repeat_the_query_and_the_last_one_has_the_sync_token() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    for hour in 8..13 {
        google
            .add(room, event(&format!("e{hour}"), hour, hour + 1))
            .await;
    }
    let mut seen = Vec::new();
    let mut page = String::new();
    loop {
        let list = google
            .events(room, &[("maxResults", "2"), ("pageToken", &page)])
            .await
            .ok();
        seen.extend(summaries(&list).into_iter().map(str::to_owned));
        match list["nextPageToken"].as_str() {
            Some(next) => {
                assert!(list.get("nextSyncToken").is_none());
                page = next.to_owned();
            }
            None => {
                assert!(list["nextSyncToken"].is_string());
                break;
            }
        }
    }
    assert_eq!(seen, ["e8", "e9", "e10", "e11", "e12"]);
    google.stop().await;
}

#[tokio::test]
async fn an_unchanged_list_is_304_and_a_write_changes_its_tag() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let path = format!("/calendar/v3/calendars/{room}/events");
    let first = google.events(room, &[]).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(first.body["etag"], tag.as_str());
    let known = [("if-none-match", tag.as_str())];
    let same = google
        .call_with(Method::GET, &path, &[], Value::Null, &known)
        .await;
    assert_eq!((same.status, same.body), (304, Value::Null));
    google.add(room, event("new", 8, 9)).await;
    let changed = google
        .call_with(Method::GET, &path, &[], Value::Null, &known)
        .await;
    assert_eq!(changed.status, 200);
    google.stop().await;
}

#[tokio::test]
async fn a_sync_token_brings_changes_and_deletions_and_nothing_else() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let kept = google.add(room, event("kept", 8, 9)).await;
    let gone = google.add(room, event("gone", 9, 10)).await;
    let token = google.events(room, &[]).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("events/{room}/{gone}");
    google
        .control(Method::DELETE, &path, Value::Null)
        .await
        .ok();
    google.add(room, event("new", 10, 11)).await;
    let changes = google.events(room, &[("syncToken", &token)]).await.ok();
    let items = changes["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), items[1]["summary"].as_str()),
        (2, Some("new"))
    );
    assert_eq!(
        (&items[0]["id"], &items[0]["status"]),
        (&json!(gone), &json!("cancelled"))
    );
    assert!(
        items[0].get("start").is_none(),
        "of a deleted event only the id is sure"
    );
    assert!(!changes.to_string().contains(&kept));
    google.stop().await;
}

#[tokio::test]
async fn a_sync_token_refuses_other_parameters_and_expires() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let token = google.events(room, &[]).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    for refused in [
        ("iCalUID", "x"),
        ("orderBy", "updated"),
        ("privateExtendedProperty", "a=b"),
        ("q", "x"),
        ("sharedExtendedProperty", "a=b"),
        ("timeMin", "2026-11-23T10:00:00Z"),
        ("timeMax", "2026-11-23T10:00:00Z"),
        ("updatedMin", "2026-11-23T10:00:00Z"),
        ("showDeleted", "false"),
        ("singleEvents", "true"),
    ] {
        let answer = google.events(room, &[("syncToken", &token), refused]).await;
        assert_eq!(answer.status, 400, "{refused:?}");
    }
    google
        .control(Method::POST, "sync-tokens/expire", Value::Null)
        .await
        .ok();
    let expired = google.events(room, &[("syncToken", &token)]).await;
    assert_eq!(
        (expired.status, expired.reason()),
        (410, "fullSyncRequired")
    );
    assert_eq!(expired.body["error"]["errors"][0]["location"], "syncToken");
    google.stop().await;
}

#[tokio::test]
async fn clients_write_events_and_stale_tags_are_refused() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let path = format!("/calendar/v3/calendars/{room}/events");
    let body = json!({"summary": "Plan", "start": {"dateTime": at(8)}, "end": {"dateTime": at(9)}});
    let made = google.call(Method::POST, &path, &[], body).await.ok();
    assert_eq!(
        (&made["status"], &made["organizer"]["email"]),
        (&json!("confirmed"), &json!("admin@example.com"))
    );
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let patched = google
        .call(Method::PATCH, &one, &[], json!({"summary": "Plans"}))
        .await
        .ok();
    assert_ne!(patched["etag"], made["etag"]);
    let stale = [("if-match", made["etag"].as_str().unwrap())];
    let refused = google
        .call_with(Method::PATCH, &one, &[], json!({"summary": "x"}), &stale)
        .await;
    assert_eq!((refused.status, refused.reason()), (412, "conditionNotMet"));
    let whole = json!({"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}});
    let updated = google.call(Method::PUT, &one, &[], whole).await.ok();
    assert!(updated.get("summary").is_none());
    assert_eq!(updated["sequence"], 1);
    assert_eq!(
        google
            .call(Method::DELETE, &one, &[], Value::Null)
            .await
            .status,
        204
    );
    let again = google.call(Method::DELETE, &one, &[], Value::Null).await;
    assert_eq!((again.status, again.reason()), (410, "deleted"));
    assert_eq!(google.get(&one, &[]).await.ok()["status"], "cancelled");
    google.stop().await;
}

#[tokio::test]
async fn events_that_make_no_sense_are_refused() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let path = format!("/calendar/v3/calendars/{room}/events");
    let (eight, nine) = (json!({"dateTime": at(8)}), json!({"dateTime": at(9)}));
    for body in [
        json!({"summary": "no times"}),
        json!({"start": nine, "end": eight}),
        json!({"start": eight, "end": {"date": "2026-11-24"}}),
        json!({"start": {"dateTime": "soon"}, "end": nine}),
        json!({"start": {"dateTime": at(8), "timeZone": "Europe/Nowhere"}, "end": nine}),
        json!({"start": eight, "end": nine, "id": "NOT BASE32HEX"}),
        json!({"start": eight, "end": nine, "recurrence": ["RRULE:FREQ=YEARLY"]}),
        json!(["not an object"]),
    ] {
        assert_eq!(
            google
                .call(Method::POST, &path, &[], body.clone())
                .await
                .status,
            400,
            "{body}"
        );
    }
    google.stop().await;
}

#[tokio::test]
async fn strange_events_are_served_as_they_were_put() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let odd = json!({"id": "odd", "status": "confirmed", "start": {"dateTime": "0000-12-29T10:00:00Z"}, "end": {"dateTime": "nonsense"}});
    google
        .control(Method::POST, &format!("events/{room}?raw=true"), odd)
        .await
        .ok();
    let private = json!({"private": true, "summary": "secret", "start": at(8), "end": at(9)});
    google.add(room, private).await;
    let list = google
        .events(room, &[("singleEvents", "true"), ("timeMin", &at(7))])
        .await
        .ok();
    let items = list["items"].as_array().unwrap();
    assert_eq!(
        (&items[0]["id"], &items[0]["start"]["dateTime"]),
        (&json!("odd"), &json!("0000-12-29T10:00:00Z"))
    );
    assert_eq!(items[1]["visibility"], "private");
    assert!(items[1].get("summary").is_none() && items[1].get("organizer").is_none());
    google.stop().await;
}

#[tokio::test]
async fn the_directory_finds_people_by_prefix() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let mut meeting = event("Talk", 8, 9);
    meeting["organiser"] = json!("Ann Lee");
    google.add(room, meeting).await;
    let query = [
        ("query", "ann.lee@example.com"),
        ("readMask", "names,emailAddresses"),
        ("sources", "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"),
    ];
    let found = google
        .get("/v1/people:searchDirectoryPeople", &query)
        .await
        .ok();
    assert_eq!(found["people"][0]["names"][0]["displayName"], "Ann Lee");
    let all = google
        .get("/v1/people:listDirectoryPeople", &query[1..])
        .await
        .ok();
    assert_eq!(all["people"].as_array().map(Vec::len), Some(1));
    let list = google.events(room, &[]).await.ok();
    let event = &list["items"][0];
    assert_eq!(event["organizer"], json!({"email": "ann.lee@example.com"}));
    assert_eq!(event["attendees"][0]["displayName"], "Ann Lee");
    google.stop().await;
}
