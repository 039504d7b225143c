//! Whatever comes from the Internet: every answer is a clear one, nothing panics, nothing is written.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use cloud_relay::config::RelayConfig;
use cloud_relay::downlink::local::LocalDownlink;
use cloud_relay::local::local_router;
use cloud_relay::relay::Relay;
use cloud_relay::store::sqlite::SqliteStore;
use cloud_relay::store::{Agents, NewAgent, Operator};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use relay_contract::id::{AgentId, Instance};
use relay_contract::invite::Invite;
use relay_contract::state::NewState;
use relay_contract::webhook;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::world::{masters_of, now};

fn agent() -> AgentId {
    AgentId::from_random([1; 10])
}

/// Half of a texts' use lies in being almost right: genuine ones of another relay are among them.
fn almost_right() -> impl Strategy<Value = String> {
    let foreign = masters_of(&[99]);
    let keys = foreign.agent_keys(&agent());
    let expiry = now() + jiff::SignedDuration::from_hours(1);
    let state = NewState {
        agent: &agent(),
        origin: relay_contract::id::OriginId(1),
        expiry,
        random: [9; 16],
        flow_key: [9; 32],
    };
    let invite = Invite {
        nonce: [9; 16],
        expiry,
        host_owner: true,
    };
    let genuine = vec![
        agent().to_string(),
        webhook::mint(&keys, "room-1"),
        state.mint(&keys),
        invite.mint(&foreign),
        "google0123456789abcdef.html".to_owned(),
        "18446744073709551616".to_owned(),
        "-1".to_owned(),
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.e30.AAAA".to_owned(),
    ];
    prop_oneof![
        prop::sample::select(genuine),
        "[ -~]{0,40}",
        "[A-Za-z0-9._%+&=/-]{0,300}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/",
        "/m",
        "/privacy",
        "/robots.txt",
        "/healthz",
        "/google/calendar/",
        "/oauth/google/callback",
        "/oauth/google/callback/",
        "/agents/v1/enrol",
        "/agents/v1/inbox",
        "/agents/v1/inbox/acknowledge",
        "/agents/v1/origins",
        "/agents/v1/enrolment",
        "/agents/v1/key",
        "/agents/v1/key-use",
        "/agents/v1/leave",
        "/agents/v1/site-verification",
        "/agents/v1/connect",
        "/google",
    ]);
    let query = prop::collection::vec(("(state|code|error|after|scope|x)", almost_right()), 0..5);
    (known, prop::option::of(almost_right()), query).prop_map(|(known, rest, query)| {
        let safe = |text: &str| {
            text.replace(
                [' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}', '#', '?'],
                "%20",
            )
        };
        let mut path = known.to_owned() + &safe(&rest.unwrap_or_default());
        for (n, (name, value)) in query.iter().enumerate() {
            path += if n == 0 { "?" } else { "&" };
            path += &format!("{name}={}", safe(value));
        }
        path
    })
}

fn request() -> impl Strategy<Value = Request<Body>> {
    let method = prop::sample::select(vec![
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
        Method::PATCH,
    ]);
    let name = prop::sample::select(vec![
        "x-goog-channel-id",
        "x-goog-channel-token",
        "x-goog-message-number",
        "x-goog-resource-state",
        "authorization",
        "content-type",
        "upgrade",
        "connection",
        "sec-websocket-key",
    ]);
    let headers = prop::collection::vec((name, almost_right()), 0..8);
    let body = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "(\\{\"(items|origins|invite|files|channels)\":\\[?)?[ -~]{0,60}"
            .prop_map(String::into_bytes),
    ];
    (method, path(), headers, body).prop_filter_map("an address that HTTP can carry", |parts| {
        let (method, path, headers, body) = parts;
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(Body::from(body)).ok()
    })
}

#[test]
fn rubbish_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let new = NewAgent {
        candidate: agent(),
        former: None,
        invite: [1; 16],
        host_owner: true,
        public_key: [1; 32],
        epoch: 1,
        instance: Instance::from_random([1; 16]),
    };
    runtime.block_on(store.enrol(&new)).unwrap();
    let config = RelayConfig::new("https://relay.example", masters_of(&[7])).unwrap();
    let relay = Relay::new(config, store.clone(), LocalDownlink::default());
    let router: Router = local_router(Arc::new(relay));
    let before = runtime.block_on(store.summaries(now())).unwrap();

    let mut runner = TestRunner::new(Config {
        cases: 2000,
        ..Config::default()
    });
    let outcome = runner.run(&request(), |request| {
        let shown = format!("{request:?}");
        let answer = runtime.block_on(router.clone().oneshot(request)).unwrap();
        let status = answer.status();
        let fine = status.is_client_error() || status == StatusCode::OK;
        prop_assert!(fine, "{} for {}", status, shown);
        prop_assert_eq!(&answer.headers()["cache-control"], "no-store");
        prop_assert_eq!(&answer.headers()["referrer-policy"], "no-referrer");
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(runtime.block_on(store.summaries(now())).unwrap(), before);
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].backlog, 0);
}
