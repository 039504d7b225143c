//! `/calendar/v3/…`.

pub(crate) mod calendar_list;
pub(crate) mod channels;
pub(crate) mod events;
pub(crate) mod write;

use axum::body::Bytes;
use http::HeaderMap;

use crate::data::calendar::Body;
use crate::error::ApiError;

/// Scopes that may read events.
pub(crate) const READ_EVENTS: [&str; 4] = [
    "calendar",
    "calendar.readonly",
    "calendar.events",
    "calendar.events.readonly",
];
/// Scopes that may write events.
pub(crate) const WRITE_EVENTS: [&str; 2] = ["calendar", "calendar.events"];
/// Scopes that may read the calendar list.
pub(crate) const READ_LIST: [&str; 4] = [
    "calendar",
    "calendar.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
];
/// Scopes that may change the calendar list.
pub(crate) const WRITE_LIST: [&str; 2] = ["calendar", "calendar.calendarlist"];

/// A request's JSON object.
///
/// # Errors
///
/// 400 `parseError`.
pub(crate) fn object(bytes: &Bytes) -> Result<Body, ApiError> {
    serde_json::from_slice(bytes).map_err(|_| ApiError::parse("Parse Error"))
}

/// A header's text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
