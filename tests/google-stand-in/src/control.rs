//! The control API: how tests, the demo and the edit page change what is in the calendars. Not Google's.
//!
//! A calendar is named by its id or, for a room, by its exact name.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::app::{App, Committed};
use crate::calendar_api::object;
use crate::clock;
use crate::data::calendar::{Body, Calendar};
use crate::data::instances::{Item, items};
use crate::data::shorthand::{plain, to_google};
use crate::error::ApiError;
use crate::params::Params;

/// How far the plain list expands series unless told otherwise.
const SHOWN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Finds a calendar by id or by room name.
///
/// # Errors
///
/// 404.
pub(crate) fn resolve(app: &App, name: &str) -> Result<String, ApiError> {
    let calendars = app.calendars();
    if calendars.get(name).is_ok() {
        return Ok(name.to_owned());
    }
    let room = calendars.rooms().find(|room| room.summary == name);
    room.map(|room| room.id.clone())
        .ok_or_else(ApiError::not_found)
}

/// Creates an event from the short form, or verbatim with `raw`.
///
/// # Errors
///
/// 404 for the calendar, 400 for the event.
pub(crate) fn create(
    app: &App,
    name: &str,
    body: Body,
    raw: bool,
) -> Result<Committed<Value>, ApiError> {
    let id = resolve(app, name)?;
    learn_people(app, &body);
    app.commit(&id, &app.accounts()[0], true, |calendar, stamp| {
        let event = if raw {
            calendar.insert_raw(body, stamp)
        } else {
            let body = to_google(body, calendar, None)?;
            calendar.insert(body, stamp)?
        };
        show(calendar, &event)
    })
}

/// Changes the fields of an event that `body` names.
///
/// # Errors
///
/// 404 for calendar or event, 400 for the fields.
pub(crate) fn change(
    app: &App,
    name: &str,
    event: &str,
    body: Body,
) -> Result<Committed<Value>, ApiError> {
    let id = resolve(app, name)?;
    learn_people(app, &body);
    app.commit(&id, &app.accounts()[0], true, |calendar, stamp| {
        let old = calendar.get(event).ok_or_else(ApiError::not_found)?.body;
        let body = to_google(body, calendar, Some(&old))?;
        calendar.patch(event, body, None, stamp)?;
        show(calendar, event)
    })
}

/// Cancels an event.
///
/// # Errors
///
/// 404 for calendar or event, 410 when it is cancelled already.
pub(crate) fn cancel(app: &App, name: &str, event: &str) -> Result<Committed<Value>, ApiError> {
    let id = resolve(app, name)?;
    app.commit(&id, &app.accounts()[0], true, |calendar, stamp| {
        calendar.delete(event, None, stamp)?;
        show(calendar, event)
    })
}

/// The events that overlap `from..to`, cancelled ones left out, by start; those without a readable start come first.
pub(crate) fn listed(calendar: &Calendar, from: Timestamp, to: Timestamp) -> Vec<Item> {
    let mut found: Vec<Item> = items(calendar, true, to)
        .into_iter()
        .filter(|item| !item.event.cancelled())
        .filter(|item| {
            item.end.is_none_or(|end| end > from) && item.start.is_none_or(|start| start < to)
        })
        .collect();
    found.sort_by_key(|item| item.start);
    found
}

fn show(calendar: &Calendar, event: &str) -> Result<Value, ApiError> {
    let event = calendar.get(event).ok_or_else(ApiError::not_found)?;
    let item = crate::data::instances::read(calendar, event);
    Ok(plain(calendar, &item))
}

fn learn_people(app: &App, body: &Body) {
    let also = body
        .get("also")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for name in body.get("organiser").into_iter().chain(also) {
        if let Some(name) = name.as_str() {
            app.directory().add(name);
        }
    }
}

fn answer(committed: Committed<Value>) -> Json<Value> {
    Json(json!({"event": committed.value, "committed_at": clock::micros(committed.at)}))
}

/// `POST /_stand-in/events/{calendar}`; `?raw=true` stores the body as it is.
pub(crate) async fn post_event(
    State(app): State<App>,
    Path(calendar): Path<String>,
    params: Params,
    body: Bytes,
) -> Result<Response, ApiError> {
    let committed = create(&app, &calendar, object(&body)?, params.flag("raw")?)?;
    Ok((StatusCode::CREATED, answer(committed)).into_response())
}

/// `PATCH /_stand-in/events/{calendar}/{event}`.
pub(crate) async fn patch_event(
    State(app): State<App>,
    Path((calendar, event)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    change(&app, &calendar, &event, object(&body)?).map(answer)
}

/// `DELETE /_stand-in/events/{calendar}/{event}`.
pub(crate) async fn delete_event(
    State(app): State<App>,
    Path((calendar, event)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    cancel(&app, &calendar, &event).map(answer)
}

/// `GET /_stand-in/events/{calendar}`: expanded and plain; `from` and `to` (RFC 3339) bound it.
pub(crate) async fn get_events(
    State(app): State<App>,
    Path(calendar): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let bound = |name: &'static str, default: Timestamp| match params.get(name) {
        Some(text) => text
            .replace(' ', "+")
            .parse()
            .map_err(|_| ApiError::invalid(name, format!("`{name}` is no RFC 3339 time: {text}"))),
        None => Ok(default),
    };
    let (from, to) = (
        bound("from", Timestamp::MIN)?,
        bound("to", clock::now() + SHOWN)?,
    );
    let id = resolve(&app, &calendar)?;
    let calendars = app.calendars();
    let calendar = calendars.get(&id)?;
    let events: Vec<Value> = listed(calendar, from, to)
        .iter()
        .map(|item| plain(calendar, item))
        .collect();
    Ok(Json(json!(events)))
}
