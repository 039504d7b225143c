//! What agents call, rightly and wrongly.

use ed25519_dalek::SigningKey;
use jiff::SignedDuration;
use relay_contract::call::{Call, Caller, sign};
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::error::ErrorCode;
use relay_contract::id::Instance;
use relay_contract::inbox::{Acknowledged, Acknowledgement, Inbox, MAX_ACKNOWLEDGEMENTS};
use relay_contract::invite::Invite;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use relay_contract::route;
use reqwest::{Method, StatusCode};

use crate::world::{Agent, World, now, post_enrol, refused};

fn request(seed: u8, invite: &str) -> EnrolRequest {
    let key = SigningKey::from_bytes(&[seed; 32]);
    EnrolRequest::new(
        &key,
        "127.0.0.1",
        invite,
        1,
        Instance::from_random([seed; 16]),
    )
}

#[tokio::test]
async fn an_invite_works_once_and_again_for_the_same_key() {
    let world = World::start().await;
    let invite = world.invite(1, true);
    let enrol = async |seed| post_enrol(&world.http, &world.base, &request(seed, &invite)).await;
    let first: Enrolled = enrol(1).await.json().await.unwrap();
    let again: Enrolled = enrol(1).await.json().await.unwrap();
    assert_eq!(first, again);
    assert!(first.host_owner);
    assert_eq!(first.public_base, world.base);
    refused(enrol(2).await, StatusCode::CONFLICT, ErrorCode::InviteUsed).await;
}

#[tokio::test]
async fn bad_invites_and_bad_proofs_are_refused() {
    let world = World::start().await;
    let foreign = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([8; 32]), None);
    let expiry = now() + SignedDuration::from_hours(1);
    let foreign = Invite {
        nonce: [1; 16],
        expiry,
        host_owner: false,
    }
    .mint(&foreign);
    let late = now() - SignedDuration::from_secs(1);
    let late = Invite {
        nonce: [2; 16],
        expiry: late,
        host_owner: false,
    }
    .mint(&world.masters);
    for (invite, code) in [
        ("", ErrorCode::InviteInvalid),
        ("inv1.guess", ErrorCode::InviteInvalid),
        (foreign.as_str(), ErrorCode::InviteInvalid),
        (late.as_str(), ErrorCode::InviteExpired),
    ] {
        let answer = post_enrol(&world.http, &world.base, &request(1, invite)).await;
        refused(answer, StatusCode::FORBIDDEN, code).await;
    }
    let good = request(1, &world.invite(3, false));
    let stolen = EnrolRequest {
        proof: [0; 64],
        ..good
    };
    let answer = post_enrol(&world.http, &world.base, &stolen).await;
    refused(answer, StatusCode::FORBIDDEN, ErrorCode::ProofInvalid).await;
    let url = format!("{}{}{}", world.base, route::AGENTS, route::ENROL);
    for body in ["", "{}", "[1,2", "{\"invite\":1}"] {
        let answer = world.http.post(&url).body(body).send().await.unwrap();
        refused(answer, StatusCode::BAD_REQUEST, ErrorCode::Malformed).await;
    }
}

