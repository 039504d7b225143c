//! The client against a server of a few lines that answers what each test says, byte by byte.

use google_calendar::window::Window;
use google_calendar::{Calendar, Error, Listing, Watch};
use jiff::tz::TimeZone;
use std::time::Duration;

use crate::scripted::{Reply, Scripted, client, event, page};

fn window() -> Window {
    Window::around("2026-11-23T10:00:00Z".parse().unwrap(), &TimeZone::UTC)
}

async fn list(google: &Scripted, etag: Option<&str>) -> Result<Listing, Error> {
    let calendar = Calendar::new(client(), google.endpoints());
    calendar
        .list_window(
            "token-1",
            "room@example.com",
            window(),
            &TimeZone::UTC,
            etag,
        )
        .await
}

#[tokio::test]
async fn a_window_is_asked_for_by_its_bounds_and_comes_back_in_order() {
    let google = Scripted::start(vec![Reply::json(&page(
        &[event("b", 12), event("a", 9)],
        None,
        "\"t1\"",
    ))])
    .await;
    let Listing::Changed(listed) = list(&google, None).await.unwrap() else {
        panic!("a list without a tag is a list");
    };
    let ids: Vec<&str> = listed.events.iter().map(|e| e.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(listed.etag.as_deref(), Some("\"t1\""));
    let seen = google.requests();
    assert_eq!(seen[0].path, "/calendars/room@example.com/events");
    assert_eq!(seen[0].query("singleEvents"), Some("true"));
    assert_eq!(seen[0].query("orderBy"), Some("startTime"));
    assert_eq!(seen[0].query("maxResults"), Some("2500"));
    assert_eq!(seen[0].query("timeMin"), Some("2026-11-23T00:00:00Z"));
    assert_eq!(seen[0].query("timeMax"), Some("2026-11-26T00:00:00Z"));
    assert_eq!(seen[0].query("syncToken"), None);
    assert_eq!(seen[0].authorisation.as_deref(), Some("Bearer token-1"));
    assert_eq!(seen[0].if_none_match, None);
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_told_by_its_tag() {
    let google = Scripted::start(vec![Reply::status(304)]).await;
    assert_eq!(
        list(&google, Some("\"t1\"")).await.unwrap(),
        Listing::NotModified
    );
    assert_eq!(
        google.requests()[0].if_none_match.as_deref(),
        Some("\"t1\"")
    );
}

#[tokio::test]
async fn a_list_of_two_pages_has_no_tag() {
    let google = Scripted::start(vec![
        Reply::json(&page(&[event("a", 9)], Some("p2"), "\"t1\"")),
        Reply::json(&page(&[event("a", 9), event("b", 12)], None, "\"t1\"")),
    ])
    .await;
    let Listing::Changed(listed) = list(&google, Some("\"t0\"")).await.unwrap() else {
        panic!("two pages are a list");
    };
    assert_eq!(
        listed.events.len(),
        2,
        "the event on both pages counts once"
    );
    assert_eq!(listed.etag, None);
    let seen = google.requests();
    assert_eq!(seen[1].query("pageToken"), Some("p2"));
    assert_eq!(seen[1].query("timeMin"), seen[0].query("timeMin"));
    assert_eq!(seen[1].if_none_match, None);
}

#[tokio::test]
async fn a_list_whose_second_page_fails_is_no_list() {
    let google = Scripted::start(vec![
        Reply::json(&page(&[event("a", 9)], Some("p2"), "\"t1\"")),
        Reply::status(503),
    ])
    .await;
    assert!(matches!(
        list(&google, None).await,
        Err(Error::Transient { .. })
    ));
}

#[tokio::test]
async fn pages_without_end_are_given_up() {
    let google = Scripted::start(vec![Reply::json(&page(
        &[event("a", 9)],
        Some("again"),
        "\"t\"",
    ))])
    .await;
    assert!(matches!(
        list(&google, None).await,
        Err(Error::Unreadable { .. })
    ));
    assert!(google.requests().len() < 20);
}

#[tokio::test]
async fn one_bad_event_is_skipped_and_told() {
    let year_zero = event("x", 9).replace("2026-11-23", "0000-01-01");
    let google = Scripted::start(vec![Reply::json(&page(
        &[year_zero, "7".to_owned(), event("a", 9)],
        None,
        "\"t1\"",
    ))])
    .await;
    let Listing::Changed(listed) = list(&google, None).await.unwrap() else {
        panic!("a list");
    };
    assert_eq!(listed.events.len(), 1);
    assert_eq!(listed.skipped, 2);
    assert_eq!(
        listed.skipped_example.as_deref(),
        Some("a year that cannot be (starts 0000-01-01T09:00:00Z)")
    );
}

#[tokio::test]
async fn only_what_a_list_cannot_do_without_has_to_be_there() {
    let bare = r#"{"id":"a","start":{"dateTime":"2026-11-23T09:00:00Z"},"end":{"dateTime":"2026-11-23T10:00:00Z"}}"#;
    let nulls = r#"{"id":"b","status":null,"summary":null,"attendees":null,"organizer":null,"visibility":null,
        "start":{"date":null,"dateTime":"2026-11-23T11:00:00Z","timeZone":null},"end":{"dateTime":"2026-11-23T12:00:00Z"}}"#;
    let guests = r#"{"id":"c","start":{"date":"2026-11-24"},"end":{"date":"2026-11-25"},
        "attendees":[{"email":"x@example.com","self":null,"resource":null,"responseStatus":null}]}"#;
    let page = format!(r#"{{"items":[{bare},{nulls},{guests}],"nextPageToken":""}}"#);
    let google = Scripted::start(vec![Reply::json(&page)]).await;
    let Listing::Changed(listed) = list(&google, None).await.unwrap() else {
        panic!("a list");
    };
    let ids: Vec<&str> = listed.events.iter().map(|e| e.id.as_str()).collect();
    assert_eq!((ids.as_slice(), listed.skipped), (&["a", "b", "c"][..], 0));
    assert_eq!(
        (listed.etag, listed.pages),
        (None, 1),
        "nothing to compare with"
    );
    for empty in ["{}", r#"{"items":null,"nextPageToken":null}"#] {
        let google = Scripted::start(vec![Reply::json(empty)]).await;
        let Listing::Changed(listed) = list(&google, None).await.unwrap() else {
            panic!("a list");
        };
        assert_eq!(listed.events, []);
    }
}

#[tokio::test]
async fn pages_may_be_as_small_as_google_likes() {
    let replies = (0..12).map(|hour| {
        let next = (hour < 11).then(|| format!("p{hour}"));
        Reply::json(&page(
            &[event(&format!("e{hour:02}"), hour)],
            next.as_deref(),
            "\"t\"",
        ))
    });
    let google = Scripted::start(replies.collect()).await;
    let Listing::Changed(listed) = list(&google, None).await.unwrap() else {
        panic!("a list");
    };
    assert_eq!((listed.events.len(), listed.pages), (12, 12));
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let rate = r#"{"error":{"errors":[{"domain":"usageLimits","reason":"userRateLimitExceeded"}],"code":403}}"#;
    let google = Scripted::start(vec![
        Reply::error(403, rate).with_header("retry-after", "7"),
    ])
    .await;
    let limited = list(&google, None).await.unwrap_err();
    assert!(matches!(limited, Error::RateLimited { .. }));
    assert_eq!(limited.retry_after(), Some(Duration::from_secs(7)));

    let google = Scripted::start(vec![Reply::status(401)]).await;
    assert!(matches!(
        list(&google, None).await,
        Err(Error::TokenRejected)
    ));
    let google = Scripted::start(vec![Reply::status(404)]).await;
    assert!(matches!(list(&google, None).await, Err(Error::Gone { .. })));
    let google = Scripted::start(vec![
        Reply::status(302).with_header("location", "https://example.com/"),
    ])
    .await;
    assert!(matches!(
        list(&google, None).await,
        Err(Error::Other { status: 302, .. })
    ));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_transient_and_garbage_is_unreadable() {
    let whole = page(&[event("a", 9)], None, "\"t1\"");
    let google = Scripted::start(vec![Reply::json(&whole).truncated()]).await;
    let broken = list(&google, None).await.unwrap_err();
    assert!(matches!(broken, Error::Transient { .. }), "{broken:?}");
    let google = Scripted::start(vec![Reply::json(&whole[..whole.len() - 1])]).await;
    let garbage = list(&google, None).await.unwrap_err();
    assert!(matches!(garbage, Error::Unreadable { .. }), "{garbage:?}");
    assert!(garbage.is_worth_retrying());
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let google = Scripted::start(vec![Reply::endless()]).await;
    match list(&google, None).await {
        Err(Error::Unreadable { reason, .. }) => assert!(reason.contains("larger"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_there_is_transient_and_names_no_calendar() {
    let google = Scripted::start(vec![]).await;
    let endpoints = google.endpoints();
    drop(google);
    let calendar = Calendar::new(client(), endpoints);
    let failed = calendar.list_calendars("token-1").await.unwrap_err();
    assert!(matches!(failed, Error::Transient { .. }));
    assert!(!failed.to_string().contains("127.0.0.1:"), "{failed}");
}

#[tokio::test]
async fn every_calendar_is_listed_page_by_page() {
    let google = Scripted::start(vec![
        Reply::json(
            r#"{"items":[
                {"id":"a@example.com","summary":"A","summaryOverride":"Alder","timeZone":"Europe/Brussels"},
                {"id":"gone@example.com","deleted":true},
                {"summary":"no id"}],"nextPageToken":"p2"}"#,
        ),
        Reply::json(r#"{"items":[{"id":"b@example.com"}]}"#),
    ])
    .await;
    let calendar = Calendar::new(client(), google.endpoints());
    let calendars = calendar.list_calendars("token-1").await.unwrap();
    let names: Vec<(&str, &str)> = calendars
        .iter()
        .map(|c| (c.id.as_str(), c.name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("a@example.com", "Alder"),
            ("b@example.com", "b@example.com")
        ]
    );
    assert_eq!(calendars[0].zone.as_deref(), Some("Europe/Brussels"));
    let seen = google.requests();
    assert_eq!(seen[0].query("showHidden"), Some("true"));
    assert_eq!(seen[1].query("pageToken"), Some("p2"));
}

#[tokio::test]
async fn a_channel_is_opened_for_as_long_as_google_gives() {
    let google = Scripted::start(vec![Reply::json(
        r#"{"kind":"api#channel","id":"ch-1","resourceId":"res-1","resourceUri":"https://x","expiration":"1795000000000"}"#,
    )])
    .await;
    let calendar = Calendar::new(client(), google.endpoints());
    let opened = calendar
        .watch(
            "token-1",
            &Watch {
                calendar_id: Some("room@example.com"),
                channel_id: "ch-1",
                address: "https://relay.example.com/google/calendar/a",
                token: "secret",
                lifetime: Duration::from_secs(604_800),
            },
        )
        .await
        .unwrap();
    assert_eq!(opened.resource_id, "res-1");
    assert_eq!(opened.expires.unwrap().as_millisecond(), 1_795_000_000_000);
    let seen = google.requests();
    assert_eq!(seen[0].path, "/calendars/room@example.com/events/watch");
    let body: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"id": "ch-1", "type": "web_hook", "token": "secret",
            "address": "https://relay.example.com/google/calendar/a", "params": {"ttl": "604800"}})
    );
}

#[tokio::test]
async fn stopping_a_channel_that_is_gone_is_stopping_it() {
    let google = Scripted::start(vec![
        Reply::status(204),
        Reply::status(404),
        Reply::status(500),
    ])
    .await;
    let calendar = Calendar::new(client(), google.endpoints());
    calendar.stop("token-1", "ch-1", "res-1").await.unwrap();
    calendar.stop("token-1", "ch-1", "res-1").await.unwrap();
    assert!(calendar.stop("token-1", "ch-1", "res-1").await.is_err());
    assert_eq!(google.requests()[0].path, "/channels/stop");
}
