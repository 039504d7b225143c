//! The control API's rooms, and its switches for tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::calendar_api::calendar_list::change_entry;
use crate::channels::Topic;
use crate::clock;
use crate::control::{listed, resolve};
use crate::data::calendar::{Calendar, Kind};
use crate::data::shorthand::plain;
use crate::error::ApiError;

/// A room to add.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRoom {
    name: String,
    id: Option<String>,
    #[serde(default = "utc")]
    zone: String,
}

/// What can be changed about a room.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoomChange {
    name: Option<String>,
    hidden: Option<bool>,
    subscribed: Option<bool>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// `GET /_stand-in/rooms`: every room with what is on now and next, and how many events touch today.
pub(crate) async fn list(State(app): State<App>) -> Json<Value> {
    let now = clock::now();
    let calendars = app.calendars();
    Json(json!(
        calendars
            .rooms()
            .map(|room| describe(room, now))
            .collect::<Vec<_>>()
    ))
}

fn describe(room: &Calendar, now: Timestamp) -> Value {
    let today = now.to_zoned(room.zone.clone()).date();
    let start = room.zone.to_timestamp(today.at(0, 0, 0, 0)).unwrap_or(now);
    let tomorrow = today.tomorrow().unwrap_or(today);
    let end = room
        .zone
        .to_timestamp(tomorrow.at(0, 0, 0, 0))
        .unwrap_or(now);
    let events = listed(room, start, end);
    let on_now = events
        .iter()
        .find(|e| e.start.is_some_and(|s| s <= now) && e.end.is_some_and(|e| e > now));
    let next = events.iter().find(|e| e.start.is_some_and(|s| s > now));
    json!({
        "id": room.id, "name": room.summary, "zone": room.zone_name, "hidden": room.hidden,
        "subscribed": room.subscribed, "now": on_now.map(|e| plain(room, e)), "next": next.map(|e| plain(room, e)),
        "today": events.len(),
    })
}

/// `POST /_stand-in/rooms`.
pub(crate) async fn add(
    State(app): State<App>,
    Json(new): Json<NewRoom>,
) -> Result<Response, ApiError> {
    let room = {
        let mut calendars = app.calendars();
        let room = calendars.add(new.id, &new.name, &new.zone, Kind::Resource)?;
        describe(room, clock::now())
    };
    app.announce(&Topic::CalendarList);
    Ok((StatusCode::CREATED, Json(room)).into_response())
}

/// `PATCH /_stand-in/rooms/{room}`.
pub(crate) async fn change(
    State(app): State<App>,
    Path(room): Path<String>,
    Json(change): Json<RoomChange>,
) -> Result<Json<Value>, ApiError> {
    let id = resolve(&app, &room)?;
    change_entry(&app, &app.accounts()[0], &id, |room| {
        if let Some(name) = change.name {
            room.summary = name;
        }
        room.hidden = change.hidden.unwrap_or(room.hidden);
        room.subscribed = change.subscribed.unwrap_or(room.subscribed);
    })
    .map(Json)
}

/// `POST /_stand-in/tokens/expire`: every access token; clients have to refresh.
pub(crate) async fn expire_tokens(State(app): State<App>) -> StatusCode {
    app.grants().expire_access();
    StatusCode::NO_CONTENT
}

/// `POST /_stand-in/tokens/revoke` `{account}`: as if the person had removed the application.
pub(crate) async fn revoke_tokens(
    State(app): State<App>,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, ApiError> {
    let account = body
        .get("account")
        .and_then(Value::as_str)
        .ok_or_else(|| ApiError::required("`account` is required."))?;
    app.grants().revoke_account(account);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_stand-in/sync-tokens/expire`: the next use of any answers 410.
pub(crate) async fn expire_sync_tokens(State(app): State<App>) -> StatusCode {
    app.calendars().expire_sync_tokens();
    StatusCode::NO_CONTENT
}