/// What a newer agent adds is let pass; what an older one leaves away is not missed.
#[tokio::test]
async fn older_and_newer_agents_are_understood() {
    let world = World::start().await;
    let mut json = serde_json::to_value(request(1, &world.invite(1, true))).unwrap();
    assert!(json.get("former").is_none(), "as the first agents wrote it");
    json["hardware"] = serde_json::json!({ "cpu": "newer" });
    let url = format!("{}{}{}", world.base, route::AGENTS, route::ENROL);
    let answer = world.http.post(&url).body(json.to_string()).send().await;
    let enrolled: Enrolled = answer.unwrap().json().await.unwrap();
    let agent = Agent {
        http: world.http.clone(),
        key: SigningKey::from_bytes(&[1; 32]),
        enrolled,
        epoch: 1,
        instance: Instance::from_random([1; 16]),
    };
    for (method, path, body) in [
        (
            Method::PUT,
            route::ORIGINS,
            r#"{"origins":["https://portal.localhost"],"preferred":0}"#,
        ),
        (
            Method::POST,
            route::ACKNOWLEDGE,
            r#"{"items":[{"kind":"calendar","channel":"c","number":1,"listed_at":"x"}],"more":false}"#,
        ),
        (
            Method::PUT,
            route::KEY_USE,
            r#"{"channels":[{"version":1,"count":2,"oldest":"x"}]}"#,
        ),
        (
            Method::PUT,
            route::SITE_VERIFICATION,
            r#"{"files":[],"dns":["x"]}"#,
        ),
        (Method::GET, "/inbox?wait=20", ""),
    ] {
        let answer = agent.call(method, path, body.as_bytes()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    // A call that only a newer relay has.
    let answer = agent.call(Method::GET, "/telemetry", b"").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

/// A number that would leave no room for a restore.
#[tokio::test]
async fn an_absurd_epoch_is_refused() {
    let world = World::start().await;
    let mut agent = world.agent(1, true).await;
    for epoch in [u64::MAX, 1 << 49] {
        agent.epoch = epoch;
        let answer = agent.call(Method::GET, route::INBOX, b"").await;
        refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
    }
    let key = SigningKey::from_bytes(&[2; 32]);
    let instance = Instance::from_random([2; 16]);
    let invite = world.invite(2, false);
    let absurd = EnrolRequest::new(&key, "127.0.0.1", &invite, 1 << 49, instance);
    let answer = post_enrol(&world.http, &world.base, &absurd).await;
    refused(answer, StatusCode::BAD_REQUEST, ErrorCode::Malformed).await;
    agent.epoch = 1;
    assert_eq!(agent.inbox().await, vec![]);
}

/// One backup restored on two machines: both claim the next epoch, one gets it.
#[tokio::test]
async fn of_one_backup_restored_twice_one_goes_on() {
    let world = World::start().await;
    let mut agent = world.agent(1, true).await;
    let copies = [41, 42].map(|seed| Instance::from_random([seed; 16]));
    let mut tokens = Vec::new();
    for copy in &copies {
        (agent.epoch, agent.instance) = (2, copy.clone());
        tokens.push(agent.token(&Call {
            method: "GET",
            path_and_query: route::INBOX,
            body: b"",
        }));
    }
    let calls = tokens
        .iter()
        .map(|token| agent.call_with(token, Method::GET, route::INBOX, b""));
    let statuses: Vec<_> = futures_util::future::join_all(calls)
        .await
        .iter()
        .map(|answer| answer.status())
        .collect();
    let won = statuses.iter().filter(|s| **s == StatusCode::OK).count();
    assert_eq!(won, 1, "{statuses:?}");
    assert!(statuses.contains(&StatusCode::CONFLICT), "{statuses:?}");
}

#[tokio::test]
async fn a_token_opens_only_the_call_it_was_made_for() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let token = agent.token(&Call {
        method: "GET",
        path_and_query: route::INBOX,
        body: b"",
    });
    assert_eq!(
        agent
            .call_with(&token, Method::GET, route::INBOX, b"")
            .await
            .status(),
        StatusCode::OK
    );
    for (method, path, body) in [
        (Method::GET, "/inbox?after=QUJD", &b""[..]),
        (Method::POST, route::ACKNOWLEDGE, b"{\"items\":[]}"),
        (Method::PUT, route::ORIGINS, b"{\"origins\":[]}"),
        (Method::GET, route::INBOX, b"x"),
    ] {
        let answer = agent.call_with(&token, method, path, body).await;
        refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
    }
    let body = b"{\"items\":[]}";
    let call = Call {
        method: "POST",
        path_and_query: route::ACKNOWLEDGE,
        body,
    };
    let other_body = b"{\"items\":[{\"kind\":\"oauth\",\"id\":\"x\"}]}";
    let answer = agent
        .call_with(
            &agent.token(&call),
            Method::POST,
            route::ACKNOWLEDGE,
            other_body,
        )
        .await;
    refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
}

#[tokio::test]
async fn strangers_and_wrong_clocks_are_refused() {
    let world = World::start().await;
    let mut agent = world.agent(1, true).await;
    for token in ["", "x", "a.b.c"] {
        let answer = agent.call_with(token, Method::GET, route::INBOX, b"").await;
        refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
    }
    let call = Call {
        method: "GET",
        path_and_query: route::INBOX,
        body: b"",
    };
    for wrong in [-3600, 3600] {
        let at = now() + SignedDuration::from_secs(wrong);
        let caller = Caller {
            agent: &agent.enrolled.agent,
            epoch: 1,
            instance: &agent.instance,
        };
        let token = sign(&agent.key, caller, "127.0.0.1", &call, at);
        let answer = agent
            .call_with(&token, Method::GET, route::INBOX, b"")
            .await;
        assert!(
            answer.headers().contains_key("date"),
            "the agent learns the relay's clock from it"
        );
        refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::ClockSkew).await;
    }
    agent.key = SigningKey::from_bytes(&[66; 32]);
    let answer = agent.call(Method::GET, route::INBOX, b"").await;
    refused(answer, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorised).await;
}

#[tokio::test]
async fn of_two_copies_of_an_agent_the_restored_one_goes_on() {
    let world = World::start().await;
    let mut agent = world.agent(1, true).await;
    let old = agent.instance.clone();
    agent.instance = Instance::from_random([77; 16]);
    let answer = agent.call(Method::GET, route::INBOX, b"").await;
    refused(answer, StatusCode::CONFLICT, ErrorCode::OtherInstance).await;
    agent.epoch = 2;
    assert_eq!(
        agent.call(Method::GET, route::INBOX, b"").await.status(),
        StatusCode::OK
    );
    (agent.epoch, agent.instance) = (1, old.clone());
    let answer = agent.call(Method::GET, route::INBOX, b"").await;
    refused(answer, StatusCode::CONFLICT, ErrorCode::Superseded).await;
    (agent.epoch, agent.instance) = (2, old);
    let answer = agent.call(Method::GET, route::INBOX, b"").await;
    refused(answer, StatusCode::CONFLICT, ErrorCode::OtherInstance).await;
}

#[tokio::test]
async fn acknowledgements_stand_each_for_itself() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    agent.notification("a", 5).send().await.unwrap();
    agent.notification("b", 5).send().await.unwrap();
    let calendar = |channel: &str, number| Acknowledgement::Calendar {
        channel: channel.into(),
        number,
    };
    let items = vec![
        calendar("a", 4),
        calendar("b", 5),
        calendar("c", 1),
        Acknowledgement::Oauth { id: "x".into() },
    ];
    let results = agent.acknowledge(items).await;
    assert_eq!(
        results,
        [
            Acknowledged::MovedOn,
            Acknowledged::Done,
            Acknowledged::Absent,
            Acknowledged::Absent
        ]
    );
    assert_eq!(agent.inbox().await.len(), 1);

    let too_many = serde_json::json!({ "items": vec![calendar("a", 5); MAX_ACKNOWLEDGEMENTS + 1] });
    let answer = agent
        .call(
            Method::POST,
            route::ACKNOWLEDGE,
            too_many.to_string().as_bytes(),
        )
        .await;
    refused(answer, StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge).await;
    let huge = vec![b' '; 300 << 10];
    let answer = agent.call(Method::POST, route::ACKNOWLEDGE, &huge).await;
    refused(answer, StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge).await;
    let answer = agent
        .call(
            Method::POST,
            route::ACKNOWLEDGE,
            b"{\"items\":[{\"kind\":\"x\"}]}",
        )
        .await;
    refused(answer, StatusCode::BAD_REQUEST, ErrorCode::Malformed).await;
}

