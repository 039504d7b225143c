//! `POST /token` and `POST /revoke`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::clock;
use crate::oauth::grants::Grants;
use crate::oauth::identity;
use crate::params::Params;

/// RFC 6749's error answer.
#[derive(Debug)]
struct OAuthError(StatusCode, &'static str, String);

impl OAuthError {
    fn bad(error: &'static str, description: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, error, description.into())
    }

    fn client(description: &str) -> Self {
        Self(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            description.to_owned(),
        )
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.1, "error_description": self.2});
        (
            self.0,
            [(header::CACHE_CONTROL, "no-cache, no-store")],
            Json(body),
        )
            .into_response()
    }
}

/// Codes and refresh tokens for access tokens.
pub(crate) async fn exchange(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Params::parse(&body);
    match answer(&app, &headers, &form, clock::now()) {
        Ok(tokens) => (
            [(header::CACHE_CONTROL, "no-cache, no-store")],
            Json(tokens),
        )
            .into_response(),
        Err(error) => error.into_response(),
    }
}

fn answer(
    app: &App,
    headers: &HeaderMap,
    form: &Params,
    now: Timestamp,
) -> Result<Value, OAuthError> {
    let mut grants = app.grants();
    let client = authenticate(&grants, headers, form)?;
    if app.faults().strike("invalid_client", "/token").is_some() {
        return Err(OAuthError::client("Unauthorized"));
    }
    if app.faults().strike("invalid_grant", "/token").is_some() {
        return Err(OAuthError::bad(
            "invalid_grant",
            "Token has been expired or revoked.",
        ));
    }
    match form.get("grant_type") {
        Some("authorization_code") => redeem(app, &mut grants, &client, form, now),
        Some("refresh_token") => refresh(app, &mut grants, &client, form, now),
        other => Err(OAuthError::bad(
            "unsupported_grant_type",
            format!("Invalid grant_type: {}", other.unwrap_or("")),
        )),
    }
}

/// Checks id and secret, from the form or from Basic.
fn authenticate(grants: &Grants, headers: &HeaderMap, form: &Params) -> Result<String, OAuthError> {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
        .map(|text| {
            let text = STANDARD
                .decode(text)
                .ok()
                .and_then(|b| String::from_utf8(b).ok());
            let text = text.ok_or_else(|| OAuthError::client("Invalid Basic credentials."))?;
            let (id, secret) = text.split_once(':').unwrap_or((&text, ""));
            Ok((form_decoded(id), form_decoded(secret)))
        })
        .transpose()?;
    let (id, secret) = match basic {
        Some(pair) => pair,
        None => {
            let field = |name: &str| form.get(name).unwrap_or("").to_owned();
            (field("client_id"), field("client_secret"))
        }
    };
    if id.is_empty() {
        return Err(OAuthError::bad(
            "invalid_request",
            "Could not determine client ID from request.",
        ));
    }
    let client = grants
        .client(&id)
        .ok_or_else(|| OAuthError::client("The OAuth client was not found."))?;
    if secret.is_empty() {
        return Err(OAuthError::bad(
            "invalid_request",
            "client_secret is missing.",
        ));
    }
    if client.secret != secret {
        return Err(OAuthError::client("Unauthorized"));
    }
    Ok(id)
}

/// RFC 6749 has id and secret form-encoded inside Basic.
fn form_decoded(text: &str) -> String {
    Params::parse(format!("v={text}"))
        .get("v")
        .unwrap_or("")
        .to_owned()
}

fn redeem(
    app: &App,
    grants: &mut Grants,
    client: &str,
    form: &Params,
    now: Timestamp,
) -> Result<Value, OAuthError> {
    let text = form
        .get("code")
        .ok_or_else(|| OAuthError::bad("invalid_request", "Missing required parameter: code"))?;
    let code = grants
        .take_code(text, now)
        .ok_or_else(|| OAuthError::bad("invalid_grant", "Malformed auth code."))?;
    if code.client != client {
        return Err(OAuthError::bad("invalid_grant", "Bad Request"));
    }
    if form.get("redirect_uri") != Some(&code.redirect_uri) {
        return Err(OAuthError::bad("redirect_uri_mismatch", "Bad Request"));
    }
    if let Some((method, challenge)) = &code.challenge {
        let verifier = form
            .get("code_verifier")
            .ok_or_else(|| OAuthError::bad("invalid_grant", "Missing code verifier."))?;
        let made = match method.as_str() {
            "S256" => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
            _ => verifier.to_owned(),
        };
        if made != *challenge {
            return Err(OAuthError::bad("invalid_grant", "Invalid code verifier."));
        }
    }
    let mut answer = tokens(
        app,
        grants,
        &code.account,
        client,
        &code.scopes,
        code.nonce.as_deref(),
        now,
    );
    if let Some((token, expires)) = grants.issue_refresh(&code, now) {
        answer["refresh_token"] = json!(token);
        if let Some(at) = expires {
            answer["refresh_token_expires_in"] = json!(at.duration_since(now).as_secs());
        }
    }
    Ok(answer)
}

fn refresh(
    app: &App,
    grants: &mut Grants,
    client: &str,
    form: &Params,
    now: Timestamp,
) -> Result<Value, OAuthError> {
    let token = form.get("refresh_token").ok_or_else(|| {
        OAuthError::bad(
            "invalid_request",
            "Missing required parameter: refresh_token",
        )
    })?;
    let grant = grants
        .refresh(token, client, now)
        .ok_or_else(|| OAuthError::bad("invalid_grant", "Token has been expired or revoked."))?;
    // No refresh token in this answer: the client keeps the one it has.
    let mut answer = tokens(
        app,
        grants,
        &grant.account,
        client,
        &grant.scopes,
        None,
        now,
    );
    if let Some(at) = grant.expires {
        answer["refresh_token_expires_in"] = json!(at.duration_since(now).as_secs());
    }
    Ok(answer)
}

fn tokens(
    app: &App,
    grants: &mut Grants,
    account: &str,
    client: &str,
    scopes: &[String],
    nonce: Option<&str>,
    now: Timestamp,
) -> Value {
    let lifetime = app.lifetimes().access;
    let access = grants.issue_access(account, client, scopes, now + lifetime);
    let mut answer = json!({
        "access_token": access, "expires_in": lifetime.as_secs(), "scope": scopes.join(" "), "token_type": "Bearer",
    });
    if scopes.iter().any(|s| s == "openid") {
        let claims = identity::claims(account, client, &access, nonce, now, lifetime);
        answer["id_token"] = json!(app.key().jwt(&claims));
    }
    answer
}

/// Ends the grant of a token, from the form or the query.
pub(crate) async fn revoke(State(app): State<App>, query: Params, body: Bytes) -> Response {
    let form = Params::parse(&body);
    let token = form.get("token").or(query.get("token"));
    match token {
        Some(token) if app.grants().revoke(token) => Json(json!({})).into_response(),
        Some(_) => OAuthError::bad("invalid_token", "Token expired or revoked").into_response(),
        None => {
            OAuthError::bad("invalid_request", "Missing required parameter: token").into_response()
        }
    }
}
