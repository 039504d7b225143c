//! From a room's timeline to what its sign says, as far as the corridor may read it.

use edge_api::settings::Privacy;
use frame::{Meeting, RoomState, Status};
use google_calendar::{Event, Timeline};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How many coming meetings a sign is told of; no layout shows more.
const NEXT: usize = 8;

/// What of a room does not change with the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoomFacts<'a> {
    pub(crate) name: &'a str,
    /// Google's id: for a resource its e-mail address.
    pub(crate) calendar_id: &'a str,
    pub(crate) zone: &'a TimeZone,
    pub(crate) privacy: Privacy,
}

/// What the sign of a room says at `now`.
///
/// A busy room is busy until it becomes free: meetings that follow one another without a gap count as one stretch,
/// because whoever stands before the door wants to know when the room can be had.
pub(crate) fn room_state(room: RoomFacts<'_>, timeline: &Timeline, now: Timestamp) -> RoomState {
    let zone = room.zone;
    let moment = timeline.at(now);
    let date = zone.to_datetime(now).date();
    let status = match (moment.current.split_first(), moment.busy_until) {
        (Some((shown, others)), Some(until)) => Status::Busy {
            meeting: meeting(shown, room),
            also: others.len(),
            until: zone.to_datetime(until),
        },
        _ => Status::Free {
            until: moment.free_until.map(|until| zone.to_datetime(until)),
        },
    };
    RoomState {
        room: room.name.to_owned(),
        date,
        status,
        next: moment
            .next
            .iter()
            .take(NEXT)
            .map(|event| meeting(event, room))
            .collect(),
        day: timeline.busy_spans(date),
        booking: Some(frame::booking_url(room.calendar_id)),
        ..RoomState::default()
    }
}

/// What a sign says when nothing is known of its room, such as when its plan has run out and nobody has extended it.
pub(crate) fn no_information(room: RoomFacts<'_>, now: Timestamp) -> RoomState {
    RoomState {
        room: room.name.to_owned(),
        date: room.zone.to_datetime(now).date(),
        status: Status::NoInformation,
        booking: Some(frame::booking_url(room.calendar_id)),
        ..RoomState::default()
    }
}

/// Nothing that the corridor may not read leaves here: what is not told cannot be drawn.
fn meeting(event: &Event, room: RoomFacts<'_>) -> Meeting {
    let told = Meeting {
        start: room.zone.to_datetime(event.start),
        end: room.zone.to_datetime(event.end),
        all_day: event.all_day,
        ..Meeting::default()
    };
    match room.privacy {
        Privacy::BusyOnly => Meeting {
            private: true,
            ..told
        },
        Privacy::OrganiserOnly => Meeting {
            private: true,
            organiser: event.organiser.clone(),
            ..told
        },
        Privacy::Full => Meeting {
            title: event.summary.clone().unwrap_or_default(),
            organiser: event.organiser.clone(),
            attendees: event.attendees,
            private: event.private,
            ..told
        },
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
            organiser: Some("Ada Lovelace".to_owned()),
            organiser_address: None,
            attendees: Some(7),
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            all_day: false,
            private: title.is_none(),
        }
    }

    fn facts(zone: &TimeZone, privacy: Privacy) -> RoomFacts<'_> {
        RoomFacts {
            name: "Alder",
            calendar_id: "alder@example.com",
            zone,
            privacy,
        }
    }

    fn at(events: &[Event], now: &str, privacy: Privacy) -> RoomState {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let timeline = Timeline::new(events, zone.clone());
        room_state(facts(&zone, privacy), &timeline, now.parse().unwrap())
    }

    #[test]
    fn a_free_room_is_free_until_the_next_meeting_on_its_own_clock() {
        let plan = event(
            "a",
            Some("Plan"),
            "2025-02-01T10:00:00Z",
            "2025-02-01T11:00:00Z",
        );
        let state = at(&[plan], "2025-02-01T09:00:00Z", Privacy::Full);
        assert_eq!(
            state.status,
            Status::Free {
                until: Some(datetime(2025, 2, 1, 11, 0, 0, 0))
            }
        );
        assert_eq!(state.next[0].title, "Plan");
        assert_eq!(state.next[0].attendees, Some(7));
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
        } = at(&events, "2025-02-01T10:00:00Z", Privacy::Full).status
        else {
            panic!("the room is taken");
        };
        assert_eq!(
            (meeting.title.as_str(), meeting.private, also),
            ("", true, 0)
        );
        assert_eq!(until, datetime(2025, 2, 1, 13, 0, 0, 0));
    }

    #[test]
    fn what_the_corridor_may_not_read_is_nowhere_in_the_state() {
        let events = [
            event(
                "a",
                Some("Merger"),
                "2025-02-01T10:00:00Z",
                "2025-02-01T11:00:00Z",
            ),
            event(
                "b",
                Some("Merger, again"),
                "2025-02-01T12:00:00Z",
                "2025-02-01T13:00:00Z",
            ),
        ];
        let told = |privacy| format!("{:?}", at(&events, "2025-02-01T10:00:00Z", privacy));
        let has = |privacy| {
            let told = told(privacy);
            (
                told.contains("Merger"),
                told.contains("Ada"),
                told.contains("Some(7)"),
            )
        };
        assert_eq!(has(Privacy::Full), (true, true, true));
        assert_eq!(has(Privacy::OrganiserOnly), (false, true, false));
        assert_eq!(has(Privacy::BusyOnly), (false, false, false));
    }

    #[test]
    fn a_sign_without_current_information_claims_nothing() {
        let zone = TimeZone::UTC;
        let now = "2025-02-01T09:00:00Z".parse().unwrap();
        let state = no_information(facts(&zone, Privacy::Full), now);
        assert_eq!((state.status, state.next.len()), (Status::NoInformation, 0));
    }
}
