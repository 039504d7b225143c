//! `watch` and `stop`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::Value;

use crate::app::App;
use crate::calendar_api::{READ_EVENTS, READ_LIST, object};
use crate::caller::Caller;
use crate::channels::Topic;
use crate::clock;
use crate::error::ApiError;

/// `events.watch`.
///
/// # Errors
///
/// 404 for the calendar, 400 for the channel, 401 when callbacks are switched off.
pub(crate) async fn watch_events(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&READ_EVENTS)?;
    let id = app.calendars().get(caller.calendar(&id))?.id.clone();
    watch(&app, Topic::Events(id), &body)
}

/// `calendarList.watch`.
///
/// # Errors
///
/// 400 for the channel, 401 when callbacks are switched off.
pub(crate) async fn watch_list(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&READ_LIST)?;
    watch(&app, Topic::CalendarList, &body)
}

fn watch(app: &App, topic: Topic, body: &Bytes) -> Result<Json<Value>, ApiError> {
    let request = object(body)?;
    if app
        .faults()
        .strike("watch_unauthorised", "/calendar/v3/")
        .is_some()
    {
        let address = request.get("address").and_then(Value::as_str).unwrap_or("");
        let message = format!("Unauthorized WebHook callback channel: {address}");
        return Err(ApiError::new(
            401,
            "global",
            "push.webhookUrlUnauthorized",
            message,
        ));
    }
    let (answer, sync) = app
        .channels()
        .open(topic, &request, app.base(), clock::now())?;
    // On its way before the answer: the first push may well be there first.
    app.pusher().send(sync);
    Ok(Json(answer))
}

/// `channels.stop`.
///
/// # Errors
///
/// 404 unless the channel is open and the resource id is its own.
pub(crate) async fn stop(
    State(app): State<App>,
    caller: Caller,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let scopes: Vec<&str> = READ_EVENTS.into_iter().chain(READ_LIST).collect();
    caller.needs(&scopes)?;
    let request = object(&body)?;
    let field = |name: &str| {
        request
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| ApiError::required(format!("entity.{name} is required.")))
    };
    app.channels().close(field("id")?, field("resourceId")?)?;
    Ok(StatusCode::NO_CONTENT)
}
