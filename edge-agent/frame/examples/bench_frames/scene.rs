//! The room whose sign is drawn.

use frame::{Bitmap, Meeting, Panel, Renderer, RoomState, SignState, Status, booking_url, layouts};
use jiff::civil::{Date, DateTime, date};

const TODAY: Date = date(2025, 2, 1);

fn at(hour: i8, minute: i8) -> DateTime {
    TODAY.at(hour, minute, 0, 0)
}

fn meeting(title: String, start: DateTime, end: DateTime) -> Meeting {
    Meeting {
        title,
        start,
        end,
        organiser: Some("Sylvain Azarian".to_owned()),
        ..Meeting::default()
    }
}

/// The sign of a room on the layout for that panel.
pub(crate) fn draw(renderer: &mut Renderer, room: &RoomState, panel: &Panel) -> Bitmap {
    let state = SignState::of_room(room.clone());
    renderer.draw(layouts::default_for(panel), &state, panel)
}

fn room(name: String, status: Status, next: Vec<Meeting>) -> RoomState {
    RoomState {
        room: name,
        date: TODAY,
        status,
        next,
        day: (9..17)
            .map(|hour| (at(hour, 30), at(hour + 1, 30)))
            .collect(),
        booking: Some(booking_url(
            "c_1885lqoq2h5duhc2kq6u9ebt83kf4@resource.calendar.google.com",
        )),
        ..RoomState::default()
    }
}

fn status(title: String, until: DateTime) -> Status {
    Status::Busy {
        meeting: meeting(title, at(10, 30), until),
        also: 0,
        until,
    }
}

fn next(number: usize) -> Vec<Meeting> {
    vec![
        meeting(
            format!("M17 and OpenRTX: year {number}"),
            at(11, 30),
            at(12, 30),
        ),
        meeting(
            format!("The AFF3CT framework for building {number} numerical chains"),
            at(12, 30),
            at(13, 30),
        ),
        meeting("Closing words".to_owned(), at(14, 30), at(15, 0)),
    ]
}

/// A busy room whose titles are others each time.
pub(crate) fn busy(number: usize) -> RoomState {
    let title = format!("Using hardware accelerators for real-time DSP on {number} devices");
    room(
        "UB2.147".to_owned(),
        status(title, at(11, 30)),
        next(number),
    )
}

/// The same, and a quarter of an hour longer.
pub(crate) fn longer() -> RoomState {
    RoomState {
        status: status(
            "Using hardware accelerators for real-time DSP on 0 devices".to_owned(),
            at(11, 45),
        ),
        ..busy(0)
    }
}

/// The same, with another title of the same length.
pub(crate) fn renamed() -> RoomState {
    RoomState {
        status: status(
            "Designing antennas for small satellites, a practical talk".to_owned(),
            at(11, 30),
        ),
        ..busy(0)
    }
}

/// The same, and what comes next has moved up by one line.
pub(crate) fn shifted() -> RoomState {
    RoomState {
        next: next(0).split_off(1),
        ..busy(0)
    }
}

/// Nobody is in.
pub(crate) fn free() -> RoomState {
    room(
        "UB2.147".to_owned(),
        Status::Free {
            until: Some(at(14, 30)),
        },
        next(0).split_off(2),
    )
}

/// What a room's sign says one after the other: eight meetings, with a pause after each.
pub(crate) fn day(number: usize) -> Vec<RoomState> {
    let title = |hour: i8| format!("Meeting {hour} of project {}", number * 7 % 211);
    let meetings: Vec<Meeting> = (9..17)
        .map(|hour| meeting(title(hour), at(hour, 0), at(hour, 45)))
        .collect();
    let mut states = Vec::new();
    for (index, current) in meetings.iter().enumerate() {
        let name = format!("Room {number}");
        let coming = meetings[index..].to_vec();
        let free = Status::Free {
            until: Some(current.start),
        };
        states.push(room(name.clone(), free, coming.clone()));
        let busy = Status::Busy {
            meeting: current.clone(),
            also: 0,
            until: current.end,
        };
        states.push(room(name, busy, coming[1..].to_vec()));
    }
    states.push(room(
        format!("Room {number}"),
        Status::Free { until: None },
        Vec::new(),
    ));
    states
}
