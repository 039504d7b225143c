//! The portal's name and certificate, changed under way.

use edge_api::error::ErrorCode;
use http::{Method, StatusCode};
use reqwest::Certificate;
use serde_json::{Value, json};

use super::house::{House, send, with};
use crate::security::TestAuthority;

const PREVIEW: &str = "/api/v1/security/preview";
const TRIAL: &str = "/api/v1/security/trial";
const CONFIRM: &str = "/api/v1/security/trial/confirm";
const NEW: &str = "signs.example.com";

fn upload(authority: &TestAuthority, name: &str) -> Value {
    let given = authority.given(&[name], 2096);
    json!({"name": name, "certificate": {"kind": "upload", "chain": given.chain, "key": given.key}})
}

/// A browser that believes the authority and nobody else, and finds the agent under its new name.
fn browser(house: &House, authority: &TestAuthority) -> reqwest::Client {
    reqwest::Client::builder()
        .tls_certs_only([Certificate::from_pem(authority.root.as_bytes()).unwrap()])
        .resolve(NEW, house.agent.portal_address())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

fn codes(answer: &super::house::Answer) -> Vec<&str> {
    let warnings = answer.body["warnings"].as_array().unwrap().iter();
    warnings.map(|w| w["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_preview_says_what_browsers_would_say_and_changes_nothing() {
    let (house, cookie) = House::claimed().await;
    let before = house.get("/api/v1/security", Some(&cookie)).await.body;
    let authority = TestAuthority::new();
    let name = "signs.localhost";
    let seen = house
        .post(PREVIEW, Some(&cookie), &upload(&authority, name))
        .await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert_eq!(codes(&seen), ["not_trusted"]);
    assert_eq!(seen.body["certificate"]["issuer"], "Test Middle");
    assert_eq!(seen.body["chain"][0]["subject"], "Test Middle");
    assert_eq!(seen.body["url"], format!("https://{name}:{}", house.port));
    let mut other = upload(&authority, "else.example.com");
    other["name"] = json!(name);
    let seen = house.post(PREVIEW, Some(&cookie), &other).await;
    assert_eq!(codes(&seen), ["other_name"]);
    let own = json!({"name": name, "certificate": {"kind": "own"}});
    let seen = house.post(PREVIEW, Some(&cookie), &own).await;
    assert_eq!(codes(&seen), ["not_trusted"]);
    for (field, value, code) in [
        ("name", json!("192.0.2.7"), ErrorCode::NameInvalid),
        ("name", json!("<script>"), ErrorCode::NameInvalid),
        (
            "certificate",
            json!({"kind": "upload", "chain": "x", "key": ""}),
            ErrorCode::CertificateInvalid,
        ),
        (
            "certificate",
            json!({"kind": "borrow"}),
            ErrorCode::BadRequest,
        ),
    ] {
        let mut wanted = own.clone();
        wanted[field] = value;
        house
            .post(PREVIEW, Some(&cookie), &wanted)
            .await
            .refused(code);
        house
            .post(TRIAL, Some(&cookie), &wanted)
            .await
            .refused(code);
    }
    let mut after = house.get("/api/v1/security", Some(&cookie)).await.body;
    after["now"] = before["now"].clone();
    after["sessions"] = before["sessions"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn name_and_certificate_change_without_a_restart_and_stay_once_a_browser_came_by_them() {
    let (house, cookie) = House::claimed().await;
    let authority = TestAuthority::new();
    let new = browser(&house, &authority);
    let address = |path: &str| format!("https://{NEW}:{}{path}", house.port);
    new.get(address("/api/health")).send().await.unwrap_err();

    let wanted = upload(&authority, NEW);
    let trial = house.post(TRIAL, Some(&cookie), &wanted).await;
    assert_eq!(trial.status, StatusCode::OK, "{trial:?}");
    house
        .post(TRIAL, Some(&cookie), &wanted)
        .await
        .refused(ErrorCode::TrialRunning);
    let page = trial.body["url"].as_str().unwrap();
    assert!(
        page.starts_with(&address("/settings/security/confirm?token=")),
        "{page}"
    );
    let token = trial.body["token"].clone();

    // The browser's connection from before goes on until its answer is there, and proves nothing.
    let text = new.get(page).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("<form method=\"post\""), "{text}");
    let guess = json!({"token": "guess"});
    let confirm = |body: &Value| new.post(address(CONFIRM)).json(body).send();
    assert_eq!(
        confirm(&guess).await.unwrap().status(),
        StatusCode::CONFLICT
    );
    let kept = new
        .post(address("/settings/security/confirm"))
        .header("origin", address(""))
        .form(&[("token", token.as_str().unwrap())])
        .send()
        .await
        .unwrap();
    assert_eq!(kept.status(), StatusCode::SEE_OTHER);
    assert_eq!(kept.headers()["location"], "/settings/security");
    let again = confirm(&json!({"token": token})).await.unwrap();
    assert_eq!(
        again.status(),
        StatusCode::CONFLICT,
        "a token confirms once"
    );

    let request = with(new.get(address("/api/v1/security")), Some(&cookie));
    let now = send(request).await;
    assert_eq!(now.body["name"], NEW);
    assert_eq!(now.body["certificate"]["source"], "upload");
    assert_eq!(now.body["trial_until"], Value::Null);
    let request = with(new.get(address("/api/v1/activity")), Some(&cookie));
    let activity = send(request).await;
    assert_eq!(activity.body["entries"][0]["action"], "identity_set");
    let stored = house.store().portal_identity().await.unwrap().unwrap();
    assert_eq!(stored.name, NEW);
    let key = wanted["certificate"]["key"].as_str().unwrap();
    assert_eq!(stored.certificate.unwrap().key, key);
    let line = key.lines().nth(1).unwrap().as_bytes();
    for file in ["agent.db", "agent.db-wal"] {
        let bytes = std::fs::read(house.data.path().join(file)).unwrap_or_default();
        assert!(
            !bytes.windows(line.len()).any(|w| w == line),
            "the key is sealed"
        );
    }
    // The name from before is a stranger's now.
    let old = new
        .get(address("/api/health"))
        .header("host", format!("portal.example:{}", house.port));
    assert_eq!(
        old.send().await.unwrap().status(),
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test]
async fn a_trial_is_taken_back_on_request_and_dies_with_the_agent() {
    let (house, cookie) = House::claimed().await;
    house
        .delete(TRIAL, Some(&cookie))
        .await
        .refused(ErrorCode::TrialGone);
    let authority = TestAuthority::new();
    let name = "portal.localhost";
    let trial = house
        .post(TRIAL, Some(&cookie), &upload(&authority, name))
        .await;
    assert_eq!(trial.status, StatusCode::OK, "{trial:?}");
    assert!(house.store().portal_identity().await.unwrap().is_none());
    // This client believes the agent's own certificate only: that it gets through again shows that all is as before.
    let new = reqwest::Client::builder()
        .tls_certs_only([Certificate::from_pem(authority.root.as_bytes()).unwrap()])
        .resolve(name, house.agent.portal_address())
        .no_proxy()
        .build()
        .unwrap();
    let request = with(new.delete(format!("{}{TRIAL}", house.base)), Some(&cookie));
    assert_eq!(send(request).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        house.get("/api/v1/security", Some(&cookie)).await.body["certificate"]["source"],
        "own"
    );
}

#[tokio::test]
async fn files_in_the_keys_folder_go_first_and_it_is_said() {
    let (house, cookie) = House::claimed().await;
    std::fs::write(house.data.path().join("keys/portal.crt"), "").unwrap();
    let own = json!({"name": "portal.localhost", "certificate": {"kind": "own"}});
    house
        .post(PREVIEW, Some(&cookie), &own)
        .await
        .refused(ErrorCode::CertificateFromFiles);
}

#[tokio::test]
async fn another_browsers_session_is_ended() {
    let (house, cookie) = House::claimed().await;
    let second = house.post("/api/v1/session", None, &House::sign_in()).await;
    let second = second.cookie();
    let shown = house.get("/api/v1/security", Some(&cookie)).await;
    let other = shown.body["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["this"] == false)
        .unwrap();
    let path = format!(
        "/api/v1/security/sessions/{}",
        other["id"].as_str().unwrap()
    );
    assert_eq!(
        house.delete(&path, Some(&cookie)).await.status,
        StatusCode::NO_CONTENT
    );
    house
        .get("/api/v1/session", Some(&second))
        .await
        .refused(ErrorCode::SignedOut);
    house
        .delete(&path, Some(&cookie))
        .await
        .refused(ErrorCode::NotFound);
}

#[tokio::test]
async fn hsts_is_sent_by_the_trusted_name_only() {
    let (house, _cookie) = House::claimed().await;
    // Nobody on this machine vouches for the agent's own certificate.
    let answer = house.get("/api/health", None).await;
    assert!(!answer.headers.contains_key("strict-transport-security"));
    let by_address = house
        .request(Method::GET, "/api/health")
        .header("host", format!("127.0.0.1:{}", house.port));
    let answer = send(by_address).await;
    assert!(!answer.headers.contains_key("strict-transport-security"));
}
