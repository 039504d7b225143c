//! Who signed in: `id_token` claims, user info, and the documents that describe this issuer.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::caller::Caller;
use crate::directory::DOMAIN;

/// What the real tokens say; the stand-in's own address is not in them.
const ISSUER: &str = "https://accounts.google.com";

/// The claims of an `id_token`.
pub(crate) fn claims(
    account: &str,
    client: &str,
    access_token: &str,
    nonce: Option<&str>,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Value {
    let half = &Sha256::digest(access_token)[..16];
    let mut claims = json!({
        "iss": ISSUER, "azp": client, "aud": client, "sub": subject(account), "hd": DOMAIN, "email": account,
        "email_verified": true, "at_hash": URL_SAFE_NO_PAD.encode(half), "iat": now.as_second(),
        "exp": now.as_second() + lifetime.as_secs(),
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

/// A stable number for an account, with as many digits as Google's.
fn subject(account: &str) -> String {
    let hash = Sha256::digest(account);
    let digits: String = hash
        .iter()
        .take(20)
        .map(|b| char::from(b'0' + b % 10))
        .collect();
    format!("1{digits}")
}

/// `GET /oauth2/v3/certs`.
pub(crate) async fn certs(State(app): State<App>) -> impl IntoResponse {
    (
        [(
            header::CACHE_CONTROL,
            "public, max-age=22000, must-revalidate, no-transform",
        )],
        Json(app.key().jwks()),
    )
}

/// `GET /oauth2/v3/userinfo`.
pub(crate) async fn userinfo(caller: Caller) -> Json<Value> {
    let account = caller.account();
    let mut answer = json!({"sub": subject(account), "hd": DOMAIN});
    if caller
        .scopes()
        .iter()
        .any(|s| s.ends_with("/userinfo.email"))
    {
        answer["email"] = json!(account);
        answer["email_verified"] = json!(true);
    }
    Json(answer)
}

/// `GET /.well-known/openid-configuration`.
pub(crate) async fn discovery(State(app): State<App>) -> Json<Value> {
    let base = app.base();
    Json(json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{base}/o/oauth2/v2/auth"),
        "token_endpoint": format!("{base}/token"),
        "revocation_endpoint": format!("{base}/revoke"),
        "userinfo_endpoint": format!("{base}/oauth2/v3/userinfo"),
        "jwks_uri": format!("{base}/oauth2/v3/certs"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["plain", "S256"],
    }))
}
