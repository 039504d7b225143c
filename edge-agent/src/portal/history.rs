//! What a display showed, and for how long that is kept.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::history::{self, History, HistoryDays, HistoryEntry, MAX_DAYS, PAGE};
use edge_api::id::DisplayId;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;

use super::app::{App, now};
use super::body::{DisplayPath, JsonBody};
use super::caller::Caller;
use super::picture::hex;
use super::refusal::Refusal;

/// A frame never changes; and yet it must not outlive the session in a shared cache, nor the history for long.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=3600");

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    before: Option<u64>,
}

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
    DisplayPath(display): DisplayPath,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<History>, Refusal> {
    let Query(asked) = asked.map_err(|_| {
        Refusal::new(
            ErrorCode::BadRequest,
            "`before` is not the number of an entry.",
            "Send the `next` of the page before.",
        )
    })?;
    known(&app, &display).await?;
    let now = now();
    // One more than fits tells whether there is another page.
    let mut found = app
        .store
        .history(&display, asked.before, PAGE + 1, now)
        .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().map(|oldest| oldest.id).filter(|_| more);
    let entries = found.into_iter().map(|one| {
        let hash = hex(one.shown.frame);
        HistoryEntry {
            at: one.shown.at,
            picture: one.known.then(|| history::picture(&display, &hash)),
            hash,
            marked_since: one.shown.marked_since,
        }
    });
    Ok(Json(History {
        now,
        days: app.store.history_days().await?,
        entries: entries.collect(),
        next,
    }))
}

pub(super) async fn picture(
    State(app): State<App>,
    _caller: Caller,
    Path((display, hash)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::not_found("picture");
    let display: DisplayId = display.parse().map_err(|_| unknown())?;
    let frame = *blake3::Hash::from_hex(hash)
        .map_err(|_| unknown())?
        .as_bytes();
    if !app.store.has_shown(&display, frame, now()).await? {
        return Err(unknown());
    }
    let picture = app.store.frame(frame).await?.ok_or_else(unknown)?;
    let kind = HeaderValue::from_static("image/png");
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, KEEP)];
    Ok((headers, picture.bitmap.to_png()).into_response())
}

pub(super) async fn show_days(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<HistoryDays>, Refusal> {
    let days = app.store.history_days().await?;
    Ok(Json(HistoryDays { days }))
}

pub(super) async fn set_days(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<HistoryDays>,
) -> Result<Json<HistoryDays>, Refusal> {
    if body.days > MAX_DAYS {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            format!("The history is kept for {MAX_DAYS} days at most."),
            "Enter fewer days; 0 keeps nothing.",
        ));
    }
    let before = app.store.history_days().await?;
    let deed = caller
        .deed(Action::HistorySet, "what displays showed")
        .was(format!("{before} days"))
        .became(format!("{} days", body.days));
    app.store.set_history_days(body.days, now(), deed).await?;
    Ok(Json(body))
}

async fn known(app: &App, display: &DisplayId) -> Result<(), Refusal> {
    let found = app.store.display(display).await?;
    found.map(drop).ok_or_else(|| Refusal::not_found("display"))
}
