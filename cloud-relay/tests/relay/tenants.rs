//! Many agents of different owners at one relay: none touches what is another's.

use cloud_relay::store::{Operator, Status};
use ed25519_dalek::SigningKey;
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::error::ErrorCode;
use relay_contract::id::Instance;
use relay_contract::inbox::{Acknowledged, Acknowledgement, Signal};
use relay_contract::origin::Origins;
use relay_contract::{route, webhook};
use reqwest::{Method, StatusCode};

use crate::callback::Flow;
use crate::world::{Agent, PORTAL, World, post_enrol, refused};

#[tokio::test]
async fn nobody_calls_under_another_name() {
    let world = World::start().await;
    let (victim, attacker) = (world.agent(1, true).await, world.agent(2, false).await);
    victim.notification("room-1", 7).send().await.unwrap();
    // The attacker's key under the victim's id, epoch and instance.
    let forged = Agent {
        key: attacker.key.clone(),
        enrolled: victim.enrolled.clone(),
        http: world.http.clone(),
        epoch: victim.epoch,
        instance: victim.instance.clone(),
    };
    for (method, path) in [
        (Method::GET, route::INBOX),
        (Method::POST, route::LEAVE),
        (Method::GET, route::ENROLMENT),
    ] {
        let answer = forged.call(method, path, b"").await;
        refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
    }
    assert_eq!(victim.inbox().await.len(), 1, "the attempts took nothing");
}

#[tokio::test]
async fn nobody_reads_acknowledges_or_notifies_for_another() {
    let world = World::start().await;
    let (victim, attacker) = (world.agent(1, true).await, world.agent(2, false).await);
    victim.notification("room-1", 7).send().await.unwrap();
    let flow = Flow::of(&victim);
    flow.come_back(&world, "4/code").await;
    let inbox = victim.inbox().await;
    let id = inbox.iter().find_map(|signal| match signal {
        Signal::Oauth { id, .. } => Some(id.clone()),
        Signal::Calendar { .. } => None,
    });

    assert_eq!(attacker.inbox().await, vec![]);
    let items = vec![
        Acknowledgement::Calendar {
            channel: "room-1".into(),
            number: 99,
        },
        Acknowledgement::Oauth { id: id.unwrap() },
    ];
    let results = attacker.acknowledge(items).await;
    assert_eq!(results, [Acknowledged::Absent, Acknowledged::Absent]);
    // The cursor of a page is a place, not a key to another's inbox.
    for cursor in ["AG#", "CH#room-0", "META", "../"] {
        let cursor = relay_contract::encoding::to_base64url(cursor.as_bytes());
        let path = format!("{}?after={cursor}", route::INBOX);
        let page = attacker.call(Method::GET, &path, b"").await;
        let page: relay_contract::inbox::Inbox = page.json().await.unwrap();
        assert_eq!(page.signals, vec![]);
    }
    // A token for the attacker's own channel of the same name says nothing to the victim.
    let token = webhook::mint(&attacker.enrolled.keys, "room-1");
    let mut forged = victim.notification("room-1", 1000).build().unwrap();
    forged
        .headers_mut()
        .insert("x-goog-channel-token", token.parse().unwrap());
    let answer = world.http.execute(forged).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(victim.inbox().await, inbox);
}

/// The victim's client id and redirect URI are public: the attacker has somebody consent to them with its own state.
#[tokio::test]
async fn a_foreign_client_id_with_the_attackers_own_state_leads_nowhere() {
    let world = World::start().await;
    let (victim, attacker) = (world.agent(1, true).await, world.agent(2, false).await);
    let own = Flow::of(&attacker);
    let query = [
        ("state", own.state.as_str()),
        ("code", "4/of-the-victims-user"),
    ];
    for path in [
        format!("/oauth/google/callback/{}", victim.enrolled.agent),
        "/oauth/google/callback".to_owned(),
        "/m".to_owned(),
    ] {
        let url = format!("{}{path}", world.base);
        let answer = world.http.get(url).query(&query).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        assert!(answer.headers().get("location").is_none());
    }
    assert_eq!(attacker.inbox().await, vec![]);
    assert_eq!(victim.inbox().await, vec![]);
}

