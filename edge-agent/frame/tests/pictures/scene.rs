//! Rooms at moments worth looking at.

use frame::{Meeting, Panel, RoomState, Status, booking_url};
use jiff::civil::{Date, DateTime, date};

/// A Saturday.
pub(crate) const TODAY: Date = date(2025, 2, 1);

/// An address as long as Google's are.
const ADDRESS: &str = "c_1885lqoq2h5duhc2kq6u9ebt83kf4@resource.calendar.google.com";

/// The three panels that the designs are drawn for.
pub(crate) fn panels() -> [Panel; 3] {
    ["800x480", "400x300", "296x128"].map(|size| size.parse().unwrap())
}

/// A time of today.
pub(crate) fn at(hour: i8, minute: i8) -> DateTime {
    TODAY.at(hour, minute, 0, 0)
}

pub(crate) fn meeting(title: &str, start: DateTime, end: DateTime) -> Meeting {
    Meeting {
        title: title.to_owned(),
        start,
        end,
        organiser: None,
        all_day: false,
    }
}

fn room(status: Status) -> RoomState {
    RoomState {
        room: "UB2.147".to_owned(),
        date: TODAY,
        status,
        next: vec![
            meeting("M17 and OpenRTX: one year later", at(11, 30), at(12, 10)),
            meeting(
                "The AFF3CT framework for building numerical chains",
                at(12, 30),
                at(13, 0),
            ),
        ],
        day: vec![(at(9, 30), at(10, 30)), (at(10, 30), at(11, 30))],
        booking: Some(booking_url(ADDRESS)),
    }
}

/// A meeting with that title is on until half past eleven.
pub(crate) fn busy(title: &str) -> RoomState {
    let mut on = meeting(title, at(10, 30), at(11, 30));
    on.organiser = Some("Sylvain Azarian".to_owned());
    room(Status::Busy {
        meeting: on,
        also: 0,
        until: at(11, 30),
    })
}

pub(crate) fn busy_with_others() -> RoomState {
    let mut state = busy("Stand-up");
    if let Status::Busy { also, .. } = &mut state.status {
        *also = 1;
    }
    state
}

pub(crate) fn all_day() -> RoomState {
    let mut on = meeting("Refurbishment", at(0, 0), date(2025, 2, 3).at(0, 0, 0, 0));
    on.all_day = true;
    let mut state = room(Status::Busy {
        until: on.end,
        meeting: on,
        also: 0,
    });
    state.next = vec![];
    state
}

pub(crate) fn free() -> RoomState {
    room(Status::Free {
        until: Some(at(11, 30)),
    })
}

/// Nothing today, something on Monday.
pub(crate) fn free_until_another_day() -> RoomState {
    let monday = date(2025, 2, 3);
    let mut state = room(Status::Free {
        until: Some(monday.at(9, 0, 0, 0)),
    });
    state.next = vec![meeting(
        "Planning",
        monday.at(9, 0, 0, 0),
        monday.at(10, 0, 0, 0),
    )];
    state.day = vec![];
    state
}

pub(crate) fn unknown() -> RoomState {
    let mut state = room(Status::NoInformation);
    state.next = vec![];
    state.day = vec![];
    state
}
