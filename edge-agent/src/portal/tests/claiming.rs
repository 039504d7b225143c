//! First start, claim, sign-in, sign-out, reset.

use edge_api::account::SetupState;
use edge_api::error::ErrorCode;
use http::StatusCode;
use serde_json::json;

use super::house::{House, PASSWORD};
use crate::console;

#[tokio::test]
async fn before_it_is_claimed_nothing_but_the_claim_answers() {
    let house = House::new().await;
    for path in [
        "/api/v1/signs",
        "/api/v1/session",
        "/api/v1/events",
        "/api/v1/activity",
        "/api/v1/nonsense",
    ] {
        house.get(path, None).await.refused(ErrorCode::NotClaimed);
    }
    house
        .post("/api/v1/session", None, &House::sign_in())
        .await
        .refused(ErrorCode::NotClaimed);
    assert_eq!(house.get("/api/health", None).await.body["status"], "ok");
    let state: SetupState =
        serde_json::from_value(house.get("/api/v1/setup", None).await.body).unwrap();
    assert!(!state.claimed);
    assert!(state.token_file.unwrap().ends_with("setup-token"));
    assert!(
        state
            .token_command
            .unwrap()
            .starts_with("edge-agent setup-token --data ")
    );
}

#[tokio::test]
async fn a_wrong_setup_token_is_refused_and_guessing_is_slowed_down() {
    let house = House::new().await;
    let mut claim = house.claim();
    claim.setup_token = "00000-00000-00000-00000-00000-0".to_owned();
    for _ in 0..8 {
        house
            .post("/api/v1/setup", None, &json!(claim))
            .await
            .refused(ErrorCode::WrongSetupToken);
    }
    let slowed = house.post("/api/v1/setup", None, &json!(claim)).await;
    slowed.refused(ErrorCode::TooManyTries);
    assert!(slowed.headers.contains_key("retry-after"));
    // Even the right one waits its turn: otherwise the answer would tell.
    house
        .post("/api/v1/setup", None, &json!(house.claim()))
        .await
        .refused(ErrorCode::TooManyTries);
    assert!(!house.store().is_claimed().await.unwrap());
}

#[tokio::test]
async fn an_agent_is_claimed_once() {
    let house = House::new().await;
    let claim = house.claim();
    let weak = json!({"setup_token": claim.setup_token, "name": "Ada", "password": "short"});
    house
        .post("/api/v1/setup", None, &weak)
        .await
        .refused(ErrorCode::WeakPassword);
    let answer = house.post("/api/v1/setup", None, &json!(claim)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["name"], "Ada");
    let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with("__Host-placard="), "{set}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!house.data.path().join("setup-token").exists());
    house
        .post("/api/v1/setup", None, &json!(claim))
        .await
        .refused(ErrorCode::AlreadyClaimed);
    assert_eq!(
        house
            .get("/api/v1/session", Some(&answer.cookie()))
            .await
            .status,
        StatusCode::OK
    );
    let again = console::setup_token(house.data.path()).await.unwrap_err();
    assert!(again.to_string().contains("admin reset"), "{again}");
}

#[tokio::test]
async fn the_password_is_stored_as_an_argon2id_hash() {
    let (house, _cookie) = House::claimed().await;
    let admin = house
        .store()
        .user_by_name("ada".to_owned())
        .await
        .unwrap()
        .unwrap();
    assert!(
        admin.password_hash.starts_with("$argon2id$"),
        "{}",
        admin.password_hash
    );
    assert!(!admin.password_hash.contains(PASSWORD));
}

#[tokio::test]
async fn signing_in_and_out() {
    let (house, first) = House::claimed().await;
    let wrong = json!({"name": "Ada", "password": "wrong horse battery"});
    house
        .post("/api/v1/session", None, &wrong)
        .await
        .refused(ErrorCode::WrongCredentials);
    let nobody = json!({"name": "Eve", "password": PASSWORD});
    house
        .post("/api/v1/session", None, &nobody)
        .await
        .refused(ErrorCode::WrongCredentials);
    let answer = house.post("/api/v1/session", None, &House::sign_in()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let second = answer.cookie();
    assert_eq!(
        house.delete("/api/v1/session", Some(&second)).await.status,
        StatusCode::NO_CONTENT
    );
    house
        .get("/api/v1/session", Some(&second))
        .await
        .refused(ErrorCode::SignedOut);
    let activity = house.get("/api/v1/activity", Some(&first)).await;
    let actions: Vec<&str> = activity.body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "signed_out",
            "signed_in",
            "sign_in_refused",
            "sign_in_refused",
            "claimed"
        ]
    );
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let (house, _cookie) = House::claimed().await;
    let wrong = json!({"name": "Ada", "password": "wrong horse battery"});
    for _ in 0..8 {
        house
            .post("/api/v1/session", None, &wrong)
            .await
            .refused(ErrorCode::WrongCredentials);
    }
    house
        .post("/api/v1/session", None, &House::sign_in())
        .await
        .refused(ErrorCode::TooManyTries);
}

#[tokio::test]
async fn a_reset_at_the_console_ends_every_session_of_the_running_agent() {
    let (house, cookie) = House::claimed().await;
    let token = console::admin_reset(house.data.path()).await.unwrap();
    house
        .get("/api/v1/signs", Some(&cookie))
        .await
        .refused(ErrorCode::NotClaimed);
    let mut claim = house.claim();
    claim.setup_token = token;
    claim.name = "Grace".to_owned();
    let answer = house.post("/api/v1/setup", None, &json!(claim)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    house
        .get("/api/v1/session", Some(&cookie))
        .await
        .refused(ErrorCode::SignedOut);
    let activity = house.get("/api/v1/activity", Some(&answer.cookie())).await;
    assert_eq!(
        activity.body["entries"][1]["action"], "admin_reset",
        "{activity:?}"
    );
    assert_eq!(activity.body["entries"][1]["who"], "console");
}

#[tokio::test]
async fn the_console_refuses_a_folder_without_an_agent() {
    let empty = tempfile::tempdir().unwrap();
    let refused = console::admin_reset(empty.path()).await.unwrap_err();
    assert!(refused.to_string().contains("--data"), "{refused}");
    assert!(!empty.path().join("agent.db").exists());
}
