//! Claiming the agent, signing in, signing out.

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use edge_api::account::{Claim, Health, Session, SetupState, SignIn};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};

use super::app::App;
use super::body::JsonBody;
use super::caller::{Address, SignedIn};
use super::entry::{self, Admitted};
use super::refusal::Refusal;
use crate::security::{SESSION_COOKIE, SESSION_LIFE};

pub(super) async fn health(State(app): State<App>) -> Result<Json<Health>, Refusal> {
    // The store answers, or this is not "ok".
    app.store.is_claimed().await.map_err(|_| {
        Refusal::new(
            ErrorCode::Unavailable,
            "The agent's store does not answer.",
            "Look into the agent's log; is the disk full?",
        )
    })?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

pub(super) async fn setup_state(State(app): State<App>) -> Result<Json<SetupState>, Refusal> {
    let claimed = app.store.is_claimed().await?;
    let while_unclaimed = |text: String| (!claimed).then_some(text);
    Ok(Json(SetupState {
        claimed,
        agent_name: app.names.name().to_string(),
        token_file: while_unclaimed(app.setup_token.path().display().to_string()),
        token_command: while_unclaimed(entry::token_command(&app)),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

pub(super) async fn claim(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    JsonBody(claim): JsonBody<Claim>,
) -> Result<Response, Refusal> {
    let admitted = entry::claim(&app, from, &headers, claim).await?;
    Ok(answer(admitted))
}

pub(super) async fn session(caller: SignedIn) -> Json<Session> {
    let row = caller.session();
    Json(Session {
        name: row.name.clone(),
        role: row.role,
        created_at: row.created_at,
        ends_at: row
            .created_at
            .saturating_add(SESSION_LIFE)
            .unwrap_or(row.created_at),
    })
}

pub(super) async fn sign_in(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Response, Refusal> {
    let user = entry::by_password(&app, from, &body.name, body.password).await?;
    let code = body.code.as_deref().map(str::trim).unwrap_or_default();
    entry::by_code(&app, from, &user, code).await?;
    let admitted = entry::admit(&app, from, &headers, user).await?;
    Ok(answer(admitted))
}

pub(super) async fn sign_out(
    State(app): State<App>,
    caller: SignedIn,
) -> Result<Response, Refusal> {
    let deed = caller.deed(Action::SignedOut, "");
    app.store
        .end_session(caller.session().token_hash, deed)
        .await?;
    let gone = format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(SET_COOKIE, gone)])).into_response())
}

fn answer(admitted: Admitted) -> Response {
    let cookie = AppendHeaders([(SET_COOKIE, admitted.cookie)]);
    (cookie, Json(admitted.session)).into_response()
}
