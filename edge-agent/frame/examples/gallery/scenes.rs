//! Rooms at moments worth looking at.

use frame::{Announcement, Directory, Meeting, OutOfOrder, RoomState, SignState, Status};
use jiff::civil::{Date, DateTime, date};

/// The languages that signs speak.
pub(crate) const LANGUAGES: &[&str] = &[
    "en", "de", "fr", "es", "it", "nl", "pl", "ar", "ja", "zh-Hans",
];

fn today() -> Date {
    date(2025, 2, 1)
}

fn at(hour: i8, minute: i8) -> DateTime {
    today().at(hour, minute, 0, 0)
}

fn meeting(title: &str, start: DateTime, end: DateTime, organiser: &str) -> Meeting {
    Meeting {
        title: title.into(),
        start,
        end,
        organiser: Some(organiser.into()),
        attendees: Some(6),
        ..Meeting::default()
    }
}

fn room(name: &str, status: Status, next: &[Meeting]) -> RoomState {
    RoomState {
        room: name.into(),
        date: today(),
        status,
        next: next.to_vec(),
        day: vec![
            (at(9, 30), at(10, 30)),
            (at(10, 30), at(11, 30)),
            (at(11, 30), at(12, 10)),
            (at(12, 30), at(13, 0)),
            (at(17, 0), at(19, 30)),
        ],
        booking: Some(frame::booking_url(
            "c_1884c8vh2f5kqi8jm8q2j3k9vr4a0@resource.calendar.google.com",
        )),
        ..RoomState::default()
    }
}

fn busy(title: &str, also: usize) -> Status {
    Status::Busy {
        meeting: meeting(title, at(10, 30), at(11, 30), "Sylvain Azarian"),
        also,
        until: at(11, 30),
    }
}

fn coming() -> Vec<Meeting> {
    vec![
        meeting(
            "M17 and OpenRTX: one year later",
            at(11, 30),
            at(12, 10),
            "Silvano Seva",
        ),
        meeting(
            "The AFF3CT framework for building numerical radios",
            at(12, 30),
            at(13, 0),
            "Olivier Aumage",
        ),
        meeting("Closing", at(17, 0), at(17, 30), "Everybody"),
    ]
}

/// Every state of a room.
pub(crate) fn rooms(language: &str) -> Vec<(&'static str, SignState)> {
    let next = coming();
    let monday = date(2025, 2, 3);
    let on_monday = meeting(
        "Monday round",
        monday.at(9, 0, 0, 0),
        monday.at(10, 0, 0, 0),
        "Ann",
    );
    let mut private = room("UB2.147", busy("Salaries", 0), &next);
    if let Status::Busy { meeting, .. } = &mut private.status {
        meeting.private = true;
        meeting.organiser = None;
    }
    let mut all_day = room("UB2.147", busy("Refurbishment", 0), &[]);
    if let Status::Busy { meeting, until, .. } = &mut all_day.status {
        meeting.all_day = true;
        *until = monday.at(0, 0, 0, 0);
    }
    let states = vec![
        (
            "busy",
            room(
                "UB2.147",
                busy(
                    "Using AI hardware accelerators for real-time DSP on embedded devices",
                    0,
                ),
                &next,
            ),
        ),
        (
            "short",
            room("K.1.105 (La Fontaine)", busy("Stand-up", 2), &next[..1]),
        ),
        (
            "endless",
            room(
                "The Ada Lovelace Memorial Meeting Room",
                busy(
                    "Quarterly planning with everyone from research, development, sales, support, legal, facilities and \
                     the whole of the supervisory board, second part",
                    0,
                ),
                &next,
            ),
        ),
        (
            "word",
            room(
                "UB2.147",
                busy("Donaudampfschifffahrtsgesellschaftskapitän", 0),
                &next,
            ),
        ),
        (
            "accents",
            room(
                "Übungsraum Žižkov",
                busy("Čeština, Ελληνικά, Русский, Łódź — naïve façade", 0),
                &[],
            ),
        ),
        (
            "bidi",
            room(
                "קומה שנייה",
                busy("שלום עולם, اجتماع الفريق 2025", 0),
                &next,
            ),
        ),
        ("private", private),
        ("all-day", all_day),
        (
            "free",
            room(
                "UB2.147",
                Status::Free {
                    until: Some(at(12, 10)),
                },
                &next,
            ),
        ),
        (
            "free-tomorrow",
            room(
                "UB2.147",
                Status::Free {
                    until: Some(monday.at(9, 0, 0, 0)),
                },
                &[on_monday],
            ),
        ),
        (
            "free-all",
            room("UB2.147", Status::Free { until: None }, &[]),
        ),
        ("unknown", room("UB2.147", Status::NoInformation, &[])),
    ];
    let mut states: Vec<(&str, SignState)> = states
        .into_iter()
        .map(|(name, room)| (name, SignState::of_room(room)))
        .collect();
    for name in ["busy", "free"] {
        let found = states
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, state)| state.clone());
        let low = SignState {
            battery_low: true,
            ..found.unwrap_or_default()
        };
        states.push((
            if name == "busy" {
                "busy-battery"
            } else {
                "free-battery"
            },
            low,
        ));
    }
    for (_, state) in &mut states {
        language.clone_into(&mut state.locale);
    }
    states
}

/// States of the layouts that are no room's sign, by the layout's name.
pub(crate) fn others(language: &str) -> Vec<(&'static str, SignState)> {
    let named = room("UB2.147", Status::Free { until: None }, &[]);
    let base = SignState {
        locale: language.to_owned(),
        ..SignState::of_room(named.clone())
    };
    let directory = Directory {
        title: "Second floor".to_owned(),
        from: at(10, 0),
        rooms: vec![
            room(
                "UB2.147",
                busy("Using AI hardware accelerators", 0),
                &coming(),
            ),
            room(
                "K.1.105 (La Fontaine)",
                Status::Free {
                    until: Some(at(12, 30)),
                },
                &coming()[1..],
            ),
            room("Übungsraum Žižkov", Status::Free { until: None }, &[]),
            room("Janson", busy("Keynote", 0), &coming()[2..]),
            room("H.1302 (Depage)", Status::NoInformation, &[]),
            named,
        ],
    };
    vec![
        ("lobby", SignState { room: None, directory: Some(directory), ..base.clone() }),
        (
            "announcement",
            SignState {
                announcement: Some(Announcement {
                    title: "Fire drill this afternoon".to_owned(),
                    text: "Please leave the building by the nearest stairs when the alarm sounds.\nDo not use the lifts."
                        .to_owned(),
                    until: Some(at(15, 0)),
                }),
                ..base.clone()
            },
        ),
        (
            "out-of-order",
            SignState {
                out_of_order: Some(OutOfOrder {
                    reason: "The projector is being replaced.".to_owned(),
                    until: Some(date(2025, 2, 4).at(8, 0, 0, 0)),
                }),
                ..base
            },
        ),
    ]
}
