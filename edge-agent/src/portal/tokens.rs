//! Tokens for scripts.

use axum::Json;
use axum::extract::{Path, State};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::users::{MAX_TOKEN_DAYS, MakeToken, NewToken, Role, Token, Tokens};
use http::StatusCode;
use jiff::SignedDuration;
use ulid::Ulid;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::{Caller, SignedIn};
use super::refusal::Refusal;
use super::users::{not_above, sound_name};
use crate::security::ApiSecret;

pub(super) async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<Tokens>, Refusal> {
    let tokens = app.store.api_tokens().await?;
    Ok(Json(Tokens { now: now(), tokens }))
}

/// By somebody in a browser only: a token that leaked must not make others that outlive it.
pub(super) async fn make(
    State(app): State<App>,
    caller: SignedIn,
    JsonBody(body): JsonBody<MakeToken>,
) -> Result<Json<NewToken>, Refusal> {
    let name = sound_name(&body.name)?;
    not_above(&caller, body.role)?;
    if body.role == Role::Owner {
        return Err(Refusal::new(
            ErrorCode::NotAllowed,
            "No token may do all that an owner may.",
            "Take the role of admin, or a smaller one that is enough.",
        ));
    }
    if !(1..=MAX_TOKEN_DAYS).contains(&body.days) {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            format!("A token lasts 1 to {MAX_TOKEN_DAYS} days."),
            "Enter another number of days.",
        ));
    }
    let now = now();
    let life = SignedDuration::from_hours(24 * i64::from(body.days));
    let token = Token {
        id: Ulid::new().to_string(),
        name,
        role: body.role,
        created_by: caller.name().to_owned(),
        created_at: now,
        expires_at: now.saturating_add(life).unwrap_or(now),
        last_used: None,
    };
    let deed = caller
        .deed(Action::TokenMade, token.name.clone())
        .became(token.role.label());
    let secret = ApiSecret::draw();
    app.store
        .keep_api_token(secret.hash(), token.clone(), deed)
        .await?;
    Ok(Json(NewToken {
        token,
        secret: secret.as_str().to_owned(),
    }))
}

pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let tokens = app.store.api_tokens().await?;
    let token = tokens.into_iter().find(|token| token.id == id);
    let token = token.ok_or_else(|| Refusal::not_found("token"))?;
    let deed = caller
        .deed(Action::TokenDeleted, token.name)
        .was(token.role.label());
    if app.store.delete_api_token(id, deed).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::not_found("token"))
    }
}
