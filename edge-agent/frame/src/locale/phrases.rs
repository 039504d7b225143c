//! What signs say about times: until when, from when to when, as of when.

use jiff::civil::{Date, DateTime, Time};

use super::Locale;
use super::words::Key;
use crate::language::Direction;

/// Makes what has no letters, such as "10:30 – 11:30", run from right to left.
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';

impl Locale {
    /// A time of day, with the day when that is another day than `today`.
    pub fn moment(&self, at: DateTime, today: Date) -> String {
        if at.date() == today {
            self.time(at.time())
        } else {
            format!("{} {}", self.day(at.date(), today), self.time(at.time()))
        }
    }

    /// The day of the week within the coming week, else day and month.
    pub fn day(&self, date: Date, today: Date) -> String {
        let ahead = (date - today).get_days();
        if (0..7).contains(&ahead) {
            self.day_of_week(date)
        } else {
            self.day_of_month(date)
        }
    }

    /// "until …", the longest wording first, each shorter one for where that does not fit.
    ///
    /// What ends at midnight ends with the day before: nobody reads "until Monday" as "not on Monday".
    pub fn until(&self, at: DateTime, today: Date) -> Vec<String> {
        if at.time() == Time::midnight()
            && let Ok(day) = at.date().yesterday()
        {
            return match self.formats().end_of_day() {
                _ if day != today => vec![self.filled(Key::UntilDay, &self.day(day, today))],
                Some(end) => vec![self.filled(Key::Until, &end)],
                None => vec![self.word(Key::UntilMidnight).to_owned()],
            };
        }
        if at.date() == today {
            return vec![self.filled(Key::Until, &self.time(at.time()))];
        }
        vec![
            self.filled(Key::UntilDay, &self.moment(at, today)),
            self.filled(Key::UntilDay, &self.day(at.date(), today)),
        ]
    }

    /// From when to when something lasts, with the days where they are other days than `today`.
    pub fn span(&self, start: DateTime, end: DateTime, today: Date) -> String {
        let last_day = end.date().yesterday().ok();
        let end = match self.formats().end_of_day() {
            Some(midnight) if end.time() == Time::midnight() && last_day == Some(start.date()) => {
                midnight
            }
            _ => self.moment(end, today),
        };
        let mark = match self.direction() {
            Direction::RightToLeft => Some(RIGHT_TO_LEFT_MARK),
            Direction::LeftToRight => None,
        };
        let mut span: String = mark.into_iter().collect();
        span.push_str(&self.moment(start, today));
        span.push_str(" – ");
        span.push_str(&end);
        span
    }

    /// "as of …", with the date when that was another day.
    pub fn as_of(&self, since: DateTime, today: Date) -> String {
        let time = self.time(since.time());
        if since.date() == today {
            self.filled(Key::AsOf, &time)
        } else {
            let date = self.day_of_month(since.date());
            self.filled(Key::AsOf, &format!("{date} {time}"))
        }
    }
}
