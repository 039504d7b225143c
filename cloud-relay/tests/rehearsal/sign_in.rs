//! Google sends the browser back.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, Serializable};
use jiff::SignedDuration;
use relay_contract::answer::{INFO, OAuthAnswer, Outcome, split};
use relay_contract::id::OriginId;
use relay_contract::inbox::Signal;
use relay_contract::origin::SetOrigins;
use relay_contract::route;
use relay_contract::state::NewState;
use reqwest::{Method, StatusCode};

use crate::agent::now;
use crate::deployed::Deployed;

/// The rehearsal looks for it in every log and in the whole table afterwards.
const CANARY: &str = "4/canary-of-the-rehearsal";
const PORTAL: &str = "https://portal.localhost:8443";

#[tokio::test]
#[ignore = "needs a deployed relay: infra/dev relay-rehearse"]
async fn a_code_reaches_the_agent_sealed_and_the_browser_is_asked() {
    let relay = Deployed::new();
    let agent = relay.agent(&[]).await;
    let origins = SetOrigins {
        origins: vec![PORTAL.parse().unwrap()],
    };
    let body = serde_json::to_vec(&origins).unwrap();
    let set = agent.call(Method::PUT, route::ORIGINS, body).await;
    assert_eq!(set.unwrap().status(), StatusCode::OK);

    let (secret, public) = X25519HkdfSha256::gen_keypair();
    let state = NewState {
        agent: &agent.enrolled.agent,
        origin: OriginId(1),
        expiry: now() + SignedDuration::from_secs(600),
        random: [9; 16],
        flow_key: public.to_bytes().into(),
    }
    .mint(&agent.enrolled.keys);
    let address = route::oauth_callback(&relay.reach.http, &agent.enrolled.agent);
    let come_back = || {
        let query = [("state", state.as_str()), ("code", CANARY)];
        relay.http.get(&address).query(&query).send()
    };
    let answer = come_back().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(page.contains(PORTAL), "the destination is named: {page}");
    assert!(!page.contains(CANARY));

    let inbox = agent.inbox().await.unwrap();
    let [Signal::Oauth { sealed, .. }] = &inbox[..] else {
        panic!("{inbox:?}")
    };
    let (key, ciphertext) = split(&sealed.0).unwrap();
    let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(key).unwrap();
    let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &key,
        INFO,
        ciphertext,
        state.as_bytes(),
    );
    let opened: OAuthAnswer = serde_json::from_slice(&plain.unwrap()).unwrap();
    assert_eq!(opened.outcome, Outcome::Code(CANARY.into()));

    let again = come_back().await.unwrap();
    assert_eq!(again.status(), StatusCode::CONFLICT, "a state is good once");
}
