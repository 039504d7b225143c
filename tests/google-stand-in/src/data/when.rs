//! `start` and `end` as Google writes them: `{dateTime, timeZone}` or `{date}`.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// One end of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// A moment.
    Instant(Timestamp),
    /// A civil day in the calendar's zone; as an end it is exclusive.
    Day(civil::Date),
}

impl When {
    /// Reads Google's object. `zone` serves a `dateTime` without offset that names no zone of its own.
    ///
    /// # Errors
    ///
    /// A sentence for the 400 answer.
    pub(crate) fn parse(value: &Value, zone: &TimeZone) -> Result<Self, String> {
        if let Some(day) = value.get("date").and_then(Value::as_str) {
            return day
                .parse()
                .map(Self::Day)
                .map_err(|_| format!("Invalid date: {day}"));
        }
        let text = value
            .get("dateTime")
            .and_then(Value::as_str)
            .ok_or("Missing dateTime or date")?;
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::Instant(at));
        }
        let zone = match zone_of(value) {
            Some(named) => named.map_err(|name| format!("Invalid time zone: {name}"))?,
            None => zone.clone(),
        };
        text.parse::<civil::DateTime>()
            .ok()
            .and_then(|at| zone.to_timestamp(at).ok())
            .map(Self::Instant)
            .ok_or_else(|| format!("Invalid dateTime: {text}"))
    }

    /// The moment it stands for; a day begins at midnight in `zone`.
    pub(crate) fn at(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Instant(at) => at,
            Self::Day(day) => zone
                .to_timestamp(day.at(0, 0, 0, 0))
                .unwrap_or(Timestamp::MAX),
        }
    }

    /// The wall clock in `zone`, by which a series repeats.
    pub(crate) fn civil(self, zone: &TimeZone) -> civil::DateTime {
        match self {
            Self::Instant(at) => zone.to_datetime(at),
            Self::Day(day) => day.at(0, 0, 0, 0),
        }
    }

    /// As Google answers it: with the offset of `zone`, and the zone's name for a moment.
    pub(crate) fn to_json(self, zone: &TimeZone, zone_name: &str) -> Value {
        match self {
            Self::Instant(at) => json!({"dateTime": rfc3339(at, zone), "timeZone": zone_name}),
            Self::Day(day) => json!({"date": day.to_string()}),
        }
    }

    /// The part of an instance's id after the underscore.
    pub(crate) fn suffix(self) -> String {
        match self {
            Self::Instant(at) => TimeZone::UTC
                .to_datetime(at)
                .strftime("%Y%m%dT%H%M%SZ")
                .to_string(),
            Self::Day(day) => day.strftime("%Y%m%d").to_string(),
        }
    }

    /// The same kind of value `civil` wall-clock time later in the series.
    pub(crate) fn moved_to(self, to: civil::DateTime, zone: &TimeZone) -> Self {
        match self {
            Self::Instant(_) => Self::Instant(zone.to_timestamp(to).unwrap_or(Timestamp::MAX)),
            Self::Day(_) => Self::Day(to.date()),
        }
    }

    /// How long from `self` to `end`: seconds for moments, whole days for days.
    pub(crate) fn until(self, end: Self, zone: &TimeZone) -> SignedDuration {
        match (self, end) {
            (Self::Day(a), Self::Day(b)) => b.at(0, 0, 0, 0).duration_since(a.at(0, 0, 0, 0)),
            _ => end.at(zone).duration_since(self.at(zone)),
        }
    }

    /// The end of an event that starts here and lasts `length`.
    pub(crate) fn plus(self, length: SignedDuration) -> Self {
        match self {
            Self::Instant(at) => Self::Instant(at.checked_add(length).unwrap_or(Timestamp::MAX)),
            Self::Day(day) => Self::Day(day.checked_add(length).unwrap_or(civil::Date::MAX)),
        }
    }
}

/// The zone that a time object names: absent, known, or the unknown name.
pub(crate) fn zone_of(value: &Value) -> Option<Result<TimeZone, String>> {
    let name = value.get("timeZone")?.as_str()?;
    Some(TimeZone::get(name).map_err(|_| name.to_owned()))
}

/// `2026-11-23T11:20:00+01:00`, or `…Z` at offset zero, as Google does.
pub(crate) fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    if local.offset().is_zero() {
        return local.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_the_zones_offset() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let when = When::parse(&json!({"dateTime": "2026-11-23T10:00:00Z"}), &zone).unwrap();
        assert_eq!(
            when.to_json(&zone, "Europe/Brussels"),
            json!({"dateTime": "2026-11-23T11:00:00+01:00", "timeZone": "Europe/Brussels"})
        );
        assert_eq!(when.suffix(), "20261123T100000Z");
    }

    #[test]
    fn a_wall_clock_time_is_read_in_its_own_zone() {
        let value = json!({"dateTime": "2026-11-23T11:00:00", "timeZone": "Europe/Brussels"});
        let when = When::parse(&value, &TimeZone::UTC).unwrap();
        assert_eq!(when, When::Instant("2026-11-23T10:00:00Z".parse().unwrap()));
    }

    #[test]
    fn the_year_zero_is_a_year() {
        let when =
            When::parse(&json!({"dateTime": "0000-12-29T10:00:00Z"}), &TimeZone::UTC).unwrap();
        assert_eq!(
            when.to_json(&TimeZone::UTC, "UTC")["dateTime"],
            "0000-12-29T10:00:00Z"
        );
    }

    #[test]
    fn an_empty_object_is_refused_in_words() {
        assert_eq!(
            When::parse(&json!({}), &TimeZone::UTC),
            Err("Missing dateTime or date".to_owned())
        );
    }
}
