//! Rooms at moments worth looking at.

use frame::{
    Announcement, Directory, Meeting, OutOfOrder, Panel, RoomState, SignState, Status, booking_url,
};
use jiff::civil::{Date, DateTime, date};

/// A Saturday.
pub(crate) const TODAY: Date = date(2025, 2, 1);

/// An address as long as Google's are.
const ADDRESS: &str = "c_1885lqoq2h5duhc2kq6u9ebt83kf4@resource.calendar.google.com";

/// The panels that the layouts are drawn for, both ways up.
pub(crate) fn panels() -> [Panel; 6] {
    [
        "800x480", "400x300", "296x128", "480x800", "300x400", "128x296",
    ]
    .map(|size| size.parse().unwrap())
}

/// The same, and each lying one with red.
pub(crate) fn all_panels() -> Vec<Panel> {
    let red = ["800x480-bwr", "400x300-bwr", "296x128-bwr"].map(|size| size.parse().unwrap());
    panels().into_iter().chain(red).collect()
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
        ..Meeting::default()
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
        ..RoomState::default()
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

/// A text for everybody.
pub(crate) fn announcement() -> Announcement {
    Announcement {
        title: "Fire drill this afternoon".to_owned(),
        text: "Please leave the building by the nearest stairs when the alarm sounds.\nDo not use the lifts.".to_owned(),
        until: Some(at(15, 0)),
    }
}

pub(crate) fn announced() -> SignState {
    SignState {
        announcement: Some(announcement()),
        ..SignState::of_room(free())
    }
}

pub(crate) fn out_of_order() -> SignState {
    SignState {
        out_of_order: Some(OutOfOrder {
            reason: "The projector is being replaced.".to_owned(),
            until: Some(date(2025, 2, 4).at(8, 0, 0, 0)),
        }),
        ..SignState::of_room(free())
    }
}

pub(crate) fn lobby() -> SignState {
    let named = |name: &str, mut room: RoomState| {
        name.clone_into(&mut room.room);
        room
    };
    SignState {
        date: TODAY,
        directory: Some(Directory {
            title: "Second floor".to_owned(),
            from: at(10, 0),
            rooms: vec![
                busy("Stand-up"),
                named("K.1.105 (La Fontaine)", free()),
                named("Janson", free_until_another_day()),
                named("H.1302 (Depage)", unknown()),
            ],
        }),
        ..SignState::default()
    }
}

/// A private meeting with a low battery.
pub(crate) fn private() -> SignState {
    let mut room = busy("Salaries");
    if let Status::Busy { meeting, .. } = &mut room.status {
        meeting.private = true;
        meeting.organiser = None;
        meeting.attendees = Some(2);
    }
    SignState {
        battery_low: true,
        ..SignState::of_room(room)
    }
}
