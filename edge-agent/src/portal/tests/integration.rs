//! The Google app, and sign-ins that come back to the wrong place.

use edge_api::error::ErrorCode;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::house::{House, send, with};
use crate::store::{FlowProgress, StoredFlow};

const FILE: &str = "/api/v1/integration/google-app/file";
const APP: &str = "/api/v1/integration/google-app";

#[tokio::test]
async fn a_malformed_client_secret_is_refused_and_the_saved_app_stays() {
    let (house, cookie) = House::claimed().await;
    let app = json!({"client_id": "7-signs.apps.googleusercontent.com", "client_secret": "GOCSPX-secret"});
    let saved = house.put(APP, Some(&cookie), &app).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    assert!(!saved.text.contains("GOCSPX"), "{saved:?}");
    for malformed in [
        "",
        "not JSON",
        "{}",
        "{\"web\":{\"client_id\":\"x\"}}",
        "{\"installed\":{}}",
    ] {
        let upload = house.request(Method::POST, FILE).body(malformed);
        send(with(upload, Some(&cookie)))
            .await
            .refused(ErrorCode::ClientSecretFile);
    }
    let upload = house
        .request(Method::POST, FILE)
        .body(vec![b' '; 17 * 1024]);
    send(with(upload, Some(&cookie)))
        .await
        .refused(ErrorCode::TooLarge);
    let empty = json!({"client_id": "", "client_secret": ""});
    house
        .put(APP, Some(&cookie), &empty)
        .await
        .refused(ErrorCode::GoogleAppInvalid);
    let now = house.get("/api/v1/integration", Some(&cookie)).await;
    assert_eq!(
        now.body["app"]["client_id"],
        "7-signs.apps.googleusercontent.com"
    );
    assert_eq!(
        house
            .store()
            .google_app()
            .await
            .unwrap()
            .unwrap()
            .client_secret,
        "GOCSPX-secret"
    );
}

#[tokio::test]
async fn a_sound_client_secret_is_shown_and_not_saved() {
    let (house, cookie) = House::claimed().await;
    let file = json!({"web": {"client_id": "7-signs.apps.googleusercontent.com", "project_id": "signs",
        "client_secret": "GOCSPX-secret", "redirect_uris": ["https://elsewhere.example/callback"]}});
    let upload = house.request(Method::POST, FILE).body(file.to_string());
    let preview = send(with(upload, Some(&cookie))).await;
    assert_eq!(preview.status, StatusCode::OK, "{preview:?}");
    assert_eq!(preview.body["project"], "signs");
    assert!(
        !preview.body["warnings"].as_array().unwrap().is_empty(),
        "{preview:?}"
    );
    assert!(house.get("/api/v1/integration", Some(&cookie)).await.body["app"].is_null());
}

#[tokio::test]
async fn a_sign_in_needs_an_app_and_an_address_of_this_portal() {
    let (house, cookie) = House::claimed().await;
    let flows = "/api/v1/integration/google/flows";
    house
        .post(flows, Some(&cookie), &json!({}))
        .await
        .refused(ErrorCode::GoogleAppMissing);
    // The same machine under a name that the relay does not know: allowed as a host, no place to come back to.
    let elsewhere = format!("other.localhost:{}", house.port);
    let request = house
        .request(Method::POST, flows)
        .header("host", &elsewhere)
        .header("origin", format!("https://{elsewhere}"));
    send(with(request, Some(&cookie)))
        .await
        .refused(ErrorCode::OriginUnknown);
}

#[tokio::test]
async fn a_sign_in_that_comes_back_in_another_browser_is_refused() {
    let (house, cookie) = House::claimed().await;
    let flow = StoredFlow {
        id: "theflow".to_owned(),
        cookie_hash: *blake3::hash(b"the other browser has this").as_bytes(),
        session_hash: [0; 32],
        secrets: vec![],
        expires_at: now() + SignedDuration::from_mins(10),
        progress: FlowProgress::Open,
    };
    house.store().save_flow(flow, now()).await.unwrap();
    let finish = "/api/v1/integration/google/flows/theflow/finish";
    house
        .post(finish, Some(&cookie), &json!({}))
        .await
        .refused(ErrorCode::FlowOtherBrowser);
    let both = format!("{cookie}; __Host-flow-theflow=guessed");
    house
        .post(finish, Some(&both), &json!({}))
        .await
        .refused(ErrorCode::FlowOtherBrowser);
    house
        .post(finish, None, &json!({}))
        .await
        .refused(ErrorCode::SignedOut);
    let unknown = "/api/v1/integration/google/flows/nosuchflow/finish";
    house
        .post(unknown, Some(&cookie), &json!({}))
        .await
        .refused(ErrorCode::FlowGone);
    let strange = "/api/v1/integration/google/flows/a%0d%0ab/finish";
    house
        .post(strange, Some(&cookie), &json!({}))
        .await
        .refused(ErrorCode::FlowGone);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the flow must not have expired for the running agent"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
