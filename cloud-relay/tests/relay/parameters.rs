//! Master keys out of AWS's parameter store.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use relay_contract::invite::Invite;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::operator::{refusal, said};
use crate::world::{masters_of, now};

/// What the parameter store was asked.
type Asked = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// A parameter store that holds `/placard/master-key/1` and `/2`.
async fn parameter_store() -> (String, Asked) {
    let asked = Asked::default();
    let answer = async |State(asked): State<Asked>, headers: HeaderMap, body: String| {
        let body: Value = serde_json::from_str(&body).unwrap();
        let value = match body["Name"].as_str().unwrap() {
            "/placard/master-key/1" => "07".repeat(32),
            "/placard/master-key/2" => "08".repeat(32),
            _ => {
                let refusal = json!({ "__type": "ParameterNotFound" }).to_string();
                return (axum::http::StatusCode::BAD_REQUEST, refusal);
            }
        };
        asked.lock().unwrap().push((headers, body));
        let parameter = json!({ "Parameter": { "Type": "SecureString", "Value": value } });
        (axum::http::StatusCode::OK, parameter.to_string())
    };
    let app = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&asked));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    TaskTracker::new().spawn(async move { axum::serve(listener, app).await });
    (endpoint, asked)
}

#[tokio::test]
async fn master_keys_come_from_the_parameter_store_by_signed_calls() {
    let (endpoint, asked) = parameter_store().await;
    let invite = async |current: &'static str| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_cloud-relay-admin"));
        command
            .arg("invite")
            .env("AWS_ENDPOINT_URL_SSM", &endpoint)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_SESSION_TOKEN", "session")
            .env("PLACARD_MASTER_KEY_PARAMETER", current)
            .env("PLACARD_MASTER_KEY_VERSION", "2")
            .env(
                "PLACARD_PREVIOUS_MASTER_KEY_PARAMETER",
                "/placard/master-key/1",
            )
            .env_remove("PLACARD_MASTER_KEY");
        command.output().await.unwrap()
    };
    let minted = said(&invite("/placard/master-key/2").await);
    assert!(minted.starts_with("inv1.2.s."), "{minted}");
    let masters = masters_of(&[7, 8]);
    assert!(Invite::verify(&masters, &minted, now()).is_ok());

    let asked = std::mem::take(&mut *asked.lock().unwrap());
    assert_eq!(asked.len(), 2);
    for (headers, body) in asked {
        assert_eq!(body["WithDecryption"], true);
        assert_eq!(headers["x-amz-target"], "AmazonSSM.GetParameter");
        assert_eq!(headers["x-amz-security-token"], "session");
        let signature = headers["authorization"].to_str().unwrap();
        assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDTEST/"));
        assert!(
            signature.contains("/eu-central-1/ssm/aws4_request, "),
            "{signature}"
        );
        let signed = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
        assert!(signature.contains(signed), "{signature}");
    }
    let words = refusal(&invite("/placard/master-key/3").await);
    assert!(words.contains("ParameterNotFound"), "{words}");
    assert!(!words.contains(&"07".repeat(32)), "no key is shown");
}
