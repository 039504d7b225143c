//! Google sends the browser back.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable};
use jiff::SignedDuration;
use relay_contract::answer::{INFO, OAuthAnswer, Outcome, split};
use relay_contract::inbox::{Acknowledged, Acknowledgement, Signal};
use relay_contract::state::flow_of;
use reqwest::{Response, StatusCode};

use crate::connect::connected;
use crate::world::{Agent, PORTAL, World, now};

/// A sign-in that has gone to Google.
pub(crate) struct Flow {
    secret: [u8; 32],
    pub(crate) state: String,
    path: String,
}

impl Flow {
    /// From the agent's first portal address.
    pub(crate) fn of(agent: &Agent) -> Self {
        Self::begun(agent, 1, 600)
    }

    pub(crate) fn to_origin(agent: &Agent, origin: u32) -> Self {
        Self::begun(agent, origin, 600)
    }

    fn expiring_in(agent: &Agent, seconds: i64) -> Self {
        Self::begun(agent, 1, seconds)
    }

    fn begun(agent: &Agent, origin: u32, seconds: i64) -> Self {
        let (secret, public) = X25519HkdfSha256::gen_keypair();
        let expiry = now() + SignedDuration::from_secs(seconds);
        let state = agent.state(origin, public.to_bytes().into(), expiry);
        Self {
            secret: secret.to_bytes().into(),
            state,
            path: format!("/oauth/google/callback/{}", agent.enrolled.agent),
        }
    }

    /// Google sends the browser back to the agent's own redirect URI.
    pub(crate) async fn come_back(&self, world: &World, code: &str) -> Response {
        let query = [("state", self.state.as_str()), ("code", code)];
        come_back_to(world, &self.path, &query).await
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    pub(crate) fn open(&self, sealed: &[u8]) -> OAuthAnswer {
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&self.secret).unwrap();
        let (key, ciphertext) = split(sealed).unwrap();
        let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(key).unwrap();
        let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &key,
            INFO,
            ciphertext,
            self.state.as_bytes(),
        );
        serde_json::from_slice(&plain.unwrap()).unwrap()
    }
}

async fn come_back(world: &World, agent: &Agent, query: &[(&str, &str)]) -> Response {
    let path = format!("/oauth/google/callback/{}", agent.enrolled.agent);
    come_back_to(world, &path, query).await
}

async fn come_back_to(world: &World, path: &str, query: &[(&str, &str)]) -> Response {
    world
        .http
        .get(format!("{}{path}", world.base))
        .query(query)
        .send()
        .await
        .unwrap()
}

async fn says(answer: Response, status: StatusCode, words: &str) {
    assert_eq!(answer.status(), status);
    assert!(answer.headers().get("location").is_none());
    let page = answer.text().await.unwrap();
    assert!(page.contains(words), "{page}");
    assert!(
        page.contains("press Connect again"),
        "a refusal says what to do: {page}"
    );
}

#[tokio::test]
async fn a_code_reaches_the_agent_sealed_and_the_browser_its_portal() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let _socket = connected(&agent).await;
    let flow = Flow::of(&agent);
    let query = [
        ("state", flow.state.as_str()),
        ("code", "4/canary"),
        ("scope", "a b"),
        ("authuser", "0"),
    ];
    let answer = come_back(&world, &agent, &query).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let flow_id = flow_of(&flow.state).unwrap();
    let portal = format!("{PORTAL}/settings/integration?flow={flow_id}");
    assert_eq!(answer.headers()["location"], portal);

    let inbox = agent.inbox().await;
    let [
        Signal::Oauth {
            id, state, sealed, ..
        },
    ] = &inbox[..]
    else {
        panic!("{inbox:?}")
    };
    assert_eq!(state, &flow.state);
    assert!(!sealed.0.windows(6).any(|w| w == b"canary"));
    let opened = flow.open(&sealed.0);
    assert_eq!(opened.outcome, Outcome::Code("4/canary".into()));
    assert_eq!(
        (opened.scope.as_deref(), opened.state),
        (Some("a b"), flow.state.clone())
    );

    let item = Acknowledgement::Oauth { id: id.clone() };
    assert_eq!(agent.acknowledge(vec![item]).await, [Acknowledged::Done]);
    assert_eq!(agent.inbox().await, vec![]);
}

#[tokio::test]
async fn a_refusal_at_google_is_an_answer_too() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let _socket = connected(&agent).await;
    let flow = Flow::of(&agent);
    let answer = come_back(
        &world,
        &agent,
        &[("error", "access_denied"), ("state", &flow.state)],
    )
    .await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let inbox = agent.inbox().await;
    let [Signal::Oauth { sealed, .. }] = &inbox[..] else {
        panic!("{inbox:?}")
    };
    assert_eq!(
        flow.open(&sealed.0).outcome,
        Outcome::Error("access_denied".into())
    );
}

