//! The control API and the edit page.

use google_stand_in::{Config, Content, Programme};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Google, Hook};

#[tokio::test]
async fn a_change_says_when_it_was_committed_and_is_there_at_once() {
    let google = Google::start().await;
    let talk = json!({"summary": "Talk", "organiser": "Ann Lee", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"});
    let made = google.control(Method::POST, "events/Alder", talk).await;
    assert_eq!(made.status, 201);
    let committed = made.body["committed_at"].as_str().unwrap();
    assert_eq!(committed.len(), "2026-11-23T10:00:00.000000Z".len());
    assert!(committed.parse::<Timestamp>().is_ok());
    let path = format!(
        "events/Alder/{}",
        made.body["event"]["id"].as_str().unwrap()
    );
    let moved =
        json!({"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z", "declined": true});
    let moved = google.control(Method::PATCH, &path, moved).await.ok();
    assert_eq!(
        (&moved["event"]["organiser"], &moved["event"]["declined"]),
        (&json!("Ann Lee"), &json!(true))
    );
    let list = google
        .control(Method::GET, "events/Alder", Value::Null)
        .await
        .ok();
    assert_eq!(list[0], moved["event"]);
    let untitled = json!({"summary_absent": true});
    let untitled = google.control(Method::PATCH, &path, untitled).await.ok();
    assert_eq!(untitled["event"]["summary"], Value::Null);
    google
        .control(Method::DELETE, &path, Value::Null)
        .await
        .ok();
    assert_eq!(
        google
            .control(Method::GET, "events/Alder", Value::Null)
            .await
            .ok(),
        json!([])
    );
    assert_eq!(
        google
            .control(Method::DELETE, &path, Value::Null)
            .await
            .status,
        410
    );
    google.stop().await;
}

#[tokio::test]
async fn what_the_short_form_does_not_know_is_refused_by_name() {
    let google = Google::start().await;
    let wrong =
        json!({"summry": "Talk", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"});
    let refused = google.control(Method::POST, "events/Alder", wrong).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("summry")
    );
    let times = json!({"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"});
    assert_eq!(
        google
            .control(Method::POST, "events/Nowhere", times)
            .await
            .status,
        404
    );
    google.stop().await;
}

#[tokio::test]
async fn whole_days_rooms_and_series_come_out_plain() {
    let google = Google::start().await;
    let new = json!({"name": "Yew", "zone": "Europe/Brussels"});
    let room = google.control(Method::POST, "rooms", new).await.ok();
    assert!(
        room["id"]
            .as_str()
            .unwrap()
            .ends_with("@resource.calendar.google.com")
    );
    let day = json!({"summary": "Closed", "start": "2026-11-23", "end": "2026-11-24", "transparent": true});
    google.add("Yew", day).await;
    let list = google
        .control(
            Method::GET,
            "events/Yew?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z",
            Value::Null,
        )
        .await
        .ok();
    assert_eq!(list[0]["start"], "2026-11-23T00:00:00+01:00");
    assert_eq!(
        (&list[0]["all_day"], &list[0]["transparent"]),
        (&json!(true), &json!(true))
    );
    google.stop().await;
}

#[tokio::test]
async fn the_log_has_googles_requests_and_no_secrets() {
    let google = Google::start().await;
    google
        .control(Method::DELETE, "requests", Value::Null)
        .await
        .ok();
    let room = &google.rooms().await[0];
    google.events(room, &[("singleEvents", "true")]).await.ok();
    let log = google
        .control(Method::GET, "requests", Value::Null)
        .await
        .ok();
    assert_eq!(log.as_array().unwrap().len(), 1, "{log}");
    assert_eq!(
        (&log[0]["status"], &log[0]["query"]),
        (&json!(200), &json!("singleEvents=true"))
    );
    assert!(!log.to_string().contains("ya29"));
    google.stop().await;
}

#[tokio::test]
async fn the_edit_page_changes_a_day_and_says_when() {
    let google = Google::start().await;
    let room = google.rooms().await[0].clone();
    let hook = Hook::start(&[], "").await;
    google.watch(&room, "ch", &hook.address()).await.ok();
    hook.wait(1).await;
    let encoded = room.replace('@', "%40");
    let post = async |path: String, form: &[(&str, &str)]| {
        let answer = google
            .http
            .post(format!("{}{path}", google.base))
            .form(form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 303);
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        google
            .http
            .get(format!("{}{to}", google.base))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let form = [
        ("summary", "Tea & <cake>"),
        ("organiser", "Ann Lee"),
        ("from", "10:00"),
        ("to", "10:45"),
    ];
    let page = post(format!("/edit/{encoded}"), &form).await;
    assert!(
        page.contains("Added: Tea &amp; &lt;cake&gt;. Committed at 20"),
        "{page}"
    );
    assert!(page.contains("10:00–10:45") && page.contains("Ann Lee"));
    let event = google
        .control(Method::GET, &format!("events/{room}"), Value::Null)
        .await
        .ok()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let one = format!("/edit/{encoded}/{event}");
    assert!(
        post(one.clone(), &[("do", "later")])
            .await
            .contains("10:30–11:15")
    );
    assert!(
        post(one.clone(), &[("do", "earlier")])
            .await
            .contains("10:00–10:45")
    );
    assert!(
        post(one.clone(), &[("do", "rename"), ("summary", "Coffee")])
            .await
            .contains("Renamed: Coffee")
    );
    assert!(
        post(one.clone(), &[("do", "cancel")])
            .await
            .contains("Nothing is on today")
    );
    assert!(
        post(one, &[("do", "cancel")])
            .await
            .contains("Not done: Resource has been deleted")
    );
    hook.wait(6).await;
    google.stop().await;
}

#[tokio::test]
async fn the_fosdem_day_is_going_on() {
    let programme = Programme::read(include_bytes!("../../fixtures/fosdem-2025.json")).unwrap();
    let google = Google::with(Config {
        content: Content::Fosdem(programme),
        ..Config::default()
    })
    .await;
    let rooms = google.control(Method::GET, "rooms", Value::Null).await.ok();
    let rooms = rooms.as_array().unwrap();
    assert_eq!(rooms.len(), 40);
    let busy: Vec<&Value> = rooms
        .iter()
        .filter(|room| room["now"].is_object())
        .collect();
    assert!(busy.len() >= 12, "{} rooms have a talk", busy.len());
    assert!(busy.iter().all(|room| room["now"]["organiser"].is_string()));
    let list = google
        .get(
            "/calendar/v3/users/me/calendarList",
            &[("maxResults", "250")],
        )
        .await
        .ok();
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        41,
        "the rooms and the account's own calendar"
    );
    google.stop().await;
}
