//! New keys: an agent's own, and the relay's master.

use ed25519_dalek::SigningKey;
use relay_contract::call::Done;
use relay_contract::enrol::Enrolled;
use relay_contract::error::ErrorCode;
use relay_contract::key::KeyVersion;
use relay_contract::rotate::{ChannelsOfKey, KEY_VERSION_HEADER, KeyUse, RotateKey};
use relay_contract::route;
use reqwest::{Method, StatusCode};

use crate::world::{Agent, World, masters_of, refused};

fn announcement(key: &SigningKey, agent: &Agent) -> RotateKey {
    RotateKey::new(key, "127.0.0.1", &agent.enrolled.agent)
}

async fn works(agent: &Agent) -> bool {
    match agent.call(Method::GET, route::INBOX, b"").await.status() {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn both_keys_work_until_the_new_one_is_first_used() {
    let world = World::start().await;
    let mut agent = world.agent(1, true).await;
    let (old, new) = (agent.key.clone(), SigningKey::from_bytes(&[61; 32]));
    let announced = announcement(&new, &agent);
    // Twice, as after a crash before the answer was read.
    for _ in 0..2 {
        let _: Done = agent.json(Method::POST, route::KEY, &announced).await;
        assert!(works(&agent).await, "the old key still works");
    }
    agent.key = new;
    assert!(works(&agent).await);
    agent.key = old;
    assert!(!works(&agent).await, "the old key is worth nothing now");
    agent.key = SigningKey::from_bytes(&[61; 32]);
    assert!(works(&agent).await);
}

#[tokio::test]
async fn a_key_is_announced_by_who_has_it_only() {
    let world = World::start().await;
    let (agent, other) = (world.agent(1, true).await, world.agent(2, false).await);
    let stolen = announcement(&SigningKey::from_bytes(&[61; 32]), &other);
    let body = serde_json::to_vec(&stolen).unwrap();
    let answer = agent.call(Method::POST, route::KEY, &body).await;
    refused(answer, StatusCode::FORBIDDEN, ErrorCode::ProofInvalid).await;
    for body in ["", "{}", "{\"public_key\":\"AA\",\"proof\":\"AA\"}"] {
        let answer = agent.call(Method::POST, route::KEY, body.as_bytes()).await;
        refused(answer, StatusCode::BAD_REQUEST, ErrorCode::Malformed).await;
    }
}

#[tokio::test]
async fn every_answer_names_the_master_in_use() {
    let world = World::with_masters(masters_of(&[1, 2, 3])).await;
    let agent = world.agent(1, true).await;
    let version = |answer: &reqwest::Response| {
        let header = answer.headers().get(KEY_VERSION_HEADER);
        header.map(|value| value.to_str().unwrap().to_owned())
    };
    let answer = agent.call(Method::GET, route::INBOX, b"").await;
    assert_eq!(version(&answer).as_deref(), Some("3"));
    let answer = agent.call(Method::GET, route::CONNECT, b"").await;
    assert_eq!(version(&answer).as_deref(), Some("3"));
    assert_eq!(version(&world.get("/privacy").await), None);
}

#[tokio::test]
async fn a_master_is_replaced_without_losing_a_notification() {
    let old = World::with_masters(masters_of(&[7])).await;
    let agent = old.agent(1, true).await;
    let posted = async |agent: &Agent, channel| {
        let answer = agent.notification(channel, 5).send().await.unwrap();
        answer.status()
    };
    assert_eq!(posted(&agent, "made-before").await, StatusCode::OK);

    let both = old.beside(masters_of(&[7, 8])).await;
    let mut agent = agent.moved_to(&both);
    assert_eq!(posted(&agent, "made-before").await, StatusCode::OK);
    let say = async |agent: &Agent, versions: &[(u16, u32)]| {
        let channels = versions.iter().map(|(version, count)| ChannelsOfKey {
            version: KeyVersion(*version),
            count: *count,
        });
        let body = KeyUse {
            channels: channels.collect(),
        };
        let _: Done = agent.json(Method::PUT, route::KEY_USE, &body).await;
    };
    say(&agent, &[(1, 1)]).await;

    let today: Enrolled = agent
        .call(Method::GET, route::ENROLMENT, b"")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(today.agent, agent.enrolled.agent);
    assert_eq!(today.keys, both.masters.agent_keys(&today.agent));
    assert_eq!(today.keys.version, KeyVersion(2));
    assert_eq!(today.public_base, both.base);
    assert!(today.host_owner);
    let before = std::mem::replace(&mut agent.enrolled, today);
    assert_eq!(posted(&agent, "made-after").await, StatusCode::OK);
    say(&agent, &[(2, 1)]).await;

    let only_new = old.beside(masters_of(&[0, 8])).await;
    let agent = agent.moved_to(&only_new);
    assert_eq!(posted(&agent, "made-after").await, StatusCode::OK);
    let late = Agent {
        enrolled: before,
        ..agent
    };
    let late = late.moved_to(&only_new);
    assert_eq!(posted(&late, "made-before").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_endless_use_of_keys_is_refused() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let one = serde_json::json!({ "version": 1, "count": 1 });
    let body = serde_json::json!({ "channels": vec![one; 9] }).to_string();
    let answer = agent
        .call(Method::PUT, route::KEY_USE, body.as_bytes())
        .await;
    refused(answer, StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge).await;
    let body = br#"{"channels":[{"version":-1,"count":1}]}"#;
    let answer = agent.call(Method::PUT, route::KEY_USE, body).await;
    refused(answer, StatusCode::BAD_REQUEST, ErrorCode::Malformed).await;
}
