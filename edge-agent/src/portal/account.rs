//! Claiming the agent, signing in, signing out.

use std::net::IpAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use edge_api::account::{Claim, Health, Session, SetupState, SignIn};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::users::{MAX_NAME_CHARS, Role};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use tracing::info;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::{Address, SignedIn, user_agent};
use super::own_account::passes_factor;
use super::refusal::Refusal;
use super::users::sound_name;
use crate::security::{SESSION_COOKIE, SESSION_LIFE, SessionToken, alive};
use crate::store::{Deed, NewSession};

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
    let answer = signed_in(&token, name.clone(), Role::Owner, &session);
    if !app.store.claim(name, password_hash, session).await? {
        return Err(already_claimed());
    }
    // The store has settled who is admin; the token is of no use any more, whether or not the file goes.
    app.setup_token.remove()?;
    info!(address = %from, "the agent was claimed");
    Ok(answer)
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
    app.sign_in_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    let user = app.store.user_by_name(body.name.trim().to_owned()).await?;
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let right = app.passwords.is_right(body.password, stored).await?;
    let Some(user) = user.filter(|_| right) else {
        refused(&app, &body.name, from).await?;
        return Err(Refusal::new(
            ErrorCode::WrongCredentials,
            "The name or the password is wrong.",
            "Try again; if it is lost, ask another admin, or run `edge-agent admin reset` on the agent's machine.",
        ));
    };
    let code = body.code.as_deref().map(str::trim).unwrap_or_default();
    if user.has_factor() && code.is_empty() {
        app.sign_in_tries.give_back(from);
        return Err(Refusal::new(
            ErrorCode::SecondFactorNeeded,
            "Signing in takes a one-time code, too.",
            "Enter the code that your authenticator shows, or one of your recovery codes.",
        ));
    }
    if !passes_factor(&app, &user, code, now()).await? {
        refused(&app, &body.name, from).await?;
        return Err(Refusal::new(
            ErrorCode::WrongCredentials,
            "The one-time code is wrong, or was used already.",
            "Wait for the next code and enter that, or enter one of your recovery codes.",
        ));
    }
    app.sign_in_tries.give_back(from);
    let token = SessionToken::draw();
    let session = new_session(&token, from, &headers);
    let alive = alive(session.now);
    let answer = signed_in(&token, user.name.clone(), user.role, &session);
    app.store.open_session(user, session, alive).await?;
    Ok(answer)
}

async fn refused(app: &App, name: &str, from: IpAddr) -> Result<(), Refusal> {
    let deed = Deed {
        at: now(),
        who: name.chars().take(MAX_NAME_CHARS).collect(),
        action: Action::SignInRefused,
        subject: String::new(),
        address: Some(from.to_string()),
        was: None,
        became: None,
    };
    Ok(app.store.record(deed).await?)
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

fn new_session(token: &SessionToken, from: IpAddr, headers: &HeaderMap) -> NewSession {
    NewSession {
        token_hash: token.hash(),
        now: now(),
        address: from.to_string(),
        user_agent: user_agent(headers),
    }
}

fn signed_in(token: &SessionToken, name: String, role: Role, session: &NewSession) -> Response {
    let body = Session {
        name,
        role,
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

fn already_claimed() -> Refusal {
    Refusal::new(
        ErrorCode::AlreadyClaimed,
        "This agent has been claimed already.",
        "Sign in at /login; if nobody can, run `edge-agent admin reset` on its machine.",
    )
}
