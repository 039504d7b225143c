//! The FOSDEM programme, moved so that it is going on now.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::data::calendar::{Body, Kind, Stamp};
use crate::data::calendars::Calendars;
use crate::data::shorthand::to_google;
use crate::data::when::rfc3339;
use crate::directory::Directory;
use crate::error::ApiError;

/// The minute of the first day that now should look like: 11:20, when the morning's talks are well under way.
const TARGET: i32 = 11 * 60 + 20;
/// Talks begin at multiples of this, and shall go on doing so.
const GRID: i32 = 5;

/// Where and when the programme is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// A zone with a fixed whole-hour offset, such as `Etc/GMT-3` (three hours ahead of UTC).
    pub zone: String,
    /// The civil day in that zone that becomes the first day.
    pub first_day: Date,
    /// Added to every time: a multiple of five between -30 and 30.
    pub shift_minutes: i32,
}

/// Chooses zone, day and shift so that `now` is within three minutes of 11:20 on the programme's first day.
///
/// The zone is the `Etc/GMT±N` whose local time is nearest 11:20; of two (they differ by a day) the one nearer to UTC. What
/// is left, at most half an hour, moves the talks.
pub fn placement(now: Timestamp) -> Placement {
    let minutes_at = |hours: i8| {
        let local = Offset::constant(hours).to_datetime(now);
        i32::from(local.hour()) * 60 + i32::from(local.minute())
    };
    let hours = (-12..=14)
        .min_by_key(|hours| ((minutes_at(*hours) - TARGET).abs(), hours.abs()))
        .expect("the range is not empty");
    let away = minutes_at(hours) - TARGET;
    let shift_minutes = (f64::from(away) / f64::from(GRID)).round() as i32 * GRID;
    // In the zone database's Etc area the sign is POSIX's: west is positive.
    let zone = match hours {
        0 => "Etc/GMT".to_owned(),
        ahead @ 1.. => format!("Etc/GMT-{ahead}"),
        behind => format!("Etc/GMT+{}", -behind),
    };
    let first_day = Offset::constant(hours).to_datetime(now).date();
    Placement {
        zone,
        first_day,
        shift_minutes,
    }
}

/// The programme as FOSDEM publishes it, as far as a calendar needs it.
#[derive(Clone, Debug, Deserialize)]
pub struct Programme {
    rooms: Vec<Room>,
    events: Vec<Talk>,
}

