//! The live stream.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tokio::time::timeout;

use super::house::{House, with};

const PATIENCE: Duration = Duration::from_secs(10);

/// Reads until `wanted` has come.
async fn heard(stream: &mut reqwest::Response, so_far: &mut String, wanted: &str) {
    let reading = async {
        while !so_far.contains(wanted) {
            let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
            so_far.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    };
    timeout(PATIENCE, reading)
        .await
        .unwrap_or_else(|_| panic!("{wanted} did not come"));
}

#[tokio::test]
async fn news_is_heard_by_kind() {
    let (house, cookie) = House::claimed().await;
    let request = with(house.request(Method::GET, "/api/v1/events"), Some(&cookie));
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut text = String::new();
    heard(
        &mut stream,
        &mut text,
        "event: everything\ndata: {\"kind\":\"everything\"}\nid: ",
    )
    .await;
    let app = json!({"client_id": "7-signs.apps.googleusercontent.com", "client_secret": "GOCSPX-secret"});
    house
        .put("/api/v1/integration/google-app", Some(&cookie), &app)
        .await;
    heard(
        &mut stream,
        &mut text,
        "event: integration\ndata: {\"kind\":\"integration\"}\nid: ",
    )
    .await;
}

#[tokio::test]
async fn whoever_comes_back_hears_what_was_missed() {
    let (house, cookie) = House::claimed().await;
    let follow = |last: Option<String>| {
        let mut request = with(house.request(Method::GET, "/api/v1/events"), Some(&cookie));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.send()
    };
    let mut stream = follow(None).await.unwrap();
    let mut text = String::new();
    heard(&mut stream, &mut text, "\n\n").await;
    let id = text.lines().find_map(|line| line.strip_prefix("id: "));
    let id = id.expect("every event has its id").to_owned();
    drop(stream);
    let app = json!({"client_id": "7-signs.apps.googleusercontent.com", "client_secret": "GOCSPX-secret"});
    house
        .put("/api/v1/integration/google-app", Some(&cookie), &app)
        .await;
    let mut again = follow(Some(id)).await.unwrap();
    let mut missed = String::new();
    heard(&mut again, &mut missed, "event: integration").await;
    assert!(!missed.contains("everything"), "{missed}");
    let mut stranger = follow(Some("of-another-agent".to_owned())).await.unwrap();
    heard(&mut stranger, &mut String::new(), "event: everything").await;
}

#[tokio::test]
async fn an_open_stream_does_not_hold_up_the_end() {
    let (house, cookie) = House::claimed().await;
    let request = with(house.request(Method::GET, "/api/v1/events"), Some(&cookie));
    let mut stream = request.send().await.unwrap();
    heard(&mut stream, &mut String::new(), "everything").await;
    timeout(PATIENCE, house.agent.shutdown())
        .await
        .expect("the agent stops");
    let rest = async { while let Ok(Some(_)) = stream.chunk().await {} };
    timeout(PATIENCE, rest).await.expect("the stream ends");
}
