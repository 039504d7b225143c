//! Claiming the agent, signing in, signing out.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use edge_api::account::{Claim, Health, Session, SetupState, SignIn};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use tracing::info;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::{Address, Caller, user_agent};
use super::refusal::Refusal;
use crate::security::{SESSION_COOKIE, SESSION_LIFE, SessionToken, alive};
use crate::store::{Deed, NewSession};

/// Longest name of an admin, in characters.
const MAX_NAME_CHARS: usize = 100;

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
        agent_name: app.names.name().to_owned(),
        token_file: while_unclaimed(app.setup_token.path().display().to_string()),
        token_command: while_unclaimed(format!(
            "edge-agent setup-token --data {}",
            app.data.display()
        )),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

pub(super) async fn claim(
    State(app): State<App>,
    Address(from): Address,
    headers: HeaderMap,
    JsonBody(claim): JsonBody<Claim>,
) -> Result<Response, Refusal> {
    if app.store.is_claimed().await? {
        return Err(already_claimed());
    }
    app.setup_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    if !app.setup_token.is_right(&claim.setup_token)? {
        info!(address = %from, "a claim with a wrong setup token");
        return Err(Refusal::new(
            ErrorCode::WrongSetupToken,
            "This is not the setup token of this agent.",
            format!(
                "Run `edge-agent setup-token --data {}` on its machine.",
                app.data.display()
            ),
        ));
    }
    app.setup_tries.give_back(from);
    let name = sound_name(&claim.name)?;
    let password_hash = app.passwords.hash(claim.password).await?;
    let token = SessionToken::draw();
    let session = new_session(&token, from, &headers);
    let answer = signed_in(&token, name.clone(), &session);
    if !app.store.claim(name, password_hash, session).await? {
        return Err(already_claimed());
    }
    // The store has settled who is admin; the token is of no use any more, whether or not the file goes.
    app.setup_token.remove()?;
    info!(address = %from, "the agent was claimed");
    Ok(answer)
}

pub(super) async fn session(caller: Caller) -> Json<Session> {
    let row = caller.session();
    Json(Session {
        name: row.name.clone(),
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
    app.sign_in_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    let admin = app.store.admin_by_name(body.name.trim().to_owned()).await?;
    let stored = admin.as_ref().map(|a| a.password_hash.clone());
    let right = app.passwords.is_right(body.password, stored).await?;
    let Some(admin) = admin.filter(|_| right) else {
        let deed = Deed {
            at: now(),
            who: body.name.chars().take(MAX_NAME_CHARS).collect(),
            action: Action::SignInRefused,
            subject: String::new(),
            address: Some(from.to_string()),
        };
        app.store.record(deed).await?;
        return Err(Refusal::new(
            ErrorCode::WrongCredentials,
            "The name or the password is wrong.",
            "Try again; if it is lost, run `edge-agent admin reset` on the agent's machine.",
        ));
    };
    app.sign_in_tries.give_back(from);
    let token = SessionToken::draw();
    let session = new_session(&token, from, &headers);
    let alive = alive(session.now);
    let answer = signed_in(&token, admin.name.clone(), &session);
    app.store.open_session(admin, session, alive).await?;
    Ok(answer)
}

pub(super) async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, Refusal> {
    let deed = Deed {
        at: now(),
        who: caller.name().to_owned(),
        action: Action::SignedOut,
        subject: String::new(),
        address: Some(caller.address().to_string()),
    };
    app.store
        .end_session(caller.session().token_hash, deed)
        .await?;
    let gone = format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(SET_COOKIE, gone)])).into_response())
}

fn new_session(token: &SessionToken, from: std::net::IpAddr, headers: &HeaderMap) -> NewSession {
    NewSession {
        token_hash: token.hash(),
        now: now(),
        address: from.to_string(),
        user_agent: user_agent(headers),
    }
}

fn signed_in(token: &SessionToken, name: String, session: &NewSession) -> Response {
    let body = Session {
        name,
        created_at: session.now,
        ends_at: session
            .now
            .saturating_add(SESSION_LIFE)
            .unwrap_or(session.now),
    };
    // Lax, not Strict: the way back from Google is a navigation that another site began.
    let cookie = format!(
        "{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}",
        token.as_str(),
        SESSION_LIFE.as_secs()
    );
    (AppendHeaders([(SET_COOKIE, cookie)]), Json(body)).into_response()
}

fn sound_name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim();
    if name.is_empty()
        || name.chars().count() > MAX_NAME_CHARS
        || name.chars().any(char::is_control)
    {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            format!("A name has 1 to {MAX_NAME_CHARS} characters."),
            "Enter the name you want to sign in with.",
        ));
    }
    Ok(name.to_owned())
}

fn already_claimed() -> Refusal {
    Refusal::new(
        ErrorCode::AlreadyClaimed,
        "This agent has been claimed already.",
        "Sign in at /login; if nobody can, run `edge-agent admin reset` on its machine.",
    )
}
