//! The part of RFC 5545 that room calendars use: daily and weekly rules with exceptions.
//!
//! `FREQ=DAILY|WEEKLY` with `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY` (weekly, without ordinals), and `EXDATE` lines. Anything
//! else is refused when the event is written, so that a test never runs on a rule that is silently misread.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, civil};

/// A series' rule, in wall-clock time of the series' zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    weekly: bool,
    interval: i64,
    count: Option<usize>,
    until: Option<DateTime>,
    by_day: Vec<Weekday>,
    except: Vec<DateTime>,
}

impl Rule {
    /// Reads the `recurrence` lines of an event.
    ///
    /// # Errors
    ///
    /// A sentence that names the part that is wrong or not supported here.
    pub(crate) fn parse<'a>(
        lines: impl IntoIterator<Item = &'a str>,
        zone: &TimeZone,
    ) -> Result<Self, String> {
        let mut rule = None;
        let mut except = Vec::new();
        for line in lines {
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| format!("Invalid recurrence line: {line}"))?;
            match name.split(';').next() {
                Some("RRULE") if rule.is_none() => rule = Some(Self::parse_rule(value, zone)?),
                Some("EXDATE") => {
                    for one in value.split(',') {
                        except.push(moment(one, zone)?.0);
                    }
                }
                _ => {
                    return Err(format!(
                        "Unsupported recurrence line: {line} (one RRULE and EXDATE only)"
                    ));
                }
            }
        }
        let mut rule = rule.ok_or("Missing RRULE")?;
        rule.except = except;
        Ok(rule)
    }

    fn parse_rule(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let mut weekly = None;
        let (mut interval, mut count, mut until, mut by_day) = (1, None, None, Vec::new());
        for part in text.split(';') {
            let bad = || format!("Invalid or unsupported recurrence rule part: {part}");
            let (key, value) = part.split_once('=').ok_or_else(bad)?;
            match (key, value) {
                ("FREQ", "DAILY") => weekly = Some(false),
                ("FREQ", "WEEKLY") => weekly = Some(true),
                ("INTERVAL", n) => interval = n.parse().ok().filter(|n| *n > 0).ok_or_else(bad)?,
                ("COUNT", n) => count = Some(n.parse().ok().filter(|n| *n > 0).ok_or_else(bad)?),
                ("UNTIL", at) => {
                    let (at, whole_day) = moment(at, zone)?;
                    until = Some(if whole_day {
                        at.date().at(23, 59, 59, 0)
                    } else {
                        at
                    });
                }
                ("BYDAY", days) => {
                    for day in days.split(',') {
                        by_day.push(weekday(day).ok_or_else(bad)?);
                    }
                }
                ("WKST", "MO") => {}
                _ => return Err(bad()),
            }
        }
        let weekly = weekly.ok_or("Recurrence rule without FREQ")?;
        if !weekly && !by_day.is_empty() {
            return Err("BYDAY is supported with FREQ=WEEKLY only".to_owned());
        }
        by_day.sort_by_key(|day| day.to_monday_zero_offset());
        Ok(Self {
            weekly,
            interval,
            count,
            until,
            by_day,
            except: Vec::new(),
        })
    }

    /// The starts of the series from `first` until `horizon`, exclusive, without the exceptions.
    ///
    /// Exceptions count towards `COUNT`, as RFC 5545 says.
    pub(crate) fn starts(&self, first: DateTime, horizon: DateTime) -> Vec<DateTime> {
        let mut found = Vec::new();
        let mut counted = 0;
        let mut day = first.date();
        loop {
            for date in self.days_of(day, first.weekday()) {
                let start = date.to_datetime(first.time());
                if start < first {
                    continue;
                }
                let over = start >= horizon
                    || self.until.is_some_and(|until| start > until)
                    || self.count.is_some_and(|count| counted >= count);
                if over {
                    return found;
                }
                counted += 1;
                if !self.except.contains(&start) {
                    found.push(start);
                }
            }
            let step = if self.weekly { 7 } else { 1 } * self.interval;
            match day.checked_add(step.days()) {
                Ok(next) => day = next,
                Err(_) => return found,
            }
        }
    }

    fn days_of(&self, day: Date, first: Weekday) -> Vec<Date> {
        if !self.weekly {
            return vec![day];
        }
        let back = i64::from(day.weekday().to_monday_zero_offset());
        let monday = day.saturating_sub(back.days());
        let only = [first];
        let days = if self.by_day.is_empty() {
            &only[..]
        } else {
            &self.by_day
        };
        days.iter()
            .map(|d| monday.saturating_add(i64::from(d.to_monday_zero_offset()).days()))
            .collect()
    }
}

