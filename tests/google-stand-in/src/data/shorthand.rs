//! The control API's short way to write an event, and its plain way to read one.
//!
//! Written: `summary`, `organiser` (a name), `start` and `end` (RFC 3339, or `YYYY-MM-DD` for whole days, end exclusive),
//! `private`, `declined`, `transparent`, `event_type`, `recurrence`, `location`, `description`, `also` (names of further
//! attendees), `summary_absent` (takes the title away), and `google`, an object that is merged in as it is. A `start` that is
//! an object is Google's own.

use serde_json::{Value, json};

use crate::data::calendar::{Body, Calendar, Kind, is_cancelled};
use crate::data::instances::Item;
use crate::data::when::{When, rfc3339};
use crate::directory;
use crate::error::ApiError;

/// Turns the short form into Google's fields. `old` is what a change starts from.
///
/// # Errors
///
/// 400 when a field has the wrong type, or is not known.
pub(crate) fn to_google(
    short: Body,
    calendar: &Calendar,
    old: Option<&Body>,
) -> Result<Body, ApiError> {
    let mut body = Body::new();
    let mut organiser = old.and_then(organiser_name);
    let mut declined = old.is_some_and(is_declined);
    let mut also: Vec<String> = Vec::new();
    let mut attendees = old.is_none();
    let mut verbatim = Body::new();
    for (name, value) in short {
        let wrong = || {
            ApiError::invalid(
                name.as_str(),
                format!("`{name}` has the wrong type: {value}"),
            )
        };
        match (name.as_str(), &value) {
            ("summary" | "id" | "recurrence" | "location" | "description", _) => {
                body.insert(name, value);
            }
            ("start" | "end", Value::Object(_)) => {
                body.insert(name, value);
            }
            ("start" | "end", Value::String(text)) => {
                let key = if text.len() == 10 { "date" } else { "dateTime" };
                body.insert(name, json!({key: text}));
            }
            ("organiser", Value::String(text)) => {
                (organiser, attendees) = (Some(text.clone()), true)
            }
            ("also", Value::Array(names)) => {
                also = names
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                attendees = true;
            }
            ("declined", Value::Bool(yes)) => (declined, attendees) = (*yes, true),
            ("private", Value::Bool(yes)) => {
                body.insert(
                    "visibility".into(),
                    json!(if *yes { "private" } else { "default" }),
                );
            }
            ("transparent", Value::Bool(yes)) => {
                let word = if *yes { "transparent" } else { "opaque" };
                body.insert("transparency".into(), json!(word));
            }
            ("event_type", Value::String(_)) => {
                body.insert("eventType".into(), value);
            }
            ("google", Value::Object(more)) => verbatim = more.clone(),
            ("summary_absent", Value::Bool(true)) => {
                body.insert("summary".into(), Value::Null);
            }
            _ => return Err(wrong()),
        }
    }
    if attendees {
        write_attendees(&mut body, calendar, organiser.as_deref(), &also, declined);
    }
    if body.get("visibility") == Some(&json!("private")) {
        for field in ["summary", "organizer", "creator", "location", "description"] {
            body.insert(field.into(), Value::Null);
        }
    }
    body.extend(verbatim);
    if old.is_none() {
        body.retain(|_, value| !value.is_null());
    }
    Ok(body)
}

/// An organiser is an attendee with a name; `organizer` itself has only the address, as Google mostly answers it.
fn write_attendees(
    body: &mut Body,
    calendar: &Calendar,
    organiser: Option<&str>,
    also: &[String],
    declined: bool,
) {
    let mut attendees = Vec::new();
    if let Some(name) = organiser {
        let email = directory::address(name);
        body.insert("organizer".into(), json!({"email": email}));
        body.insert("creator".into(), json!({"email": email}));
        attendees.push(json!({"email": email, "displayName": name, "organizer": true, "responseStatus": "accepted"}));
    }
    for name in also {
        attendees.push(json!({"email": directory::address(name), "displayName": name, "responseStatus": "accepted"}));
    }
    if calendar.kind == Kind::Resource {
        let answer = if declined { "declined" } else { "accepted" };
        attendees.push(json!({
            "email": calendar.id, "displayName": calendar.summary, "resource": true, "self": true,
            "responseStatus": answer,
        }));
    }
    body.insert("attendees".into(), Value::Array(attendees));
}

/// The name of the organiser as the attendee list has it.
fn organiser_name(body: &Body) -> Option<String> {
    let attendee = body
        .get("attendees")?
        .as_array()?
        .iter()
        .find(|a| a.get("organizer") == Some(&json!(true)))?;
    attendee.get("displayName")?.as_str().map(str::to_owned)
}

fn is_declined(body: &Body) -> bool {
    body.get("attendees")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|a| {
            a.get("self") == Some(&json!(true))
                && a.get("responseStatus") == Some(&json!("declined"))
        })
}

/// How many people are coming; the room is none.
fn people(body: &Body) -> usize {
    let comes = |guest: &&Value| {
        guest.get("resource") != Some(&json!(true))
            && guest.get("self") != Some(&json!(true))
            && guest.get("responseStatus") != Some(&json!("declined"))
    };
    let guests = body.get("attendees").and_then(Value::as_array);
    guests.map_or(0, |guests| guests.iter().filter(comes).count())
}

/// What a test compares with: one flat object, times with the calendar's offset.
pub(crate) fn plain(calendar: &Calendar, item: &Item) -> Value {
    let body = &item.event.body;
    let all_day = body
        .get("start")
        .and_then(|s| When::parse(s, &calendar.zone).ok());
    let time = |at: Option<jiff::Timestamp>| at.map(|at| rfc3339(at, &calendar.zone));
    json!({
        "id": item.event.id(),
        "summary": body.get("summary"),
        "organiser": organiser_name(body),
        "people": people(body),
        "start": time(item.start),
        "end": time(item.end),
        "all_day": matches!(all_day, Some(When::Day(_))),
        "private": body.get("visibility") == Some(&json!("private")),
        "declined": is_declined(body),
        "transparent": body.get("transparency") == Some(&json!("transparent")),
        "event_type": body.get("eventType"),
        "cancelled": is_cancelled(body),
        "series": body.get("recurringEventId"),
    })
}
