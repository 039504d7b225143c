//! The page for editing a room's day by hand.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::app::{App, Committed};
use crate::clock;
use crate::control::{self, listed};
use crate::data::calendar::{Body, Calendar};
use crate::data::instances::{Item, read};
use crate::data::shorthand::plain;
use crate::data::when::rfc3339;
use crate::error::ApiError;
use crate::html::{self, escape};
use crate::params::Params;

/// `GET /?room=…`: the day of one room.
pub(crate) async fn page(State(app): State<App>, params: Params) -> Html<String> {
    let calendars = app.calendars();
    let wanted = params.get("room");
    let room = calendars
        .rooms()
        .find(|room| Some(room.id.as_str()) == wanted)
        .or_else(|| calendars.rooms().next());
    let Some(room) = room else {
        return html::page(
            "Rooms",
            "<h1>There are no rooms</h1><p>Add one with <code>POST /_stand-in/rooms</code>.</p>",
        );
    };
    let now = clock::now();
    let options: String = calendars
        .rooms()
        .map(|r| {
            let selected = if r.id == room.id { " selected" } else { "" };
            format!(
                "<option value=\"{}\"{selected}>{}</option>",
                escape(&r.id),
                escape(&r.summary)
            )
        })
        .collect();
    let said = params.get("said").map_or(String::new(), |said| {
        format!("<p class=\"note\" role=\"status\">{}</p>", escape(said))
    });
    let body = format!(
        "<h1>{}</h1><form method=\"get\" action=\"/\"><label for=\"room\">Room</label><select id=\"room\" name=\"room\">\
         {options}</select> <button>Show</button></form>{said}<p class=\"quiet\">It is {} in {}. Every change is pushed \
         to the channels that watch this room.</p>{}{}",
        escape(&room.summary),
        hm(now, &room.zone),
        escape(&room.zone_name),
        day(room, now),
        add_form(room, now),
    );
    html::page(&format!("{} – rooms", room.summary), &body)
}

fn day(room: &Calendar, now: Timestamp) -> String {
    let today = now.to_zoned(room.zone.clone()).date();
    let midnight =
        |date: jiff::civil::Date| room.zone.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or(now);
    let events = listed(
        room,
        midnight(today),
        midnight(today.saturating_add(1.day())),
    );
    let rows: String = events.iter().map(|item| row(room, item, now)).collect();
    if rows.is_empty() {
        return "<p>Nothing is on today.</p>".to_owned();
    }
    format!("<h2>Today</h2><table>{rows}</table>")
}

fn row(room: &Calendar, item: &Item, now: Timestamp) -> String {
    let event = plain(room, item);
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or("");
    let on = item.start.is_some_and(|s| s <= now) && item.end.is_some_and(|e| e > now);
    let time = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), |at| hm(at, &room.zone));
    let action = format!("/edit/{}/{}", encode(&room.id), encode(item.event.id()));
    let button = |name: &str, word: &str| {
        format!(
            "<form method=\"post\" action=\"{action}\"><button name=\"do\" value=\"{name}\">{word}</button></form> "
        )
    };
    format!(
        "<tr{}><td class=\"time\">{}–{}</td><td class=\"title\"><form method=\"post\" action=\"{action}\"><input \
         type=\"text\" name=\"summary\" value=\"{}\" aria-label=\"Title\"><button name=\"do\" \
         value=\"rename\">Rename</button></form></td><td>{}</td><td>{}{}{}</td></tr>",
        if on { " class=\"now\"" } else { "" },
        time(item.start),
        time(item.end),
        escape(text("summary")),
        escape(text("organiser")),
        button("earlier", "−30 min"),
        button("later", "+30 min"),
        button("cancel", "Cancel"),
    )
}

fn add_form(room: &Calendar, now: Timestamp) -> String {
    let start = now.to_zoned(room.zone.clone()).datetime();
    let from = start.strftime("%H:%M");
    let to = start.saturating_add(30.minutes()).strftime("%H:%M");
    format!(
        "<h2>Add</h2><form class=\"add\" method=\"post\" action=\"/edit/{}\"><label>Title<input type=\"text\" \
         name=\"summary\" required></label><label>Organiser<input type=\"text\" name=\"organiser\"></label><label>From \
         <input type=\"time\" name=\"from\" value=\"{from}\" required></label><label>To <input type=\"time\" name=\"to\" \
         value=\"{to}\" required></label><button class=\"primary\">Add</button></form>",
        encode(&room.id)
    )
}

