//! The Google app and the connected accounts.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::integration::{
    Account, AccountState, ClientSecretPreview, GoogleApp, Integration, SaveGoogleApp,
};
use http::StatusCode;
use url::Url;

use super::app::{App, now};
use super::body::{ClientSecretUpload, JsonBody};
use super::caller::Caller;
use super::refusal::Refusal;
use crate::google::{self, AccountView, SaveAppError, parse_client_secret};

pub(super) async fn show(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<Integration>, Refusal> {
    view(&app).await.map(Json)
}

pub(super) async fn save_app(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<SaveGoogleApp>,
) -> Result<Json<Integration>, Refusal> {
    let saved = app
        .google
        .save_app(&body.client_id, &body.client_secret, body.project, now())
        .await;
    saved.map_err(|error| match error {
        SaveAppError::Store(inner) => inner.into(),
        other => Refusal::told(ErrorCode::GoogleAppInvalid, &other),
    })?;
    caller
        .record(&app, Action::GoogleAppSaved, body.client_id.trim())
        .await?;
    view(&app).await.map(Json)
}

/// Reads an uploaded file and keeps nothing of it.
pub(super) async fn preview_file(
    State(app): State<App>,
    _caller: Caller,
    ClientSecretUpload(file): ClientSecretUpload,
) -> Result<Json<ClientSecretPreview>, Refusal> {
    let enrolment = app.relay.enrolment();
    let redirect = enrolment.as_ref().map(|e| e.redirect_uri());
    let origin = enrolment
        .as_ref()
        .and_then(|e| Url::parse(e.public_base()).ok());
    let origin = origin.map(|url| url.origin().ascii_serialization());
    let read = parse_client_secret(&file, redirect.as_deref(), origin.as_deref())
        .map_err(|error| Refusal::told(ErrorCode::ClientSecretFile, &error))?;
    Ok(Json(ClientSecretPreview {
        client_id: read.client_id,
        client_secret: read.client_secret,
        project: read.project_id,
        warnings: read.warnings,
        differences: read.differences,
    }))
}

pub(super) async fn disconnect(
    State(app): State<App>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Refusal> {
    let Path(id) = id.map_err(|_| Refusal::not_found("account"))?;
    let accounts = app.google.accounts().await?;
    let account = accounts.into_iter().find(|a| a.id == id);
    let account = account.ok_or_else(|| Refusal::not_found("account"))?;
    app.google.disconnect(&id, now()).await?;
    caller
        .record(&app, Action::AccountDisconnected, account.email)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One account, as the portal is told of it.
pub(super) async fn account(app: &App, id: &str) -> Result<Account, Refusal> {
    let accounts = app.google.accounts().await?;
    let account = accounts.into_iter().find(|account| account.id == id);
    account
        .map(told)
        .ok_or_else(|| Refusal::not_found("account"))
}

async fn view(app: &App) -> Result<Integration, Refusal> {
    Ok(Integration {
        redirect_uri: app.relay.enrolment().map(|e| e.redirect_uri()),
        app: app.google.app().map(|a| GoogleApp {
            client_id: a.client_id,
            project: a.project,
        }),
        accounts: app.google.accounts().await?.into_iter().map(told).collect(),
        obstacle: app.google.obstacle(now()).await,
    })
}

fn told(view: AccountView) -> Account {
    Account {
        id: view.id,
        email: view.email,
        directory_problem: view.directory_problem,
        lists_rooms: view.lists_rooms,
        ends_at: view.ends_at,
        state: match view.state {
            google::AccountState::Connected => AccountState::Connected,
            google::AccountState::Reconnect { why } => AccountState::Reconnect { why },
        },
    }
}
