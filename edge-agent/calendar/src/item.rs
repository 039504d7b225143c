//! One event as Google writes it, read tolerantly into an [`Event`].

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::event::Event;
use crate::organiser;
use crate::tolerant::or_default;
use crate::window::start_of;

/// Years before this are not meetings but broken imports (Google stores even the year 0000).
const FIRST_YEAR: i16 = 1970;

/// What an item of a list turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// It occupies the room.
    Occupies(Event),
    /// It is a proper event that does not: cancelled, declined, free, no time at all.
    Leaves,
    /// It cannot be understood; why, without anything of its content.
    Bad(&'static str),
}

/// Reads one item; `zone` is the calendar's, in which whole days are meant.
pub(crate) fn read(item: Value, zone: &TimeZone) -> Item {
    let Ok(raw) = serde_json::from_value::<Raw>(item) else {
        return Item::Bad("a field is not of the expected kind");
    };
    if raw.leaves_the_room_free() {
        return Item::Leaves;
    }
    match raw.into_event(zone) {
        Ok(Some(event)) => Item::Occupies(event),
        Ok(None) => Item::Leaves,
        Err(why) => Item::Bad(why),
    }
}

/// The fields that matter, all optional: Google leaves out whatever it has nothing to say about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    id: Option<String>,
    status: Option<String>,
    summary: Option<String>,
    visibility: Option<String>,
    transparency: Option<String>,
    event_type: Option<String>,
    start: Option<When>,
    end: Option<When>,
    organizer: Option<Person>,
    #[serde(default, deserialize_with = "or_default")]
    attendees: Vec<Person>,
    #[serde(default, deserialize_with = "or_default")]
    attendees_omitted: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct When {
    date: Option<String>,
    date_time: Option<String>,
    time_zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    email: Option<String>,
    display_name: Option<String>,
    #[serde(default, rename = "self", deserialize_with = "or_default")]
    is_self: bool,
    #[serde(default, deserialize_with = "or_default")]
    organizer: bool,
    #[serde(default, deserialize_with = "or_default")]
    resource: bool,
    response_status: Option<String>,
}

/// Who invited.
#[derive(Default)]
struct Organiser {
    name: Option<String>,
    /// The address, when the name is made from it.
    nameless_address: Option<String>,
}

impl Raw {
    fn leaves_the_room_free(&self) -> bool {
        let is = |field: &Option<String>, word: &str| field.as_deref() == Some(word);
        is(&self.status, "cancelled")
            || is(&self.transparency, "transparent")
            || is(&self.event_type, "workingLocation")
            || is(&self.event_type, "birthday")
            // A room that declined keeps the event on its calendar, still "confirmed".
            || self.attendees.iter().any(|a| a.is_self && is(&a.response_status, "declined"))
    }

    fn into_event(self, zone: &TimeZone) -> Result<Option<Event>, &'static str> {
        let id = self
            .id
            .as_ref()
            .filter(|id| !id.is_empty())
            .ok_or("no id")?
            .clone();
        let start = self.start.as_ref().ok_or("no start")?;
        let end = self.end.as_ref().ok_or("no end")?;
        let all_day = start.date.is_some();
        let (start, end) = match (&start.date, &end.date) {
            (Some(first), Some(after)) => whole_days(first, after, zone)?,
            (None, None) => (instant(start, zone)?, instant(end, zone)?),
            _ => return Err("starts as a day and ends as a time, or the other way round"),
        };
        if end < start {
            return Err("ends before it starts");
        }
        if end == start {
            return Ok(None);
        }
        let private = matches!(self.visibility.as_deref(), Some("private" | "confidential"));
        let organiser = if private {
            Organiser::default()
        } else {
            self.organiser()
        };
        let attendees = if private { None } else { self.people() };
        let title = self.summary.map(|text| text.trim().to_owned());
        Ok(Some(Event {
            id,
            summary: title.filter(|text| !private && !text.is_empty()),
            organiser: organiser.name,
            organiser_address: organiser.nameless_address,
            attendees,
            start,
            end,
            all_day,
            private,
        }))
    }

    /// How many people are coming, as far as Google tells; rooms and the calendar itself are none.
    fn people(&self) -> Option<u32> {
        let comes = |guest: &&Person| {
            !guest.resource
                && !guest.is_self
                && guest.response_status.as_deref() != Some("declined")
        };
        let count = self.attendees.iter().filter(comes).count();
        let count = u32::try_from(count).ok().filter(|count| *count > 0)?;
        (!self.attendees_omitted).then_some(count)
    }

    /// The organiser's name as the guest list has it, else as the event has it, else made from the address. None when
    /// it is the room itself: its name is on the sign already.
    fn organiser(&self) -> Organiser {
        let organizer = self.organizer.as_ref();
        if organizer.is_some_and(|o| o.is_self) {
            return Organiser::default();
        }
        let address = organizer.and_then(|o| o.email.as_deref());
        let among_guests = self.attendees.iter().find(|guest| {
            guest.organizer
                || address.is_some_and(|address| {
                    guest
                        .email
                        .as_deref()
                        .is_some_and(|email| email.eq_ignore_ascii_case(address))
                })
        });
        let told = among_guests
            .and_then(Person::name)
            .or_else(|| organizer.and_then(Person::name));
        if told.is_some() {
            return Organiser {
                name: told,
                nameless_address: None,
            };
        }
        let name = address.and_then(organiser::readable_name);
        Organiser {
            // An address that makes no name is a calendar's: the directory has no person for it.
            nameless_address: address.filter(|_| name.is_some()).map(str::to_owned),
            name,
        }
    }
}

impl Person {
    fn name(&self) -> Option<String> {
        let name = self.display_name.as_deref()?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }
}

fn whole_days(
    first: &str,
    after: &str,
    zone: &TimeZone,
) -> Result<(Timestamp, Timestamp), &'static str> {
    let first = day(first)?;
    let after = day(after)?;
    // Some imports write the last day instead of the day after it.
    let after = if after == first {
        after.saturating_add(Span::new().days(1))
    } else {
        after
    };
    Ok((start_of(first, zone), start_of(after, zone)))
}

fn day(text: &str) -> Result<Date, &'static str> {
    let date: Date = text.parse().map_err(|_| "a date that is not one")?;
    if date.year() < FIRST_YEAR {
        return Err("a year that cannot be");
    }
    Ok(date)
}

fn instant(when: &When, zone: &TimeZone) -> Result<Timestamp, &'static str> {
    let text = when
        .date_time
        .as_deref()
        .ok_or("neither a date nor a time")?;
    let found = match text.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => local_instant(text, when, zone)?,
    };
    if found.as_second() < 0 {
        return Err("a year that cannot be");
    }
    Ok(found)
}

/// A time without an offset is meant in the zone beside it, else in the calendar's.
fn local_instant(text: &str, when: &When, zone: &TimeZone) -> Result<Timestamp, &'static str> {
    let local: DateTime = text.parse().map_err(|_| "a time that is not one")?;
    let zone = match when.time_zone.as_deref() {
        Some(name) => TimeZone::get(name).map_err(|_| "a time zone that is not known")?,
        None => zone.clone(),
    };
    zone.to_timestamp(local)
        .map_err(|_| "a time that is not one")
}

#[cfg(test)]
#[path = "item_tests.rs"]
mod tests;