/// Reads `20261123T100000Z`, `20261123T100000` or `20261123`; true when it was a day.
fn moment(text: &str, zone: &TimeZone) -> Result<(DateTime, bool), String> {
    let bad = |_| format!("Invalid date in recurrence: {text}");
    if let Some(utc) = text.strip_suffix('Z') {
        let at = DateTime::strptime("%Y%m%dT%H%M%S", utc).map_err(bad)?;
        let at = TimeZone::UTC.to_timestamp(at).map_err(bad)?;
        return Ok((zone.to_datetime(at), false));
    }
    if text.len() == 8 {
        let day = civil::Date::strptime("%Y%m%d", text).map_err(bad)?;
        return Ok((day.at(0, 0, 0, 0), true));
    }
    DateTime::strptime("%Y%m%dT%H%M%S", text)
        .map(|at| (at, false))
        .map_err(bad)
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(lines: &[&str], first: &str, horizon: &str) -> Vec<String> {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        Rule::parse(lines.iter().copied(), &zone)
            .unwrap()
            .starts(first.parse().unwrap(), horizon.parse().unwrap())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_daily_rule_counts_its_exceptions() {
        let got = starts(
            &[
                "RRULE:FREQ=DAILY;COUNT=3",
                "EXDATE;TZID=Europe/Brussels:20261124T100000",
            ],
            "2026-11-23T10:00:00",
            "2027-01-01T00:00:00",
        );
        assert_eq!(got, ["2026-11-23T10:00:00", "2026-11-25T10:00:00"]);
    }

    #[test]
    fn every_other_week_on_two_days_until_a_moment_in_utc() {
        let got = starts(
            &["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,MO;UNTIL=20261210T090000Z"],
            "2026-11-26T10:00:00",
            "2027-01-01T00:00:00",
        );
        // The Monday of the first week lies before the start; 10 December 10:00 is exactly UNTIL.
        assert_eq!(
            got,
            [
                "2026-11-26T10:00:00",
                "2026-12-07T10:00:00",
                "2026-12-10T10:00:00"
            ]
        );
    }

    #[test]
    fn until_a_day_includes_that_day_and_the_horizon_does_not() {
        let until = starts(
            &["RRULE:FREQ=DAILY;UNTIL=20261124"],
            "2026-11-23T10:00:00",
            "2027-01-01T00:00:00",
        );
        assert_eq!(until.len(), 2);
        let horizon = starts(
            &["RRULE:FREQ=WEEKLY"],
            "2026-11-23T10:00:00",
            "2026-11-30T10:00:00",
        );
        assert_eq!(horizon.len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in [
            "RRULE:FREQ=MONTHLY",
            "RRULE:FREQ=DAILY;BYHOUR=3",
            "RRULE:FREQ=DAILY;BYDAY=MO",
            "RRULE:FREQ=WEEKLY;BYDAY=2MO",
            "RRULE:COUNT=2",
            "RDATE:20261124",
            "nonsense",
        ] {
            assert!(Rule::parse([line], &TimeZone::UTC).is_err(), "{line}");
        }
    }
}
