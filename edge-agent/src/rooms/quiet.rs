//! Quiet hours: when nobody walks by, a sign is refreshed only for what it says about now.
//!
//! Then the date of the next day, what comes next and the marks of the day bar wait until the hours are over. What the
//! sign says about now (free or taken, by which meeting, until when, an announcement, out of order) is shown at once,
//! at any hour: a sign that lies is worse than one that flickers at night. What an admin sets is shown at once too.

use std::hash::Hash;

use edge_api::settings::{QuietHours, TimeOfDay};
use frame::{SignState, Status};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::digest::Digest;
use crate::store::Gist;

fn time_of(time: TimeOfDay) -> Time {
    let parts = (i8::try_from(time.hour()), i8::try_from(time.minute()));
    match parts {
        (Ok(hour), Ok(minute)) => Time::constant(hour, minute, 0, 0),
        _ => Time::midnight(),
    }
}

/// Whether `time` lies in the hours; those that end when they begin are no hours at all.
pub(crate) fn covers(hours: QuietHours, time: Time) -> bool {
    let (from, until) = (time_of(hours.from), time_of(hours.until));
    if from <= until {
        from <= time && time < until
    } else {
        time >= from || time < until
    }
}

/// The ends of the hours in `(from, to]`, where what has waited is shown.
pub(crate) fn ends(
    hours: QuietHours,
    zone: &TimeZone,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Timestamp> {
    let mut date = zone.to_datetime(from).date();
    let last = zone.to_datetime(to).date();
    let mut ends = Vec::new();
    while date <= last {
        ends.extend(zone.to_timestamp(date.to_datetime(time_of(hours.until))));
        date = date.saturating_add(Span::new().days(1));
    }
    ends.retain(|end| from < *end && *end <= to);
    ends
}

/// What the sign says about now, in one number: equal gists are not worth a refresh in quiet hours.
pub(crate) fn gist(state: &SignState) -> Gist {
    let mut digest = Digest::default();
    let rooms = state
        .directory
        .iter()
        .flat_map(|directory| &directory.rooms);
    let statuses: Vec<&Status> = state
        .room
        .iter()
        .chain(rooms)
        .map(|room| &room.status)
        .collect();
    statuses.hash(&mut digest);
    (&state.announcement, &state.out_of_order).hash(&mut digest);
    digest.name()
}

#[cfg(test)]
mod tests {
    use frame::{Meeting, RoomState};
    use jiff::civil::{date, time};

    use super::*;

    fn night() -> QuietHours {
        QuietHours {
            from: "20:00".parse().unwrap(),
            until: "06:30".parse().unwrap(),
        }
    }

    #[test]
    fn hours_may_go_over_midnight() {
        let noon = QuietHours {
            from: "12:00".parse().unwrap(),
            until: "13:00".parse().unwrap(),
        };
        let in_night = [
            (19, 59, false),
            (20, 0, true),
            (0, 0, true),
            (6, 29, true),
            (6, 30, false),
        ];
        for (hour, minute, quiet) in in_night {
            assert_eq!(
                covers(night(), time(hour, minute, 0, 0)),
                quiet,
                "{hour}:{minute}"
            );
        }
        assert!(covers(noon, time(12, 0, 0, 0)) && !covers(noon, time(13, 0, 0, 0)));
        let none = QuietHours {
            from: "08:00".parse().unwrap(),
            until: "08:00".parse().unwrap(),
        };
        assert!(!covers(none, time(8, 0, 0, 0)) && !covers(none, time(20, 0, 0, 0)));
    }

    #[test]
    fn what_has_waited_is_shown_when_the_hours_end_on_the_wall_clock() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let ends = ends(
            night(),
            &zone,
            "2026-03-28T12:00:00Z".parse().unwrap(),
            "2026-03-30T12:00:00Z".parse().unwrap(),
        );
        let local: Vec<String> = ends
            .iter()
            .map(|end| zone.to_datetime(*end).to_string())
            .collect();
        assert_eq!(local, ["2026-03-29T06:30:00", "2026-03-30T06:30:00"]);
        assert_eq!(
            ends[0].to_string(),
            "2026-03-29T04:30:00Z",
            "the clocks went forward"
        );
    }

    #[test]
    fn only_what_is_said_about_now_counts() {
        let meeting = |title: &str| Meeting {
            title: title.to_owned(),
            ..Meeting::default()
        };
        let free = SignState::of_room(RoomState {
            status: Status::Free { until: None },
            ..RoomState::default()
        });
        let mut later = free.clone();
        later.date = date(2026, 3, 30);
        if let Some(room) = &mut later.room {
            room.next = vec![meeting("Tomorrow")];
            room.date = later.date;
        }
        assert_eq!(gist(&free), gist(&later));
        let mut taken = free.clone();
        if let Some(room) = &mut taken.room {
            room.status = Status::Busy {
                meeting: meeting("Night shift"),
                also: 0,
                until: date(2026, 3, 30).at(1, 0, 0, 0),
            };
        }
        assert_ne!(gist(&free), gist(&taken));
        let mut closed = free.clone();
        closed.out_of_order = Some(frame::OutOfOrder::default());
        assert_ne!(gist(&free), gist(&closed));
    }
}
