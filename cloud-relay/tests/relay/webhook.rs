//! Google's notifications, genuine and not.

use cloud_relay::store::{Inboxes, Operator, Status};
use relay_contract::inbox::Signal;
use relay_contract::webhook;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;

use crate::world::{World, now};

#[tokio::test]
async fn notifications_of_a_channel_become_one_signal_with_the_highest_number() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    for number in [1, 4, 3, 4] {
        let answer = agent.notification("room-1", number).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    agent.notification("room-2", 9).send().await.unwrap();
    let inbox = agent.inbox().await;
    let mut found: Vec<_> = inbox
        .iter()
        .map(|signal| match signal {
            Signal::Calendar {
                channel, number, ..
            } => (channel.as_str(), *number),
            Signal::Oauth { .. } => panic!("no sign-in was begun"),
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, [("room-1", 4), ("room-2", 9)]);
}

#[tokio::test]
async fn the_first_message_of_a_channel_proves_the_path() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let mut sync = agent.notification("room-1", 1).build().unwrap();
    sync.headers_mut()
        .insert("x-goog-resource-state", HeaderValue::from_static("sync"));
    assert_eq!(
        world.http.execute(sync).await.unwrap().status(),
        StatusCode::OK
    );
    assert_eq!(agent.inbox().await.len(), 1);
}

#[tokio::test]
async fn forged_notifications_are_not_found_and_leave_nothing() {
    let world = World::start().await;
    let (agent, other) = (world.agent(1, true).await, world.agent(2, false).await);
    let others_token = webhook::mint(&other.enrolled.keys, "room-1");
    let another_channels = webhook::mint(&agent.enrolled.keys, "room-2");
    for token in [
        others_token.as_str(),
        another_channels.as_str(),
        "1.1.x",
        "guess",
    ] {
        let mut forged = agent.notification("room-1", 9).build().unwrap();
        forged
            .headers_mut()
            .insert("x-goog-channel-token", token.parse().unwrap());
        let answer = world.http.execute(forged).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{token}");
    }
    for agent in ["0000000000000000", "x", "..%2f..", "%ff"] {
        let url = format!("{}/google/calendar/{agent}", world.base);
        let status = world
            .http
            .post(url)
            .header("x-goog-channel-id", "c")
            .header("x-goog-channel-token", "t")
            .send()
            .await
            .unwrap()
            .status();
        assert!(
            status == StatusCode::NOT_FOUND || status == StatusCode::BAD_REQUEST,
            "{agent}: {status}"
        );
    }
    assert_eq!(agent.inbox().await, vec![]);
}

#[tokio::test]
async fn abused_headers_are_refused_in_words() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let long = "x".repeat(300);
    type Abuse<'a> = (&'static str, Vec<&'a [u8]>);
    let abuses: Vec<Abuse<'_>> = vec![
        ("x-goog-channel-id", vec![]),
        ("x-goog-channel-id", vec![b"room-1", b"room-1"]),
        ("x-goog-channel-id", vec![long.as_bytes()]),
        ("x-goog-channel-id", vec![b""]),
        ("x-goog-channel-id", vec![b"\xff\xfe"]),
        ("x-goog-channel-token", vec![]),
        ("x-goog-channel-token", vec![b"a", b"b"]),
        ("x-goog-channel-token", vec![long.as_bytes()]),
        ("x-goog-message-number", vec![]),
        ("x-goog-message-number", vec![b"1", b"2"]),
        ("x-goog-message-number", vec![b"-1"]),
        ("x-goog-message-number", vec![b"1e3"]),
        ("x-goog-message-number", vec![b"18446744073709551615"]),
        ("x-goog-message-number", vec![b"99999999999999999999999"]),
        ("x-goog-resource-state", vec![]),
        ("x-goog-resource-state", vec![b"exists", b"exists"]),
        ("x-goog-resource-state", vec![long.as_bytes()]),
    ];
    for (name, values) in abuses {
        let mut abused = agent.notification("room-1", 9).build().unwrap();
        abused.headers_mut().remove(name);
        for value in &values {
            abused
                .headers_mut()
                .append(name, HeaderValue::from_bytes(value).unwrap());
        }
        let answer = world.http.execute(abused).await.unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::BAD_REQUEST,
            "{name}: {values:?}"
        );
        assert!(answer.text().await.unwrap().contains("header") || name.ends_with("number"));
    }
    assert_eq!(agent.inbox().await, vec![]);
}

#[tokio::test]
async fn pages_are_never_stored_framed_or_scripted() {
    let world = World::start().await;
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/privacy", StatusCode::OK),
        ("/robots.txt", StatusCode::OK),
        ("/healthz", StatusCode::OK),
        ("/m", StatusCode::NOT_FOUND),
        ("/nothing", StatusCode::NOT_FOUND),
        ("/agents/v1/inbox", StatusCode::UNAUTHORIZED),
        ("/agents/v1/connect", StatusCode::UNAUTHORIZED),
        ("/oauth/google/callback", StatusCode::BAD_REQUEST),
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer", "{path}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    }
    assert_eq!(
        world.get("/robots.txt").await.text().await.unwrap(),
        "User-agent: *\nAllow: /\n"
    );
}

#[tokio::test]
async fn over_quota_google_is_asked_to_come_again() {
    let world = World::with_quota(20).await;
    let (busy, calm) = (world.agent(1, true).await, world.agent(2, false).await);
    let mut statuses = Vec::new();
    for number in 1..=30 {
        let answer = busy.notification("room-1", number).send().await.unwrap();
        statuses.push(answer.status());
    }
    let taken = statuses.iter().filter(|s| **s == StatusCode::OK).count();
    assert!((20..=22).contains(&taken), "{statuses:?}");
    // Never 429: Google gives up on that.
    assert_eq!(statuses[29], StatusCode::SERVICE_UNAVAILABLE);
    let answer = calm.notification("room-1", 1).send().await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "another's flood is not its own"
    );
}

#[tokio::test]
async fn of_a_suspended_agent_only_the_first_webhook_is_written() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let id = &agent.enrolled.agent;
    let post = async |number| {
        let answer = agent.notification("room-1", number).send().await.unwrap();
        answer.status()
    };
    assert_eq!(post(1).await, StatusCode::OK);
    world.store.set_status(id, Status::Suspended).await.unwrap();
    for number in 2..=5 {
        assert_eq!(post(number).await, StatusCode::NOT_FOUND);
    }
    let page = world.store.pending(id, None, 10, now()).await.unwrap();
    let [Signal::Calendar { number, .. }] = &page.signals[..] else {
        panic!("{page:?}")
    };
    assert_eq!(*number, 2, "the one that found the suspension");
}