#[tokio::test]
async fn origins_of_one_are_no_destination_of_another() {
    let world = World::start().await;
    let (victim, attacker) = (world.agent(1, true).await, world.agent(2, false).await);
    let own: Origins = attacker.set_origins(&["https://evil.example"]).await;
    let registered = victim.set_origins(&[PORTAL]).await;
    assert_eq!(registered.origins[0].origin.as_str(), PORTAL);
    // Numbers are counted for each agent: the same number is another address.
    let flow = Flow::to_origin(&victim, own.origins[0].id.0);
    let answer = flow.come_back(&world, "c").await;
    assert_eq!(answer.status(), StatusCode::GONE);
    let page = answer.text().await.unwrap();
    assert!(!page.contains("evil.example"), "{page}");
}

#[tokio::test]
async fn a_suspended_agent_is_told_so_and_may_only_leave() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let id = &agent.enrolled.agent;
    let status = async |status| world.store.set_status(id, status).await.unwrap();
    status(Status::Suspended).await;
    for (method, path) in [
        (Method::GET, route::INBOX),
        (Method::GET, route::ENROLMENT),
        (Method::GET, route::CONNECT),
        (Method::GET, route::SITE_VERIFICATION),
    ] {
        let answer = agent.call(method, path, b"").await;
        refused(answer, StatusCode::FORBIDDEN, ErrorCode::Suspended).await;
    }
    let page = Flow::of(&agent).come_back(&world, "c").await;
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    assert!(page.text().await.unwrap().contains("suspended"));
    status(Status::Active).await;
    assert_eq!(agent.inbox().await, vec![]);
    status(Status::Suspended).await;
    let left = agent.call(Method::POST, route::LEAVE, b"").await;
    assert_eq!(left.status(), StatusCode::OK);
    let again = agent.call(Method::POST, route::LEAVE, b"").await;
    refused(again, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
}

#[tokio::test]
async fn who_has_left_gets_nothing_and_needs_a_new_invite() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    agent.notification("room-1", 7).send().await.unwrap();
    let left = agent.call(Method::POST, route::LEAVE, b"").await;
    assert_eq!(left.status(), StatusCode::OK);
    let answer = agent.notification("room-1", 8).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let page = Flow::of(&agent).come_back(&world, "c").await;
    assert_eq!(page.status(), StatusCode::GONE);
    let key = SigningKey::from_bytes(&[1; 32]);
    let instance = Instance::from_random([1; 16]);
    let used = EnrolRequest::new(&key, "127.0.0.1", &world.invite(1, true), 1, instance);
    let answer = post_enrol(&world.http, &world.base, &used).await;
    refused(answer, StatusCode::CONFLICT, ErrorCode::InviteUsed).await;
}

#[tokio::test]
async fn after_the_table_is_lost_a_fresh_invite_brings_the_same_agent_back() {
    let lost = World::start().await;
    let agent = lost.agent(1, true).await;
    let world = World::start().await; // the same master, an empty store
    let key = SigningKey::from_bytes(&[91; 32]);
    let instance = Instance::from_random([1; 16]);
    let request = EnrolRequest::new(&key, "127.0.0.1", &world.invite(2, true), 1, instance);
    let request = request.with_former(
        &key,
        "127.0.0.1",
        &agent.enrolled.agent,
        &agent.enrolled.keys,
    );
    let answer = post_enrol(&world.http, &world.base, &request).await;
    let again: Enrolled = answer.json().await.unwrap();
    assert_eq!(
        again.agent, agent.enrolled.agent,
        "the redirect URI at Google still fits"
    );
    let back = Agent {
        key,
        enrolled: again,
        ..agent
    };
    // A channel of before: its token is a MAC that needs no table.
    let answer = back.notification("made-before", 7).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(back.inbox().await.len(), 1);
}
