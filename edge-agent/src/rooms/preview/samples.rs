//! Made-up rooms on a made-up morning, for previews.

use edge_api::layouts::Sample;
use frame::{Announcement, Directory, Meeting, OutOfOrder, RoomState, SignState, Status};
use jiff::civil::{Date, DateTime, date};

/// A Monday.
fn today() -> Date {
    date(2026, 11, 23)
}

fn at(hour: i8, minute: i8) -> DateTime {
    today().at(hour, minute, 0, 0)
}

fn meeting(title: &str, organiser: &str, from: DateTime, until: DateTime) -> Meeting {
    Meeting {
        title: title.to_owned(),
        organiser: Some(organiser.to_owned()),
        attendees: Some(6),
        start: from,
        end: until,
        ..Meeting::default()
    }
}

fn room(name: &str, status: Status) -> RoomState {
    let next = vec![
        meeting("Budget 2027", "Grace Hopper", at(13, 0), at(14, 0)),
        meeting("Interview", "Alan Turing", at(15, 30), at(16, 15)),
    ];
    let mut day: Vec<_> = next.iter().map(|next| (next.start, next.end)).collect();
    if let Status::Busy { meeting, until, .. } = &status {
        day.insert(0, (meeting.start, *until));
    }
    RoomState {
        room: name.to_owned(),
        date: today(),
        status,
        next,
        day,
        booking: Some(frame::booking_url("alder@resource.calendar.google.com")),
        ..RoomState::default()
    }
}

fn busy(meeting: Meeting) -> Status {
    Status::Busy {
        until: meeting.end,
        also: 0,
        meeting,
    }
}

fn planning() -> Status {
    busy(meeting(
        "Quarterly planning",
        "Ada Lovelace",
        at(10, 0),
        at(11, 30),
    ))
}

fn free() -> Status {
    Status::Free {
        until: Some(at(13, 0)),
    }
}

pub(super) fn state(sample: Sample) -> SignState {
    let of = |status| SignState::of_room(room("Alder", status));
    match sample {
        Sample::Busy => of(planning()),
        Sample::Free => of(free()),
        Sample::Private => of(busy(Meeting {
            title: String::new(),
            organiser: None,
            attendees: None,
            private: true,
            ..meeting("", "", at(10, 0), at(11, 30))
        })),
        Sample::Crowded => {
            let title =
                "Steering committee of the programme for the renovation of the eastern annexe";
            let crowd = Meeting {
                attendees: Some(48),
                ..meeting(
                    title,
                    "Bartholomew Featherstonehaugh",
                    at(9, 30),
                    at(12, 45),
                )
            };
            SignState {
                battery_low: true,
                ..of(Status::Busy {
                    until: crowd.end,
                    meeting: crowd,
                    also: 2,
                })
            }
        }
        Sample::NoInformation => SignState::of_room(RoomState {
            next: Vec::new(),
            day: Vec::new(),
            ..room("Alder", Status::NoInformation)
        }),
        Sample::OutOfOrder => SignState {
            out_of_order: Some(OutOfOrder {
                reason: "The air conditioning is being repaired".to_owned(),
                until: Some(today().tomorrow().unwrap_or(today()).at(8, 0, 0, 0)),
            }),
            ..of(free())
        },
        Sample::Announcement => SignState {
            announcement: Some(Announcement {
                title: "Fire drill at noon".to_owned(),
                text: "Leave by the stairs.\nMeet in the car park.".to_owned(),
                until: Some(at(12, 30)),
            }),
            ..of(free())
        },
        Sample::Directory => SignState {
            date: today(),
            directory: Some(Directory {
                title: "Second floor".to_owned(),
                from: at(10, 0),
                rooms: [
                    ("Alder", planning()),
                    ("Birch", free()),
                    ("Cedar", Status::Free { until: None }),
                ]
                .into_iter()
                .map(|(name, status)| room(name, status))
                .collect(),
            }),
            ..SignState::default()
        },
    }
}
