//! Which days of a calendar are listed.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// How many civil days are listed, today included.
///
/// A plan covers at least the next 24 hours; the third day leaves a whole day in which Google may be out of reach.
const DAYS: i64 = 3;

/// The listed stretch of time: whole civil days in the calendar's zone, `start` included, `end` not.
///
/// Both bounds are starts of days, so that a day of 23 or 25 hours is listed whole and the same window comes out at
/// every moment of one day: what Google answered before can then be compared by its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Events that end after this instant are listed.
    pub start: Timestamp,
    /// Events that start before this instant are listed.
    pub end: Timestamp,
}

impl Window {
    /// From the start of the day that `now` falls in, for three days.
    #[must_use]
    pub fn around(now: Timestamp, zone: &TimeZone) -> Self {
        let today = zone.to_datetime(now).date();
        Self {
            start: start_of(today, zone),
            end: start_of(today.saturating_add(Span::new().days(DAYS)), zone),
        }
    }
}

/// When the next civil day begins in `zone`: the moment to list the next window.
#[must_use]
pub fn next_midnight(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let tomorrow = zone
        .to_datetime(now)
        .date()
        .saturating_add(Span::new().days(1));
    start_of(tomorrow, zone)
}

/// The first instant of a civil day; where the clocks skip midnight, the instant after the gap.
pub(crate) fn start_of(date: Date, zone: &TimeZone) -> Timestamp {
    // `compatible` takes the earlier instant where midnight happens twice and the later side of a gap.
    zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0))
        .compatible()
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_three_civil_days_from_local_midnight() {
        let window = Window::around(at("2026-11-23T23:30:00Z"), &zone("Europe/Brussels"));
        assert_eq!(window.start, at("2026-11-23T23:00:00Z"));
        assert_eq!(window.end, at("2026-11-26T23:00:00Z"));
    }

    #[test]
    fn days_of_23_and_25_hours_are_listed_whole() {
        let brussels = zone("Europe/Brussels");
        let spring = Window::around(at("2026-03-28T12:00:00Z"), &brussels);
        assert_eq!(spring.end.duration_since(spring.start).as_hours(), 71);
        let autumn = Window::around(at("2026-10-24T12:00:00Z"), &brussels);
        assert_eq!(autumn.end.duration_since(autumn.start).as_hours(), 73);
    }

    #[test]
    fn a_day_without_a_midnight_starts_after_the_gap() {
        // Beirut's clocks go from 23:59:59 to 01:00 when summer begins.
        let beirut = zone("Asia/Beirut");
        let window = Window::around(at("2026-03-29T10:00:00Z"), &beirut);
        assert_eq!(window.start, at("2026-03-28T22:00:00Z"));
        assert_eq!(
            next_midnight(at("2026-03-28T21:59:59Z"), &beirut),
            at("2026-03-28T22:00:00Z")
        );
    }

    #[test]
    fn zones_that_are_only_an_offset_work() {
        // POSIX signs: Etc/GMT-2 is two hours ahead of UTC.
        let window = Window::around(at("2026-11-23T22:30:00Z"), &zone("Etc/GMT-2"));
        assert_eq!(window.start, at("2026-11-23T22:00:00Z"));
    }
}
