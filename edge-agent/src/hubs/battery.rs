//! How long a battery will last, from how it drained so far. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::store::Power;

/// A rise of so many percent is a new or charged battery; what was before does not count.
const NEW_BATTERY: u32 = 5;

/// Less history than this says nothing.
const MIN_HISTORY: SignedDuration = SignedDuration::from_hours(24);

/// The habit of a sign is what it did lately.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Days until the battery is empty; `None` while there is too little history, or it has not drained.
///
/// A panel uses its battery when it changes its picture: what one change costs is known from the whole history, how many
/// there are a day from the last week. A sign that never changes drains by itself, by the day.
pub(crate) fn days_left(history: &[Power], now: Timestamp) -> Option<u32> {
    let history = since_charged(history);
    let (first, last) = (history.first()?, history.last()?);
    let used = first
        .percent
        .checked_sub(last.percent)
        .filter(|used| *used > 0)?;
    let lasted = last.at.duration_since(first.at);
    if lasted < MIN_HISTORY {
        return None;
    }
    let per_day = |from: &Power| {
        let days = last.at.duration_since(from.at).as_secs_f64() / 86_400.0;
        (last.refreshes.saturating_sub(from.refreshes) as f64) / days
    };
    let lately = now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN);
    let enough = |power: &&Power| last.at.duration_since(power.at) >= MIN_HISTORY;
    let from = history
        .iter()
        .filter(enough)
        .find(|power| power.at >= lately);
    let (usual, recent) = (per_day(first), per_day(from.unwrap_or(first)));
    let pace = if usual > 0.0 && recent > 0.0 {
        recent / usual
    } else {
        1.0
    };
    let drain = f64::from(used) / (lasted.as_secs_f64() / 86_400.0) * pace;
    Some((f64::from(last.percent) / drain) as u32)
}

fn since_charged(history: &[Power]) -> &[Power] {
    let pairs = history.iter().zip(history.iter().skip(1));
    let charged = |(_, (before, after)): &(usize, (&Power, &Power))| {
        after.percent >= before.percent + NEW_BATTERY
    };
    let begun = pairs.enumerate().rfind(charged);
    &history[begun.map_or(0, |(at, _)| at + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
    }

    fn power(at: i64, percent: u32, refreshes: u64) -> Power {
        Power {
            at: day(at),
            percent,
            refreshes,
        }
    }

    #[test]
    fn a_battery_that_loses_one_percent_a_day_lasts_as_many_days_as_it_has_percent() {
        let history: Vec<Power> = (0..=40)
            .map(|n| power(n, 100 - n as u32, 20 * n as u64))
            .collect();
        assert_eq!(days_left(&history, day(40)), Some(60));
    }

    #[test]
    fn a_sign_that_changes_more_often_lately_drains_sooner() {
        let quiet: Vec<Power> = (0..=30)
            .map(|n| power(n, 100 - n as u32, 10 * n as u64))
            .collect();
        let busy: Vec<Power> = (31..=37)
            .map(|n| power(n, 70, 300 + 40 * (n as u64 - 30)))
            .collect();
        let history = [quiet.clone(), busy].concat();
        assert!(days_left(&history, day(37)).unwrap() < days_left(&quiet, day(30)).unwrap());
    }

    #[test]
    fn what_was_before_a_new_battery_does_not_count() {
        let old = [power(0, 50, 0), power(10, 5, 100)];
        let new = [power(11, 100, 110), power(21, 90, 210)];
        assert_eq!(days_left(&[old, new].concat(), day(21)), Some(90));
    }

    #[test]
    fn too_little_history_says_nothing() {
        assert_eq!(days_left(&[], day(0)), None);
        assert_eq!(days_left(&[power(0, 100, 0)], day(0)), None);
        assert_eq!(
            days_left(&[power(0, 100, 0), power(0, 99, 5)], day(0)),
            None
        );
        assert_eq!(
            days_left(&[power(0, 100, 0), power(9, 100, 90)], day(9)),
            None,
            "mains"
        );
    }
}