#[tokio::test]
async fn a_replayed_callback_is_told_so_and_not_stored_again() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let _socket = connected(&agent).await;
    let flow = Flow::of(&agent);
    let query = [("state", flow.state.as_str()), ("code", "4/first")];
    assert_eq!(
        come_back(&world, &agent, &query).await.status(),
        StatusCode::FOUND
    );
    let stored = agent.inbox().await;
    let again = [("state", flow.state.as_str()), ("code", "4/second")];
    says(
        come_back(&world, &agent, &again).await,
        StatusCode::CONFLICT,
        "taken before",
    )
    .await;
    assert_eq!(agent.inbox().await, stored);

    let Signal::Oauth { id, .. } = &stored[0] else {
        panic!("{stored:?}")
    };
    agent
        .acknowledge(vec![Acknowledgement::Oauth { id: id.clone() }])
        .await;
    says(
        come_back(&world, &agent, &query).await,
        StatusCode::CONFLICT,
        "taken before",
    )
    .await;
    assert_eq!(agent.inbox().await, vec![]);
}

#[tokio::test]
async fn expired_and_foreign_states_are_refused() {
    let world = World::start().await;
    let (agent, other) = (world.agent(1, true).await, world.agent(2, false).await);
    let late = Flow::expiring_in(&agent, -1);
    let query = [("state", late.state.as_str()), ("code", "c")];
    says(
        come_back(&world, &agent, &query).await,
        StatusCode::GONE,
        "took longer",
    )
    .await;

    let flow = Flow::of(&agent);
    let query = [("state", flow.state.as_str()), ("code", "c")];
    says(
        come_back(&world, &other, &query).await,
        StatusCode::BAD_REQUEST,
        "another Placard",
    )
    .await;

    for forged in [
        "",
        "x",
        &flow.state[..flow.state.len() - 2],
        &flow.state.replace(".1.", ".2."),
    ] {
        let query = [("state", forged), ("code", "c")];
        says(
            come_back(&world, &agent, &query).await,
            StatusCode::BAD_REQUEST,
            "does not belong",
        )
        .await;
    }
    assert_eq!(agent.inbox().await, vec![]);
    assert_eq!(other.inbox().await, vec![]);
}

#[tokio::test]
async fn abused_queries_are_refused() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let flow = Flow::of(&agent);
    let (state, long) = (flow.state.as_str(), "x".repeat(5000));
    let abuses: [&[(&str, &str)]; 6] = [
        &[],
        &[("code", "c")],
        &[("state", state)],
        &[("state", state), ("state", state), ("code", "c")],
        &[("state", state), ("code", "c"), ("error", "e")],
        &[("state", state), ("code", &long)],
    ];
    for query in abuses {
        let answer = come_back(&world, &agent, query).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query:?}");
        assert!(
            !answer.text().await.unwrap().contains(state),
            "a page never repeats what it was given"
        );
    }
    assert_eq!(agent.inbox().await, vec![]);
}

#[tokio::test]
async fn on_a_shared_relay_the_page_names_the_destination_and_asks() {
    let world = World::start().await;
    let (_owner, guest) = (world.agent(1, true).await, world.agent(2, false).await);
    let _socket = connected(&guest).await;
    let flow = Flow::of(&guest);
    let answer = come_back(&world, &guest, &[("state", &flow.state), ("code", "c")]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let link = format!(
        "href=\"{PORTAL}/settings/integration?flow={}\"",
        flow_of(&flow.state).unwrap()
    );
    assert!(
        page.contains(&link) && page.contains(&format!("return to {PORTAL}")),
        "{page}"
    );
    assert_eq!(guest.inbox().await.len(), 1);
}

#[tokio::test]
async fn the_plain_paths_belong_to_the_host_owner() {
    let world = World::start().await;
    let (owner, guest) = (world.agent(1, true).await, world.agent(2, false).await);
    let _socket = connected(&owner).await;
    for path in ["/oauth/google/callback", "/m"] {
        let flow = Flow::of(&owner);
        let answer = come_back_to(&world, path, &[("state", &flow.state), ("code", "c")]).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{path}");
        let flow = Flow::of(&guest);
        let answer = come_back_to(&world, path, &[("state", &flow.state), ("code", "c")]).await;
        says(answer, StatusCode::BAD_REQUEST, "owns this domain").await;
    }
    assert_eq!(guest.inbox().await, vec![]);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_withdrawn() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let flow = Flow::of(&agent);
    agent.set_origins(&["https://portal.localhost:9443"]).await;
    let query = [("state", flow.state.as_str()), ("code", "c")];
    says(
        come_back(&world, &agent, &query).await,
        StatusCode::GONE,
        "no longer at the address",
    )
    .await;
    // Registered again it has another number, so that the old state leads nowhere.
    agent.set_origins(&[PORTAL]).await;
    says(
        come_back(&world, &agent, &query).await,
        StatusCode::GONE,
        "no longer at the address",
    )
    .await;
    assert_eq!(agent.inbox().await, vec![]);
}

#[tokio::test]
async fn who_signs_in_while_the_agent_is_away_is_told_and_can_go_on() {
    let world = World::start().await;
    let agent = world.agent(1, true).await;
    let flow = Flow::of(&agent);
    let answer = flow.come_back(&world, "c").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    let link = format!(
        "href=\"{PORTAL}/settings/integration?flow={}\"",
        flow_of(&flow.state).unwrap()
    );
    assert!(page.contains("not connected just now"), "{page}");
    assert!(page.contains(&link), "{page}");
    assert_eq!(agent.inbox().await.len(), 1, "the answer waits for it");
}