/// `POST /edit/{calendar}`: adds an event today.
pub(crate) async fn add(
    State(app): State<App>,
    Path(calendar): Path<String>,
    body: Bytes,
) -> impl IntoResponse {
    let form = Params::parse(&body);
    back(&calendar, "Added", added(&app, &calendar, &form))
}

fn added(app: &App, calendar: &str, form: &Params) -> Result<Committed<Value>, ApiError> {
    let zone = app.calendars().get(calendar)?.zone.clone();
    let today = clock::now().to_zoned(zone.clone()).date();
    let time = |name: &'static str| {
        let text = form.get(name).unwrap_or("");
        text.parse::<jiff::civil::Time>()
            .ok()
            .and_then(|time| zone.to_timestamp(today.to_datetime(time)).ok())
            .map(|at| rfc3339(at, &zone))
            .ok_or_else(|| ApiError::invalid(name, format!("`{text}` is no time of day")))
    };
    let mut body = Body::new();
    for name in ["summary", "organiser"] {
        if let Some(text) = form.get(name) {
            body.insert(name.into(), json!(text));
        }
    }
    body.insert("start".into(), json!(time("from")?));
    body.insert("end".into(), json!(time("to")?));
    control::create(app, calendar, body, false)
}

/// `POST /edit/{calendar}/{event}`: `do` is `rename`, `earlier`, `later` or `cancel`.
pub(crate) async fn change(
    State(app): State<App>,
    Path((calendar, event)): Path<(String, String)>,
    body: Bytes,
) -> impl IntoResponse {
    let form = Params::parse(&body);
    let (word, outcome) = match form.get("do") {
        Some("rename") => {
            let mut body = Body::new();
            body.insert("summary".into(), json!(form.get("summary").unwrap_or("")));
            ("Renamed", control::change(&app, &calendar, &event, body))
        }
        Some("earlier") => ("Moved", moved(&app, &calendar, &event, -30)),
        Some("later") => ("Moved", moved(&app, &calendar, &event, 30)),
        Some("cancel") => ("Cancelled", control::cancel(&app, &calendar, &event)),
        other => {
            let why = format!("There is no such change: {}", other.unwrap_or("(none)"));
            ("", Err(ApiError::invalid("do", why)))
        }
    };
    back(&calendar, word, outcome)
}

fn moved(
    app: &App,
    calendar: &str,
    event: &str,
    minutes: i64,
) -> Result<Committed<Value>, ApiError> {
    let (item, zone) = {
        let calendars = app.calendars();
        let calendar = calendars.get(calendar)?;
        let event = calendar.get(event).ok_or_else(ApiError::not_found)?;
        (read(calendar, event), calendar.zone.clone())
    };
    let mut body = Body::new();
    for (name, at) in [("start", item.start), ("end", item.end)] {
        let at = at
            .and_then(|at| at.checked_add(SignedDuration::from_mins(minutes)).ok())
            .ok_or_else(|| ApiError::invalid(name, "The event has no readable time to move."))?;
        body.insert(name.into(), json!(rfc3339(at, &zone)));
    }
    control::change(app, calendar, event, body)
}

fn back(calendar: &str, word: &str, outcome: Result<Committed<Value>, ApiError>) -> Redirect {
    let said = match outcome {
        Ok(done) => {
            let title = done
                .value
                .get("summary")
                .and_then(Value::as_str)
                .unwrap_or("(no title)");
            format!("{word}: {title}. Committed at {}.", clock::micros(done.at))
        }
        Err(error) => format!("Not done: {}", error.message()),
    };
    Redirect::to(&format!(
        "/?room={}&said={}",
        encode(calendar),
        encode(&said)
    ))
}

fn hm(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%H:%M").to_string()
}

/// For paths and queries alike; a space becomes `%20` so that paths can carry it too.
fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
