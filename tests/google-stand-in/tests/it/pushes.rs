//! Channels and the notices on them.

use std::time::Duration;

use google_stand_in::Config;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Google, Hook, eventually};

fn meeting() -> Value {
    json!({"summary": "Plan", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"})
}

async fn outcomes(google: &Google) -> Vec<String> {
    let pushes = google
        .control(Method::GET, "pushes", Value::Null)
        .await
        .ok();
    let outcome = |push: &Value| push["outcome"].as_str().unwrap().to_owned();
    pushes.as_array().unwrap().iter().map(outcome).collect()
}

#[tokio::test]
async fn a_channel_syncs_and_then_tells_of_each_change_with_headers_only() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let hook = Hook::start(&[], "").await;
    let channel = google.watch(room, "ch-1", &hook.address()).await.ok();
    assert_eq!(channel["kind"], "api#channel");
    let sync = hook.wait(1).await[0].clone();
    assert_eq!(
        (sync.header("x-goog-resource-state"), sync.number()),
        ("sync", 1)
    );
    google.add(room, meeting()).await;
    let first = hook.wait(2).await[1].clone();
    google.add(room, meeting()).await;
    let second = hook.wait(3).await[2].clone();
    assert!(first.number() > 1 && second.number() > first.number());
    assert_eq!(first.body, 0);
    for (name, expected) in [
        ("x-goog-channel-id", "ch-1"),
        ("x-goog-channel-token", "secret"),
        ("x-goog-resource-state", "exists"),
        (
            "x-goog-resource-id",
            channel["resourceId"].as_str().unwrap(),
        ),
        (
            "x-goog-resource-uri",
            channel["resourceUri"].as_str().unwrap(),
        ),
        ("content-length", "0"),
    ] {
        assert_eq!(first.header(name), expected, "{name}");
    }
    assert!(first.header("user-agent").starts_with("APIs-Google"));
    assert!(first.header("x-goog-channel-expiration").ends_with(" GMT"));
    google.stop().await;
}

#[tokio::test]
async fn a_stopped_channel_is_silent() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let (old, new) = (Hook::start(&[], "").await, Hook::start(&[], "").await);
    let channel = google.watch(room, "old", &old.address()).await.ok();
    google.watch(room, "new", &new.address()).await.ok();
    let wrong = json!({"id": "old", "resourceId": "another"});
    let stop = "/calendar/v3/channels/stop";
    assert_eq!(
        google.call(Method::POST, stop, &[], wrong).await.status,
        404
    );
    let right = json!({"id": "old", "resourceId": channel["resourceId"]});
    assert_eq!(
        google.call(Method::POST, stop, &[], right).await.status,
        204
    );
    google.add(room, meeting()).await;
    new.wait(2).await;
    assert_eq!(old.wait(1).await.len(), 1, "only its sync");
    google.stop().await;
}

#[tokio::test]
async fn server_errors_are_tried_again_and_anything_else_is_dropped() {
    let config = Config {
        push_backoff: Duration::from_millis(5),
        ..Config::default()
    };
    let google = Google::with(config).await;
    let room = &google.rooms().await[0];
    let hook = Hook::start(&[503, 500, 204], "").await;
    google.watch(room, "ch", &hook.address()).await.ok();
    let pushes = hook.wait(3).await;
    assert!(
        pushes.iter().all(|push| push.number() == 1),
        "the same notice three times"
    );
    let lost = Hook::start(&[404, 404], "").await;
    google.watch(room, "lost", &lost.address()).await.ok();
    eventually("both outcomes", async || outcomes(&google).await.len() == 2).await;
    let mut said = outcomes(&google).await;
    said.sort();
    assert_eq!(said, ["204", "404: dropped"]);
    assert_eq!(lost.pushes().len(), 1);
    google.stop().await;
}

#[tokio::test]
async fn robots_txt_is_obeyed() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let hook = Hook::start(&[], "User-agent: *\nDisallow: /\n").await;
    google.watch(room, "ch", &hook.address()).await.ok();
    eventually("an outcome", async || !outcomes(&google).await.is_empty()).await;
    assert_eq!(outcomes(&google).await, ["robots.txt forbids it"]);
    assert!(hook.pushes().is_empty());
    google.stop().await;
}

#[tokio::test]
async fn the_calendar_list_can_be_watched_too() {
    let google = Google::start().await;
    let hook = Hook::start(&[], "").await;
    let channel = json!({"id": "list", "type": "web_hook", "address": hook.address()});
    let path = "/calendar/v3/users/me/calendarList/watch";
    google.call(Method::POST, path, &[], channel).await.ok();
    google
        .control(Method::PATCH, "rooms/Alder", json!({"name": "Elder"}))
        .await
        .ok();
    assert_eq!(
        hook.wait(2).await[1].header("x-goog-resource-state"),
        "exists"
    );
    google.stop().await;
}

#[tokio::test]
async fn channels_that_google_would_not_open_are_refused() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let hook = Hook::start(&[], "").await;
    google.watch(room, "taken", &hook.address()).await.ok();
    let path = format!("/calendar/v3/calendars/{room}/events/watch");
    let good = json!({"id": "fine", "type": "web_hook", "address": hook.address()});
    for (field, value, reason) in [
        ("id", json!("taken"), "channelIdNotUnique"),
        ("id", json!("has spaces"), "channelIdInvalid"),
        ("id", json!("x".repeat(65)), "channelIdInvalid"),
        ("type", json!("carrier_pigeon"), "channelUnknownType"),
        (
            "address",
            json!("http://relay.example.com/hook"),
            "push.webhookUrlNotHttps",
        ),
        ("token", json!("x".repeat(257)), "channelTokenTooLong"),
        ("expiration", json!(1), "invalid"),
    ] {
        let mut channel = good.clone();
        channel[field] = value;
        let refused = google.call(Method::POST, &path, &[], channel).await;
        assert_eq!((refused.status, refused.reason()), (400, reason), "{field}");
    }
    google.stop().await;
}
