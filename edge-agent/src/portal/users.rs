//! Users: made, changed and removed by those who may do at least as much.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::users::{ChangeUser, MAX_NAME_CHARS, NewUser, Role, SetPassword, User, Users};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, StatusCode};

use super::app::App;
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::store::{NewUserRow, UserConflict, UserRow};

pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Users>, Refusal> {
    let users = app.store.users().await?;
    Ok(Json(Users {
        users: users.into_iter().map(|row| view(&caller, row)).collect(),
    }))
}

pub(super) async fn make(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<NewUser>,
) -> Result<Response, Refusal> {
    not_above(&caller, body.role)?;
    let user = NewUserRow {
        name: sound_name(&body.name)?,
        role: body.role,
        password_hash: app.passwords.hash(body.password).await?,
    };
    let deed = caller
        .deed(Action::UserMade, user.name.clone())
        .became(body.role.label());
    let made = app.store.make_user(user, deed).await?.map_err(conflict)?;
    Ok(answer(&caller, made))
}

pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ChangeUser>,
) -> Result<Response, Refusal> {
    let before = found(&app, &caller, &id).await?;
    not_above(&caller, body.role)?;
    let name = sound_name(&body.name)?;
    let version = expected(&headers)?;
    let deed = caller
        .deed(Action::UserChanged, before.name.clone())
        .was(format!("{}, {}", before.name, before.role.label()))
        .became(format!("{name}, {}", body.role.label()));
    let changed = app
        .store
        .change_user(before.id, version, name, body.role, deed)
        .await?
        .map_err(conflict)?;
    Ok(answer(&caller, changed))
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let user = found(&app, &caller, &id).await?;
    let deed = caller
        .deed(Action::UserRemoved, user.name.clone())
        .was(user.role.label());
    app.store
        .remove_user(user.id, deed)
        .await?
        .map_err(conflict)?;
    Ok(StatusCode::NO_CONTENT)
}

/// For somebody who forgot it: all sessions of theirs end.
pub(super) async fn set_password(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<SetPassword>,
) -> Result<StatusCode, Refusal> {
    let user = found(&app, &caller, &id).await?;
    let hash = app.passwords.hash(body.password).await?;
    let deed = caller.deed(Action::PasswordSet, user.name);
    app.store.set_password(user.id, hash, None, deed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For somebody who lost the authenticator and the recovery codes.
pub(super) async fn drop_factor(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let user = found(&app, &caller, &id).await?;
    let deed = caller.deed(Action::SecondFactorRemoved, user.name);
    app.store
        .set_factor(user.id, None, Vec::new(), deed)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The user in the address, if the caller may do at least as much.
async fn found(app: &App, caller: &Caller, id: &str) -> Result<UserRow, Refusal> {
    let id = id.parse().map_err(|_| Refusal::not_found("user"))?;
    let user = app.store.user(id).await?;
    let user = user.ok_or_else(|| Refusal::not_found("user"))?;
    not_above(caller, user.role)?;
    Ok(user)
}

/// Nobody makes, changes or removes somebody who may do more.
pub(super) fn not_above(caller: &Caller, role: Role) -> Result<(), Refusal> {
    if role <= caller.role() {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::NotAllowed,
        format!(
            "As {} you cannot give or take the role of {}.",
            caller.role().label(),
            role.label()
        ),
        "Ask an owner.",
    ))
}

/// A name of a user or a token.
pub(super) fn sound_name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim();
    let length = name.chars().count();
    if (1..=MAX_NAME_CHARS).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Refusal::new(
        ErrorCode::BadRequest,
        format!("A name has 1 to {MAX_NAME_CHARS} characters."),
        "Enter another name.",
    ))
}

fn expected(headers: &HeaderMap) -> Result<i64, Refusal> {
    let given = headers.get(IF_MATCH).and_then(|v| v.to_str().ok());
    given
        .and_then(|tag| tag.trim().trim_matches('"').parse().ok())
        .ok_or_else(|| {
            Refusal::new(
                ErrorCode::BadRequest,
                "The request does not say which version of the user it changes.",
                "Send the user's `etag` in the header If-Match.",
            )
        })
}

fn conflict(conflict: UserConflict) -> Refusal {
    match conflict {
        UserConflict::Gone => Refusal::not_found("user"),
        UserConflict::NameTaken => Refusal::new(
            ErrorCode::NameTaken,
            "Somebody else signs in with that name.",
            "Take another one.",
        ),
        UserConflict::Changed => Refusal::new(
            ErrorCode::ChangedMeanwhile,
            "Somebody else has changed this user since you opened the page; nothing was saved.",
            "Reload the page, look at what is there now, and change it again.",
        ),
        UserConflict::LastOwner => Refusal::new(
            ErrorCode::LastOwner,
            "This is the only owner.",
            "Make somebody else an owner first.",
        ),
    }
}

fn answer(caller: &Caller, row: UserRow) -> Response {
    let user = view(caller, row);
    (AppendHeaders([(ETAG, user.etag.clone())]), Json(user)).into_response()
}

fn view(caller: &Caller, row: UserRow) -> User {
    User {
        this: caller.name() == row.name,
        second_factor: row.has_factor(),
        id: row.id.unsigned_abs(),
        etag: format!("\"{}\"", row.version),
        name: row.name,
        role: row.role,
        created_at: row.created_at,
    }
}
