//! The calendar list, and calendars themselves.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header::ETAG, header::IF_NONE_MATCH};
use serde_json::{Value, json};

use crate::app::App;
use crate::calendar_api::{READ_LIST, WRITE_LIST, header, object};
use crate::caller::Caller;
use crate::channels::Topic;
use crate::clock;
use crate::data::calendar::{Calendar, Kind, Stamp, etag};
use crate::data::token::{self, PageToken, SyncToken};
use crate::error::ApiError;
use crate::params::Params;

/// Names the list in tokens.
const RESOURCE: &str = "calendarList";

/// `calendarList.list`.
///
/// # Errors
///
/// 400 for a bad token, 410 for an expired one.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.needs(&READ_LIST)?;
    let calendars = app.calendars();
    let page_query = token::page_query(RESOURCE, &params);
    let sync_query = token::sync_query(RESOURCE, &params);
    let sync = match params.get("syncToken") {
        Some(text) => Some(token::read_sync(text, &sync_query, calendars.generation())?),
        None => None,
    };
    let page = match params.get("pageToken") {
        Some(text) => Some(token::read_page(text, &page_query)?),
        None => None,
    };
    let tag = token::list_etag(
        RESOURCE,
        &params,
        calendars.all().map(|c| c.entry_revision).max().unwrap_or(0),
    );
    if header(&headers, &IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let show_hidden = params.flag("showHidden")?;
    let max = params.max_results(100, 250)?;
    let offset = page.as_ref().map_or(0, |p| p.offset);
    let revision = page.as_ref().map_or(calendars.revision(), |p| p.revision);
    let shown: Vec<&Calendar> = calendars
        .all()
        // Everybody sees the rooms, nobody another's own calendar.
        .filter(|c| c.kind == Kind::Resource || c.id == caller.account())
        .filter(|c| match &sync {
            Some(sync) => c.entry_revision > sync.revision,
            None => c.subscribed && (show_hidden || !c.hidden),
        })
        .collect();
    let items: Vec<Value> = shown
        .iter()
        .skip(offset)
        .take(max)
        .map(|c| c.list_entry(caller.account()))
        .collect();
    let mut answer = json!({"kind": "calendar#calendarList", "etag": tag, "items": items});
    if shown.len() > offset + max {
        let token = PageToken {
            query: page_query,
            offset: offset + max,
            revision,
        };
        answer["nextPageToken"] = json!(token::write(&token));
    } else {
        let generation = calendars.generation();
        let token = SyncToken {
            query: sync_query,
            revision,
            generation,
            time_min: None,
            time_max: None,
        };
        answer["nextSyncToken"] = json!(token::write(&token));
    }
    Ok(([(ETAG, tag)], Json(answer)).into_response())
}

/// `calendarList.get`.
///
/// # Errors
///
/// 404.
pub(crate) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&READ_LIST)?;
    let calendars = app.calendars();
    let calendar = calendars.get(caller.calendar(&id))?;
    if !calendar.subscribed {
        return Err(ApiError::not_found());
    }
    Ok(Json(calendar.list_entry(caller.account())))
}

/// `calendarList.insert`: subscribes to a calendar by its address.
///
/// # Errors
///
/// 404 for an unknown address.
pub(crate) async fn insert(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&WRITE_LIST)?;
    let body = object(&body)?;
    let id = body
        .get("id")
        .and_then(Value::as_str)
        .ok_or_else(|| ApiError::required("Missing id."))?;
    let entry = subscribe(&app, caller.account(), id, true)?;
    Ok(Json(entry))
}

/// `calendarList.delete`.
///
/// # Errors
///
/// 404.
pub(crate) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    caller.needs(&WRITE_LIST)?;
    subscribe(&app, caller.account(), &id, false)?;
    Ok(StatusCode::NO_CONTENT)
}

fn subscribe(app: &App, account: &str, id: &str, on: bool) -> Result<Value, ApiError> {
    change_entry(app, account, id, |calendar| calendar.subscribed = on)
}

/// Changes what the calendar list shows of a calendar, and tells those who watch the list.
///
/// # Errors
///
/// 404.
pub(crate) fn change_entry(
    app: &App,
    account: &str,
    id: &str,
    change: impl FnOnce(&mut Calendar),
) -> Result<Value, ApiError> {
    let stamp = Stamp {
        now: clock::now(),
        revision: 0,
        actor: account.to_owned(),
        trusted: true,
    };
    let entry = app.calendars().change(id, stamp, |calendar, stamp| {
        change(calendar);
        calendar.entry_revision = stamp.revision;
        calendar.revision = stamp.revision;
        Ok(calendar.list_entry(account))
    })?;
    app.announce(&Topic::CalendarList);
    Ok(entry)
}

/// `calendars.get`.
///
/// # Errors
///
/// 404.
pub(crate) async fn calendar(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&["calendar", "calendar.readonly"])?;
    let calendars = app.calendars();
    let calendar = calendars.get(caller.calendar(&id))?;
    Ok(Json(json!({
        "kind": "calendar#calendar", "etag": etag(calendar.entry_revision), "id": calendar.id,
        "summary": calendar.summary, "timeZone": calendar.zone_name,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    })))
}
