//! Every switch is thrown here.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Google, Hook, READ_ONLY, VERIFIER, eventually};

const LIST: &str = "/calendar/v3/users/me/calendarList";

#[tokio::test]
async fn each_refusal_has_googles_status_and_reason_once() {
    let google = Google::start().await;
    for (switch, status, reason) in [
        ("unauthorised", 401, "authError"),
        ("rate_limited_403", 403, "userRateLimitExceeded"),
        ("rate_limited_429", 429, "rateLimitExceeded"),
        ("api_disabled", 403, "accessNotConfigured"),
        ("scope_missing", 403, "insufficientPermissions"),
        ("server_error", 503, "backendError"),
    ] {
        google.faults(json!({switch: 1})).await;
        let refused = google.get(LIST, &[]).await;
        assert_eq!(
            (refused.status, refused.reason()),
            (status, reason),
            "{switch}"
        );
        assert_eq!(
            google.get(LIST, &[]).await.status,
            200,
            "{switch} was for one request"
        );
    }
    let shown = google
        .control(Method::GET, "faults", Value::Null)
        .await
        .ok();
    assert_eq!(
        (&shown["server_error"]["fired"], &shown["gone"]),
        (&json!(1), &Value::Null)
    );
    google.stop().await;
}

#[tokio::test]
async fn a_disabled_api_says_where_to_enable_it() {
    let google = Google::start().await;
    google.faults(json!({"api_disabled": true, "scope_missing": {"count": 1, "path": "/calendar/v3/calendars/"}})).await;
    let refused = google.get(LIST, &[]).await.body;
    assert_eq!(refused["error"]["status"], "PERMISSION_DENIED");
    let details = refused["error"]["details"].to_string();
    assert!(
        details.contains("SERVICE_DISABLED") && details.contains("console.developers.google.com"),
        "{details}"
    );
    assert_eq!(
        google
            .control(Method::DELETE, "faults", Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(google.get(LIST, &[]).await.status, 200);
    google.stop().await;
}

#[tokio::test]
async fn another_server_error_and_an_unknown_switch() {
    let google = Google::start().await;
    google
        .faults(json!({"server_error": {"count": 1, "value": 500}}))
        .await;
    assert_eq!(google.get(LIST, &[]).await.status, 500);
    let unknown = google
        .control(Method::PUT, "faults", json!({"nonsense": true}))
        .await;
    assert_eq!(unknown.status, 400);
    assert!(
        unknown.body["error"]
            .as_str()
            .unwrap()
            .contains("`nonsense`")
    );
    google.stop().await;
}

#[tokio::test]
async fn gone_strikes_only_requests_that_can_be_too_old() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    google.faults(json!({"gone": true})).await;
    let plain = google.events(room, &[]).await.ok();
    let token = plain["nextSyncToken"].as_str().unwrap();
    let sync = google.events(room, &[("syncToken", token)]).await;
    assert_eq!((sync.status, sync.reason()), (410, "fullSyncRequired"));
    let updated = google
        .events(room, &[("updatedMin", "2020-01-01T00:00:00Z")])
        .await;
    assert_eq!(
        (updated.status, updated.reason()),
        (410, "updatedMinTooLongAgo")
    );
    google.stop().await;
}

#[tokio::test]
async fn an_answer_can_be_slow() {
    let google = Google::start().await;
    google
        .faults(json!({"slow_ms": {"count": 1, "value": 120}}))
        .await;
    let started = Instant::now();
    google.get(LIST, &[]).await.ok();
    assert!(started.elapsed() >= Duration::from_millis(120));
    google.stop().await;
}

#[tokio::test]
async fn an_answer_can_break_off_in_the_middle() {
    let google = Google::start().await;
    google
        .faults(json!({"truncated": {"count": 1, "path": "/oauth2/v3/certs"}}))
        .await;
    let url = format!("{}/oauth2/v3/certs", google.base);
    let answer = google.http.get(&url).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(
        answer.bytes().await.is_err(),
        "the body must not arrive whole"
    );
    google
        .http
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    google.stop().await;
}

#[tokio::test]
async fn the_clock_in_the_date_header_can_be_wrong() {
    let google = Google::start().await;
    google.faults(json!({"clock_offset_s": 7200})).await;
    let date = |answer: &crate::support::Answer| {
        let text = answer.headers["date"].to_str().unwrap().to_owned();
        jiff::fmt::rfc2822::parse(&text.replace("GMT", "+0000"))
            .unwrap()
            .timestamp()
    };
    let wrong = date(&google.get(LIST, &[]).await);
    google
        .control(Method::DELETE, "faults", Value::Null)
        .await
        .ok();
    let right = date(&google.get(LIST, &[]).await);
    let ahead = wrong.duration_since(right).as_secs();
    assert!((7190..=7210).contains(&ahead), "{ahead}");
    google.stop().await;
}

#[tokio::test]
async fn the_token_endpoint_can_refuse_client_and_grant() {
    let google = Google::start().await;
    for (switch, status) in [("invalid_client", 401), ("invalid_grant", 400)] {
        google.faults(json!({switch: 1})).await;
        let refused = google.redeem(&google.code(READ_ONLY).await, VERIFIER).await;
        assert_eq!(
            (refused.status, &refused.body["error"]),
            (status, &json!(switch))
        );
    }
    google.stop().await;
}

#[tokio::test]
async fn callbacks_can_be_refused_and_the_directory_closed() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    google
        .faults(json!({"watch_unauthorised": 1, "directory_off": 1}))
        .await;
    let refused = google
        .watch(room, "ch", "https://relay.example.com/hook")
        .await;
    assert_eq!(
        (refused.status, refused.reason()),
        (401, "push.webhookUrlUnauthorized")
    );
    let query = [("query", "a"), ("readMask", "names"), ("sources", "x")];
    let closed = google.get("/v1/people:searchDirectoryPeople", &query).await;
    assert_eq!((closed.status, closed.reason()), (403, "forbidden"));
    google.stop().await;
}

#[tokio::test]
async fn pushes_can_be_lost_doubled_and_late() {
    let google = Google::start().await;
    let room = &google.rooms().await[0];
    let hook = Hook::start(&[], "").await;
    google.faults(json!({"no_push": 1})).await;
    google.watch(room, "ch", &hook.address()).await.ok();
    let meeting = json!({"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"});
    google.faults(json!({"duplicate_push": 1})).await;
    google.add(room, meeting.clone()).await;
    let twice = hook.wait(2).await;
    assert_eq!(
        twice[0].number(),
        twice[1].number(),
        "the sync was lost, the change came twice"
    );
    google
        .faults(json!({"late_push_ms": {"count": 1, "value": 150}}))
        .await;
    google.add(room, meeting.clone()).await;
    google.add(room, meeting).await;
    eventually("both", async || hook.pushes().len() == 4).await;
    let pushes = hook.pushes();
    assert!(
        pushes[2].number() > pushes[3].number(),
        "the late one was overtaken"
    );
    google.stop().await;
}
