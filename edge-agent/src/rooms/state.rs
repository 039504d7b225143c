//! From a room's timeline to what its sign says.

use frame::{Meeting, RoomState, Status};
use google_calendar::{Event, Timeline};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What stands for a title that Google did not tell.
const UNTITLED: &str = "Busy";

/// How many coming meetings a sign is told of; no layout shows more.
const NEXT: usize = 8;

/// What the sign of a room says at `now`.
///
/// A busy room is busy until it becomes free: meetings that follow one another without a gap count as one stretch,
/// because whoever stands before the door wants to know when the room can be had.
pub(crate) fn room_state(
    room_name: &str,
    calendar_id: &str,
    zone: &TimeZone,
    timeline: &Timeline,
    now: Timestamp,
) -> RoomState {
    let moment = timeline.at(now);
    let date = zone.to_datetime(now).date();
    let status = match (moment.current.split_first(), moment.busy_until) {
        (Some((shown, others)), Some(until)) => Status::Busy {
            meeting: meeting(shown, zone),
            also: others.len(),
            until: zone.to_datetime(until),
        },
        _ => Status::Free {
            until: moment.free_until.map(|until| zone.to_datetime(until)),
        },
    };
    RoomState {
        room: room_name.to_owned(),
        date,
        status,
        next: moment
            .next
            .iter()
            .take(NEXT)
            .map(|event| meeting(event, zone))
            .collect(),
        day: timeline.busy_spans(date),
        booking: Some(frame::booking_url(calendar_id)),
        ..RoomState::default()
    }
}

/// What a sign says when its plan has run out and nobody has extended it.
pub(crate) fn no_information(
    room_name: &str,
    calendar_id: &str,
    zone: &TimeZone,
    now: Timestamp,
) -> RoomState {
    RoomState {
        room: room_name.to_owned(),
        date: zone.to_datetime(now).date(),
        status: Status::NoInformation,
        next: Vec::new(),
        day: Vec::new(),
        booking: Some(frame::booking_url(calendar_id)),
        ..RoomState::default()
    }
}

fn meeting(event: &Event, zone: &TimeZone) -> Meeting {
    Meeting {
        title: event.summary.clone().unwrap_or_else(|| UNTITLED.to_owned()),
        start: zone.to_datetime(event.start),
        end: zone.to_datetime(event.end),
        organiser: event.organiser.clone(),
        all_day: event.all_day,
        ..Meeting::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    fn event(id: &str, title: Option<&str>, start: &str, end: &str) -> Event {
        Event {
            id: id.to_owned(),
            summary: title.map(str::to_owned),
            organiser: None,
            organiser_address: None,
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            all_day: false,
            private: title.is_none(),
        }
    }

    fn at(events: &[Event], now: &str) -> RoomState {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        room_state(
            "Alder",
            "alder@example.com",
            &zone,
            &Timeline::new(events, zone.clone()),
            now.parse().unwrap(),
        )
    }

    #[test]
    fn a_free_room_is_free_until_the_next_meeting_on_its_own_clock() {
        let state = at(
            &[event(
                "a",
                Some("Plan"),
                "2025-02-01T10:00:00Z",
                "2025-02-01T11:00:00Z",
            )],
            "2025-02-01T09:00:00Z",
        );
        assert_eq!(
            state.status,
            Status::Free {
                until: Some(datetime(2025, 2, 1, 11, 0, 0, 0))
            }
        );
        assert_eq!(state.next[0].title, "Plan");
    }

    #[test]
    fn a_busy_room_is_busy_until_the_last_of_meetings_that_touch() {
        let events = [
            event("a", None, "2025-02-01T10:00:00Z", "2025-02-01T11:00:00Z"),
            event(
                "b",
                Some("Next"),
                "2025-02-01T11:00:00Z",
                "2025-02-01T12:00:00Z",
            ),
        ];
        let Status::Busy {
            meeting,
            also,
            until,
        } = at(&events, "2025-02-01T10:00:00Z").status
        else {
            panic!("the room is taken");
        };
        assert_eq!((meeting.title.as_str(), also), ("Busy", 0));
        assert_eq!(until, datetime(2025, 2, 1, 13, 0, 0, 0));
    }

    #[test]
    fn a_sign_without_current_information_claims_nothing() {
        let zone = TimeZone::UTC;
        let state = no_information(
            "Alder",
            "alder@example.com",
            &zone,
            "2025-02-01T09:00:00Z".parse().unwrap(),
        );
        assert_eq!((state.status, state.next.len()), (Status::NoInformation, 0));
    }
}
