//! Times and dates in words, as signs write them.

use jiff::civil::{Date, DateTime};

use crate::state::Meeting;

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "09:05".
pub(crate) fn clock(time: DateTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// "Saturday 1 February", then shorter ways to say it.
pub(crate) fn date(date: Date) -> [String; 3] {
    let (day, month) = (weekday(date), month(date));
    [
        format!("{day} {} {month}", date.day()),
        format!("{} {} {month}", &day[..3], date.day()),
        format!("{} {} {}", &day[..3], date.day(), &month[..3]),
    ]
}

/// "Sat" within a week, "1 Feb" beyond it.
pub(crate) fn day(day: Date, today: Date) -> String {
    let ahead = day.since(today).map_or(i32::MAX, |span| span.get_days());
    if (0..7).contains(&ahead) {
        weekday(day)[..3].to_owned()
    } else {
        short(day)
    }
}

/// "1 Feb".
pub(crate) fn short(date: Date) -> String {
    format!("{} {}", date.day(), &month(date)[..3])
}

/// Until when somebody is in, longest way first.
pub(crate) fn occupied_until(until: DateTime, today: Date) -> Vec<String> {
    match ends(until, today) {
        End::Today(time) => vec![format!("until {time}")],
        // A day that ends at midnight is said by its own name: "until Tue" includes Tuesday.
        End::WithDay(day) => vec![format!("until {day}")],
        End::Later(day, time) => vec![format!("until {day} {time}"), format!("until {day}")],
    }
}

/// Until when a room is free: only today counts, what lies behind midnight is for tomorrow's sign.
pub(crate) fn free_until(until: Option<DateTime>, today: Date, taken_today: bool) -> String {
    match until {
        Some(until) if until.date() <= today => format!("until {}", clock(until)),
        _ if taken_today => "rest of the day".to_owned(),
        _ => "all day".to_owned(),
    }
}

/// "10:30 – 11:30".
pub(crate) fn from_to(meeting: &Meeting, today: Date) -> String {
    if meeting.all_day {
        return match ends(meeting.end, today) {
            End::WithDay(day) | End::Later(day, _) => format!("All day, until {day}"),
            End::Today(_) => "All day".to_owned(),
        };
    }
    let start = if meeting.start.date() == today {
        clock(meeting.start)
    } else {
        format!("{} {}", day_before(meeting.start.date(), today), clock(meeting.start))
    };
    let end = match ends(meeting.end, today) {
        End::Today(time) => time,
        End::WithDay(day) => format!("{day} 24:00"),
        End::Later(day, time) => format!("{day} {time}"),
    };
    format!("{start} – {end}")
}

/// When a meeting that is still to come begins: "11:30", "Mon 11:30", "All day", "Mon".
pub(crate) fn begins(meeting: &Meeting, today: Date) -> String {
    let elsewhen = meeting.start.date() != today;
    match (elsewhen, meeting.all_day) {
        (false, false) => clock(meeting.start),
        (false, true) => "All day".to_owned(),
        (true, false) => format!("{} {}", day(meeting.start.date(), today), clock(meeting.start)),
        (true, true) => day(meeting.start.date(), today),
    }
}

/// Since when a sign may be out of date, longest way first.
pub(crate) fn as_of(since: DateTime, today: Date) -> Vec<String> {
    if since.date() == today {
        vec![format!("as of {}", clock(since))]
    } else {
        let day = short(since.date());
        vec![format!("as of {day} {}", clock(since)), format!("as of {day}")]
    }
}

enum End {
    /// Today, midnight included, which is 24:00.
    Today(String),
    /// At the midnight that ends this day.
    WithDay(String),
    /// On another day, at a time.
    Later(String, String),
}

fn ends(end: DateTime, today: Date) -> End {
    let midnight = (end.hour(), end.minute()) == (0, 0);
    let last = if midnight {
        end.date().yesterday().unwrap_or(end.date())
    } else {
        end.date()
    };
    match (last <= today, midnight) {
        (true, true) => End::Today("24:00".to_owned()),
        (true, false) => End::Today(clock(end)),
        (false, true) => End::WithDay(day(last, today)),
        (false, false) => End::Later(day(last, today), clock(end)),
    }
}

/// The name of a day in the week before today, else its date.
fn day_before(then: Date, today: Date) -> String {
    let ago = today.since(then).map_or(i32::MAX, |span| span.get_days());
    if (0..7).contains(&ago) {
        weekday(then)[..3].to_owned()
    } else {
        short(then)
    }
}

fn weekday(date: Date) -> &'static str {
    DAYS[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) % 7]
}

fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month().unsigned_abs().max(1) - 1) % 12]
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    /// A Saturday.
    const TODAY: Date = civil::date(2025, 2, 1);

    fn meeting(start: &str, end: &str, all_day: bool) -> Meeting {
        Meeting {
            title: String::new(),
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            organiser: None,
            all_day,
        }
    }

    #[test]
    fn dates_are_written_out_and_shortened() {
        assert_eq!(
            date(TODAY),
            ["Saturday 1 February", "Sat 1 February", "Sat 1 Feb"]
        );
    }

    #[test]
    fn midnight_ends_the_day_it_closes() {
        let until = |text: &str| occupied_until(text.parse().unwrap(), TODAY);
        assert_eq!(until("2025-02-01T11:30"), ["until 11:30"]);
        assert_eq!(until("2025-02-02T00:00"), ["until 24:00"]);
        assert_eq!(until("2025-02-03T00:00"), ["until Sun"]);
        assert_eq!(until("2025-02-03T09:00"), ["until Mon 09:00", "until Mon"]);
        assert_eq!(until("2025-02-20T00:00"), ["until 19 Feb"]);
    }

    #[test]
    fn a_room_is_free_until_a_time_today_or_for_the_day() {
        let until = |text: &str| Some(text.parse().unwrap());
        assert_eq!(free_until(until("2025-02-01T12:10"), TODAY, true), "until 12:10");
        assert_eq!(free_until(until("2025-02-02T12:10"), TODAY, true), "rest of the day");
        assert_eq!(free_until(None, TODAY, false), "all day");
    }

    #[test]
    fn meetings_say_their_days_where_these_are_not_today() {
        let said = |start, end, all_day| from_to(&meeting(start, end, all_day), TODAY);
        assert_eq!(said("2025-02-01T10:30", "2025-02-01T11:30", false), "10:30 – 11:30");
        assert_eq!(said("2025-01-31T22:00", "2025-02-01T11:30", false), "Fri 22:00 – 11:30");
        assert_eq!(said("2025-02-01T10:30", "2025-02-03T11:30", false), "10:30 – Mon 11:30");
        assert_eq!(said("2025-02-01T00:00", "2025-02-02T00:00", true), "All day");
        assert_eq!(said("2025-02-01T00:00", "2025-02-04T00:00", true), "All day, until Mon");
        let begins = |start, all_day| begins(&meeting(start, start, all_day), TODAY);
        assert_eq!(begins("2025-02-01T12:00", false), "12:00");
        assert_eq!(begins("2025-02-03T12:00", false), "Mon 12:00");
        assert_eq!(begins("2025-02-09T00:00", true), "9 Feb");
        assert_eq!(begins("2025-02-01T00:00", true), "All day");
    }

    #[test]
    fn a_stale_mark_names_the_day_unless_it_is_today() {
        let mark = |text: &str| as_of(text.parse().unwrap(), TODAY);
        assert_eq!(mark("2025-02-01T10:42"), ["as of 10:42"]);
        assert_eq!(mark("2025-01-31T10:42"), ["as of 31 Jan 10:42", "as of 31 Jan"]);
    }
}
