//! Writing events.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header::IF_MATCH};

use crate::app::App;
use crate::calendar_api::events::answer;
use crate::calendar_api::{WRITE_EVENTS, header, object};
use crate::caller::Caller;
use crate::data::calendar::{Calendar, Event, Stamp};
use crate::error::ApiError;

/// `events.insert`.
///
/// # Errors
///
/// 400 for what Google does not take, 409 for an id that is taken.
pub(crate) async fn insert(
    State(app): State<App>,
    Path(calendar): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body = object(&body)?;
    change(&app, &caller, &calendar, |calendar, stamp| {
        calendar.insert(body, stamp)
    })
}

/// `events.patch`.
///
/// # Errors
///
/// 404, 412 or 400.
pub(crate) async fn patch(
    State(app): State<App>,
    Path((calendar, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body = object(&body)?;
    let if_match = header(&headers, &IF_MATCH);
    change(&app, &caller, &calendar, |calendar, stamp| {
        calendar.patch(&id, body, if_match, stamp)?;
        Ok(id.clone())
    })
}

/// `events.update`.
///
/// # Errors
///
/// 404, 412 or 400.
pub(crate) async fn update(
    State(app): State<App>,
    Path((calendar, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body = object(&body)?;
    let if_match = header(&headers, &IF_MATCH);
    change(&app, &caller, &calendar, |calendar, stamp| {
        calendar.update(&id, body, if_match, stamp)?;
        Ok(id.clone())
    })
}

/// `events.delete`.
///
/// # Errors
///
/// 404, 412, or 410 the second time.
pub(crate) async fn delete(
    State(app): State<App>,
    Path((calendar, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let if_match = header(&headers, &IF_MATCH);
    change(&app, &caller, &calendar, |calendar, stamp| {
        calendar.delete(&id, if_match, stamp)?;
        Ok(id.clone())
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn change(
    app: &App,
    caller: &Caller,
    calendar: &str,
    change: impl FnOnce(&mut Calendar, &Stamp) -> Result<String, ApiError>,
) -> Result<Response, ApiError> {
    caller.needs(&WRITE_EVENTS)?;
    let calendar = caller.calendar(calendar);
    let committed = app.commit(calendar, caller.account(), false, |calendar, stamp| {
        let id = change(calendar, stamp)?;
        written(calendar, &id)
    })?;
    Ok(answer(committed.value))
}

fn written(calendar: &Calendar, id: &str) -> Result<Event, ApiError> {
    calendar.get(id).ok_or_else(ApiError::not_found)
}
