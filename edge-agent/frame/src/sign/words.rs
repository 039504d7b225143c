//! The words on a sign, in English.

use jiff::civil::{Date, DateTime, Time};

use crate::state::Meeting;

/// The room is taken.
pub(crate) const BUSY: &str = "Busy";
/// The room is not taken.
pub(crate) const FREE: &str = "Free";
/// Nothing is known.
pub(crate) const NO_INFORMATION: &str = "No current information";
/// What to do when nothing is known.
pub(crate) const ASK: &str = "Please check the room's calendar.";
/// Nothing is booked as far as a sign looks ahead.
pub(crate) const ALL_DAY: &str = "all day";
/// What the QR code is for.
pub(crate) const SCAN: &str = "Scan to book";

/// A time of day, or day and time when that is another day than `today`.
pub(crate) fn moment(at: DateTime, today: Date) -> String {
    let time = at.strftime("%H:%M");
    if at.date() == today {
        time.to_string()
    } else {
        format!("{} {time}", day_of_week(at.date(), today))
    }
}

/// "until …", the longest wording first, each shorter one for where that does not fit.
///
/// What ends at midnight ends with the day before: nobody reads "until Monday" as "not on Monday".
pub(crate) fn until(at: DateTime, today: Date) -> Vec<String> {
    if at.time() == Time::midnight()
        && let Ok(day) = at.date().yesterday()
    {
        let end = if day == today {
            "24:00".to_owned()
        } else {
            day_of_week(day, today)
        };
        return vec![format!("until {end}")];
    }
    let mut wordings = vec![format!("until {}", moment(at, today))];
    if at.date() != today {
        wordings.push(format!("until {}", day_of_week(at.date(), today)));
    }
    wordings
}

/// From when to when a meeting lasts.
pub(crate) fn span(meeting: &Meeting, today: Date) -> String {
    if meeting.all_day {
        "All day".to_owned()
    } else {
        format!(
            "{} – {}",
            moment(meeting.start, today),
            moment(meeting.end, today)
        )
    }
}

/// When a coming meeting starts.
pub(crate) fn start(meeting: &Meeting, today: Date) -> String {
    match (meeting.all_day, meeting.start.date() == today) {
        (true, true) => "All day".to_owned(),
        (true, false) => day_of_week(meeting.start.date(), today),
        (false, _) => moment(meeting.start, today),
    }
}

/// Today's date, the longest wording first.
pub(crate) fn date(today: Date) -> [String; 2] {
    [
        today.strftime("%A %-d %B").to_string(),
        today.strftime("%a %-d %b").to_string(),
    ]
}

/// "as of …" with the date when that was another day.
pub(crate) fn as_of(since: DateTime, today: Date) -> String {
    let time = since.strftime("%H:%M");
    if since.date() == today {
        format!("as of {time}")
    } else {
        format!("as of {} {time}", since.strftime("%-d %b"))
    }
}

/// The day of the week within the coming week, else the date.
fn day_of_week(date: Date, today: Date) -> String {
    let ahead = (date - today).get_days();
    if (0..7).contains(&ahead) {
        date.strftime("%a").to_string()
    } else {
        date.strftime("%-d %b").to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date as day, datetime};

    use super::*;

    #[test]
    fn times_of_another_day_name_the_day() {
        let today = day(2025, 2, 1);
        assert_eq!(
            until(datetime(2025, 2, 1, 11, 30, 0, 0), today),
            ["until 11:30"]
        );
        assert_eq!(
            until(datetime(2025, 2, 3, 9, 0, 0, 0), today),
            ["until Mon 09:00", "until Mon"]
        );
        assert_eq!(
            until(datetime(2025, 2, 2, 0, 0, 0, 0), today),
            ["until 24:00"]
        );
        assert_eq!(
            until(datetime(2025, 2, 4, 0, 0, 0, 0), today),
            ["until Mon"]
        );
        assert_eq!(
            moment(datetime(2025, 2, 11, 9, 0, 0, 0), today),
            "11 Feb 09:00"
        );
        assert_eq!(
            as_of(datetime(2025, 1, 31, 9, 5, 0, 0), today),
            "as of 31 Jan 09:05"
        );
        assert_eq!(date(today), ["Saturday 1 February", "Sat 1 Feb"]);
    }
}
