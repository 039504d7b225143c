//! Reading events.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header::ETAG, header::IF_NONE_MATCH};
use serde_json::{Value, json};

use crate::app::App;
use crate::calendar_api::{READ_EVENTS, header};
use crate::caller::Caller;
use crate::clock;
use crate::data::calendar::{Event, etag};
use crate::data::listing::ListQuery;
use crate::data::token::list_etag;
use crate::error::ApiError;
use crate::params::Params;

/// `events.list`.
///
/// # Errors
///
/// As Google's.
pub(crate) async fn list(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.needs(&READ_EVENTS)?;
    let id = caller.calendar(&id);
    for parameter in ["syncToken", "updatedMin"] {
        let path = format!("/calendar/v3/calendars/{id}/events");
        if params.get(parameter).is_some() && app.faults().strike("gone", &path).is_some() {
            return Err(ApiError::gone(parameter));
        }
    }
    let calendars = app.calendars();
    let calendar = calendars.get(id)?;
    let query = ListQuery::read(id, &params, calendars.generation())?;
    let tag = list_etag(id, &params, calendar.revision);
    if header(&headers, &IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let mut answer = query.answer(calendar, calendars.revision(), clock::now());
    drop(calendars);
    answer["etag"] = json!(tag);
    Ok(([(ETAG, tag)], Json(answer)).into_response())
}

/// `events.get`, of instances too.
///
/// # Errors
///
/// 404.
pub(crate) async fn get(
    State(app): State<App>,
    Path((calendar, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.needs(&READ_EVENTS)?;
    let event = app
        .calendars()
        .get(caller.calendar(&calendar))?
        .get(&id)
        .ok_or_else(ApiError::not_found)?;
    let tag = etag(event.revision);
    if header(&headers, &IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    Ok(answer(event))
}

/// An event with its `etag`, in body and header.
pub(crate) fn answer(event: Event) -> Response {
    let tag = etag(event.revision);
    let mut body = event.body;
    body.insert("etag".into(), json!(tag));
    ([(ETAG, tag)], Json(Value::Object(body))).into_response()
}
