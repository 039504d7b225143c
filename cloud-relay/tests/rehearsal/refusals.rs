//! What the deployed relay refuses.

use relay_contract::call::Call;
use relay_contract::route;
use reqwest::StatusCode;
use tokio_tungstenite::tungstenite::Error;

use crate::deployed::{Deployed, hint};

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn nobody_connects_without_being_who_they_say() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let inbox = agent.token(&Call {
        method: "GET",
        path_and_query: route::INBOX,
        body: b"",
    });
    for token in ["", "x", inbox.as_str()] {
        match agent.connect_with(token).await {
            Err(Error::Http(answer)) => assert!(
                matches!(answer.status().as_u16(), 401 | 403),
                "{token:?}: {answer:?}"
            ),
            other => panic!("{token:?}: {other:?}"),
        }
    }
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn a_closed_connection_costs_no_notification_and_nobody_else_posts_to_any() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let mut socket = agent.connect().await.unwrap();
    socket.close(None).await.unwrap();
    while hint(&mut socket).await.is_some() {}
    let nobody = format!("{}/@connections/bm9ib2R5", relay.push);
    let answer = relay.http.post(nobody).body("x").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN, "it is not signed");
    let answer = agent.notification("room-1", 7).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(agent.inbox().await.unwrap().len(), 1);
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn a_forged_notification_is_refused_and_nothing_is_written() {
    let relay = Deployed::new();
    let (agent, other) = (relay.agent(&[]).await, relay.agent(&[]).await);
    let foreign = relay_contract::webhook::mint(&other.enrolled.keys, "room-1");
    for token in ["1.1.AAAA", foreign.as_str()] {
        let forged = agent.notification_with("room-1", 7, token).send().await;
        assert_eq!(forged.unwrap().status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(agent.inbox().await.unwrap(), []);
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn an_invite_is_good_once() {
    let relay = Deployed::new();
    let invite = relay.operator(&["invite"]);
    let enrol = |seed: u8| {
        let (http, reach, invite) = (&relay.http, &relay.reach, invite.trim());
        async move { crate::agent::Agent::enrol(http, reach, invite, [seed; 32]).await }
    };
    let first = enrol(1).await.unwrap().enrolled.agent;
    let again = enrol(1).await.unwrap().enrolled.agent;
    assert_eq!(first, again, "the same call once more is the same agent");
    let refused = enrol(2).await.unwrap_err().to_string();
    assert!(refused.contains("invite_used"), "{refused}");
}

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn what_has_no_route_reaches_no_function() {
    let relay = Deployed::new();
    let answer = relay.get("/wp-admin/setup.php").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    // The relay's own 404 is a page.
    let kind = answer.headers().get("content-type").cloned();
    assert_eq!(kind.unwrap(), "application/json");
}