#[derive(Clone, Debug, Deserialize)]
struct Room {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Talk {
    id: String,
    /// `1` or `2`.
    day: String,
    room: String,
    /// `HH:MM`.
    start_time: String,
    /// `HH:MM`.
    duration: String,
    title: String,
    persons: Vec<String>,
    track: String,
}

impl Programme {
    /// Reads the JSON file.
    ///
    /// # Errors
    ///
    /// Fails when it is not the expected JSON.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// Adds rooms and talks at `placement`.
    ///
    /// # Errors
    ///
    /// Fails when a room is twice in the file or a talk's day, time or room cannot be read.
    pub(crate) fn load(
        &self,
        placement: &Placement,
        calendars: &mut Calendars,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let zone = TimeZone::get(&placement.zone)
            .map_err(|_| ApiError::invalid("zone", format!("no zone {}", placement.zone)))?;
        for room in &self.rooms {
            calendars.add(None, &room.name, &placement.zone, Kind::Resource)?;
        }
        for talk in &self.events {
            let (start, end) = talk.times(placement, &zone).ok_or_else(|| {
                ApiError::invalid(
                    "events",
                    format!("talk {}: unreadable day or time", talk.id),
                )
            })?;
            talk.persons.iter().for_each(|person| directory.add(person));
            let (organiser, also) = talk
                .persons
                .split_first()
                .map_or((None, &[][..]), |(a, b)| (Some(a), b));
            let mut short = Body::new();
            for (name, value) in [
                ("id", json!(format!("fosdem{}", talk.id))),
                ("summary", json!(talk.title)),
                ("description", json!(talk.track)),
                ("start", json!(rfc3339(start, &zone))),
                ("end", json!(rfc3339(end, &zone))),
                ("also", json!(also)),
                (
                    "organiser",
                    organiser.map_or(Value::Null, |name| json!(name)),
                ),
            ] {
                if !value.is_null() {
                    short.insert(name.into(), value);
                }
            }
            let room = calendars
                .rooms()
                .find(|room| room.summary == talk.room)
                .map(|room| room.id.clone())
                .ok_or_else(|| {
                    ApiError::invalid("events", format!("talk {}: no room {}", talk.id, talk.room))
                })?;
            let stamp = Stamp {
                now,
                revision: 0,
                actor: String::new(),
                trusted: true,
            };
            calendars.change(&room, stamp, |calendar, stamp| {
                let body = to_google(short, calendar, None)?;
                calendar.insert(body, stamp)
            })?;
        }
        Ok(())
    }
}

impl Talk {
    fn times(&self, placement: &Placement, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let day: i64 = self.day.parse().ok()?;
        let date = placement.first_day.checked_add((day - 1).days()).ok()?;
        let start: Time = self.start_time.parse().ok()?;
        let start = date
            .to_datetime(start)
            .checked_add(i64::from(placement.shift_minutes).minutes())
            .ok()?;
        let start = zone.to_timestamp(start).ok()?;
        let (hours, minutes) = self.duration.split_once(':')?;
        let length = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
        Some((
            start,
            start.checked_add(SignedDuration::from_mins(length)).ok()?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: &str) -> Placement {
        placement(now.parse().unwrap())
    }

    #[test]
    fn at_1120_utc_nothing_moves() {
        let expected = Placement {
            zone: "Etc/GMT".into(),
            first_day: "2026-11-23".parse().unwrap(),
            shift_minutes: 0,
        };
        assert_eq!(at("2026-11-23T11:20:00Z"), expected);
    }

    #[test]
    fn the_zones_sign_is_posix() {
        // Three hours ahead of UTC it is 11:20.
        assert_eq!(at("2026-11-23T08:20:00Z").zone, "Etc/GMT-3");
        assert_eq!(at("2026-11-23T14:20:00Z").zone, "Etc/GMT+3");
    }

    #[test]
    fn beyond_the_date_line_the_day_is_the_zones() {
        let evening = at("2026-11-23T22:20:00Z");
        assert_eq!(
            (evening.zone.as_str(), evening.first_day.to_string()),
            ("Etc/GMT+11", "2026-11-23".into())
        );
        let late = at("2026-11-23T23:50:00Z");
        assert_eq!(
            (late.zone.as_str(), late.first_day.to_string()),
            ("Etc/GMT-11", "2026-11-24".into())
        );
        assert_eq!(late.shift_minutes, -30);
    }

    #[test]
    fn every_minute_of_a_day_is_close_to_the_target() {
        let midnight: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        for minute in 0..24 * 60 {
            let now = midnight + SignedDuration::from_mins(minute);
            let Placement {
                zone,
                first_day,
                shift_minutes,
            } = placement(now);
            let local = TimeZone::get(&zone).unwrap().to_datetime(now);
            assert_eq!(local.date(), first_day);
            assert!(
                shift_minutes.abs() <= 30 && shift_minutes % 5 == 0,
                "{minute}: {shift_minutes}"
            );
            let seen = i32::from(local.hour()) * 60 + i32::from(local.minute()) - shift_minutes;
            assert!((seen - TARGET).abs() <= 2, "{minute}: {seen}");
        }
    }

    #[test]
    fn the_whole_programme_loads_and_fourteen_rooms_have_a_talk_now() {
        let programme = Programme::read(include_bytes!("../fixtures/fosdem-2025.json")).unwrap();
        let now: Timestamp = "2026-11-23T17:47:00Z".parse().unwrap();
        let (mut calendars, directory) = (Calendars::default(), Directory::default());
        programme
            .load(&placement(now), &mut calendars, &directory, now)
            .unwrap();
        assert_eq!(calendars.rooms().count(), 40);
        let talks: usize = calendars.rooms().map(|room| room.events.len()).sum();
        assert_eq!(talks, 555);
        let busy = calendars
            .rooms()
            .filter(|room| {
                !crate::control::listed(room, now, now + SignedDuration::from_secs(1)).is_empty()
            })
            .count();
        // Read off the programme: of the 23 rooms of the first day, 14 have a talk at 11:20.
        assert_eq!(busy, 14);
    }
}
