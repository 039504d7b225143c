//! Series and the instances they stand for.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::data::calendar::{Body, Calendar, Event, is_cancelled};
use crate::data::recurrence::Rule;
use crate::data::when::{When, zone_of};

/// An event or instance with its times read. Times are absent when they cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) event: Event,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
}

/// All that the calendar holds, series as such (`single` false) or expanded until `horizon`.
///
/// Cancelled ones are included. A cancelled series expands to instances after its deletion only, as Google's tombstones
/// cover only part of a deleted series.
pub(crate) fn items(calendar: &Calendar, single: bool, horizon: Timestamp) -> Vec<Item> {
    let mut found = Vec::new();
    for event in calendar.events.values() {
        if single && event.body.contains_key("recurrence") {
            found.extend(expand(calendar, event, horizon));
        } else {
            found.push(read(calendar, event.clone()));
        }
    }
    found
}

/// The generated instance with this id, unless an exception is stored under it.
pub(crate) fn instance(calendar: &Calendar, id: &str) -> Option<Event> {
    let (series, _) = id.rsplit_once('_')?;
    let master = calendar.events.get(series)?;
    expand(calendar, master, horizon_of(id)?)
        .into_iter()
        .map(|item| item.event)
        .find(|event| event.id() == id)
}

/// Just after the moment that an instance's id names.
fn horizon_of(id: &str) -> Option<Timestamp> {
    let day = id.rsplit_once('_')?.1.get(..8)?;
    let day = jiff::civil::Date::strptime("%Y%m%d", day).ok()?;
    let utc = jiff::tz::TimeZone::UTC;
    utc.to_timestamp(day.at(0, 0, 0, 0))
        .ok()?
        .checked_add(jiff::SignedDuration::from_hours(72))
        .ok()
}

/// The items of a series until `horizon`, without those that have a stored exception.
pub(crate) fn expand(calendar: &Calendar, master: &Event, horizon: Timestamp) -> Vec<Item> {
    let Some((start, end, rule, zone)) = series(calendar, master) else {
        return vec![read(calendar, master.clone())];
    };
    let exceptions: BTreeSet<&str> = calendar
        .events
        .values()
        .filter(|e| e.body.get("recurringEventId").and_then(Value::as_str) == Some(master.id()))
        .map(Event::id)
        .collect();
    let length = start.until(end, &zone);
    let zone_name = master.body["start"]["timeZone"]
        .as_str()
        .unwrap_or(&calendar.zone_name);
    let deleted = master.cancelled().then(|| {
        let updated = master.body.get("updated").and_then(Value::as_str);
        updated.and_then(|at| at.parse::<Timestamp>().ok())
    });
    rule.starts(start.civil(&zone), zone.to_datetime(horizon))
        .into_iter()
        .map(|at| start.moved_to(at, &zone))
        .filter(|at| deleted.flatten().is_none_or(|gone| at.at(&zone) >= gone))
        .filter_map(|at| {
            let id = format!("{}_{}", master.id(), at.suffix());
            if exceptions.contains(id.as_str()) {
                return None;
            }
            let mut body = master.body.clone();
            body.remove("recurrence");
            body.insert("id".into(), json!(id));
            body.insert("recurringEventId".into(), json!(master.id()));
            let start = at.to_json(&calendar.zone, zone_name);
            body.insert("originalStartTime".into(), start.clone());
            body.insert("start".into(), start);
            body.insert(
                "end".into(),
                at.plus(length).to_json(&calendar.zone, zone_name),
            );
            let revision = master.revision;
            Some(read(calendar, Event { body, revision }))
        })
        .collect()
}

fn series(calendar: &Calendar, master: &Event) -> Option<(When, When, Rule, jiff::tz::TimeZone)> {
    let lines = master.body.get("recurrence")?.as_array()?;
    let zone = zone_of(master.body.get("start")?)
        .and_then(Result::ok)
        .unwrap_or_else(|| calendar.zone.clone());
    let rule = Rule::parse(lines.iter().filter_map(Value::as_str), &zone).ok()?;
    let start = When::parse(master.body.get("start")?, &zone).ok()?;
    let end = When::parse(master.body.get("end")?, &zone).ok()?;
    Some((start, end, rule, zone))
}

/// Reads the times of an event.
pub(crate) fn read(calendar: &Calendar, event: Event) -> Item {
    let time = |name: &str| {
        let when = When::parse(event.body.get(name)?, &calendar.zone).ok()?;
        Some(when.at(&calendar.zone))
    };
    let (start, end) = (time("start"), time("end"));
    Item { event, start, end }
}

/// What Google answers for a cancelled event: only what it guarantees.
pub(crate) fn tombstone(body: &Body) -> Body {
    debug_assert!(is_cancelled(body), "only cancelled events have tombstones");
    let keep = [
        "kind",
        "id",
        "status",
        "recurringEventId",
        "originalStartTime",
    ];
    body.iter()
        .filter(|(name, _)| keep.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
