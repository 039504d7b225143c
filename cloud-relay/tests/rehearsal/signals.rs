//! The way of a notification.

use futures_util::SinkExt as _;
use relay_contract::inbox::{Acknowledged, Acknowledgement, Hint, Signal};
use reqwest::StatusCode;
use tokio_tungstenite::tungstenite::Message;

use crate::agent::Agent;
use crate::deployed::{Deployed, eventually, hint};

async fn notify(agent: &Agent, channel: &str, number: u64) {
    let answer = agent.notification(channel, number).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

fn acknowledgement(channel: &str, number: u64) -> Acknowledgement {
    Acknowledgement::Calendar {
        channel: channel.into(),
        number,
    }
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn smoke_a_notification_is_hinted_pulled_and_acknowledged() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let mut socket = agent.connect().await.unwrap();
    notify(&agent, "room-1", 7).await;
    let Some(Hint::Calendar {
        channel, number, ..
    }) = hint(&mut socket).await
    else {
        panic!("no hint of a calendar's");
    };
    assert_eq!((channel.as_str(), number), ("room-1", 7));
    let inbox = agent.inbox().await.unwrap();
    assert!(
        matches!(&inbox[..], [Signal::Calendar { channel, number: 7, .. }] if channel == "room-1"),
        "{inbox:?}"
    );
    notify(&agent, "room-1", 8).await;
    let late = agent.acknowledge(vec![acknowledgement("room-1", 7)]).await;
    assert_eq!(late.unwrap(), [Acknowledged::MovedOn]);
    let both = vec![acknowledgement("room-1", 8), acknowledgement("room-2", 1)];
    assert_eq!(
        agent.acknowledge(both).await.unwrap(),
        [Acknowledged::Done, Acknowledged::Absent]
    );
    assert_eq!(agent.inbox().await.unwrap(), []);
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn a_ping_is_answered() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let mut socket = agent.connect().await.unwrap();
    let ping = Message::text("{\"kind\":\"ping\"}");
    socket.send(ping).await.unwrap();
    assert_eq!(hint(&mut socket).await, Some(Hint::Pong));
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn hints_go_to_the_new_connection_and_the_end_of_the_old_one_changes_nothing() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let mut old = agent.connect().await.unwrap();
    let mut new = agent.connect().await.unwrap();
    old.close(None).await.unwrap();
    for number in 1..=3 {
        notify(&agent, "room-1", number).await;
        let next = hint(&mut new).await;
        assert!(
            matches!(next, Some(Hint::Calendar { number: n, .. }) if n == number),
            "{next:?}"
        );
    }
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn what_comes_for_an_agent_that_is_away_waits_for_it() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let mut socket = agent.connect().await.unwrap();
    socket.close(None).await.unwrap();
    while hint(&mut socket).await.is_some() {}
    for number in 1..=5 {
        notify(&agent, "room-1", number).await;
    }
    notify(&agent, "room-2", 1).await;
    let inbox = agent.inbox().await.unwrap();
    assert_eq!(inbox.len(), 2, "one signal for each channel: {inbox:?}");
    assert!(
        inbox.iter().any(
            |s| matches!(s, Signal::Calendar { channel, number: 5, .. } if channel == "room-1")
        ),
        "{inbox:?}"
    );
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn a_suspended_agent_is_cut_off_and_comes_back_when_resumed() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let id = agent.enrolled.agent.to_string();
    let mut socket = agent.connect().await.unwrap();
    relay.operator(&["suspend", &id]);
    assert_eq!(hint(&mut socket).await, None, "the connection is closed");
    assert!(agent.connect().await.is_err(), "and none is opened");
    assert!(agent.inbox().await.is_err(), "and no call is served");
    // A first notification may still be written by an instance that has not looked since.
    eventually("its notifications are refused", || async {
        let answer = agent.notification("room-1", 7).send().await.unwrap();
        answer.status() == StatusCode::NOT_FOUND
    })
    .await;
    let listed = relay.operator(&["agents", "--json"]);
    assert!(listed.contains(&id), "{listed}");
    relay.operator(&["resume", &id]);
    eventually("its calls are served again", || async {
        agent.inbox().await.is_ok()
    })
    .await;
    assert!(agent.connect().await.is_ok());
}