#[tokio::test]
async fn a_full_inbox_comes_in_pages() {
    let world = World::with_quota(2000).await;
    let agent = world.agent(1, true).await;
    let sends = (0..620).map(|n| agent.notification(&format!("channel-{n}"), 2).send());
    for answer in futures_util::future::join_all(sends).await {
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    let first: Inbox = agent
        .call(Method::GET, route::INBOX, b"")
        .await
        .json()
        .await
        .unwrap();
    let path = format!("{}?after={}", route::INBOX, first.next.unwrap());
    let second: Inbox = agent
        .call(Method::GET, &path, b"")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (first.signals.len() + second.signals.len(), second.next),
        (620, None)
    );
    for cursor in ["", "_", "%00", "A"] {
        let path = format!("{}?after={cursor}", route::INBOX);
        let answer = agent.call(Method::GET, &path, b"").await;
        refused(answer, StatusCode::BAD_REQUEST, ErrorCode::Malformed).await;
    }
}

#[tokio::test]
async fn only_https_origins_are_registered() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let too_many: Vec<_> = (0..17).map(|n| format!("https://p{n}.localhost")).collect();
    for body in [
        serde_json::json!({ "origins": ["http://portal.localhost"] }),
        serde_json::json!({ "origins": ["https://portal.localhost/path"] }),
        serde_json::json!({ "origins": ["javascript:alert(1)"] }),
        serde_json::json!({ "origins": too_many }),
        serde_json::json!({}),
    ] {
        let answer = agent
            .call(Method::PUT, route::ORIGINS, body.to_string().as_bytes())
            .await;
        refused(answer, StatusCode::BAD_REQUEST, ErrorCode::OriginInvalid).await;
    }
}
