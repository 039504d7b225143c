//! Draws the default design on every panel in every state: `cargo run -p frame --example gallery -- FOLDER`.

use std::path::PathBuf;

use frame::{Bitmap, Meeting, Panel, Renderer, RoomState, Status, stale_block};
use jiff::civil::{Date, DateTime, date};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .ok_or("name a folder for the pictures")?,
    );
    std::fs::create_dir_all(&folder)?;
    let mut renderer = Renderer::new();
    for size in ["800x480", "400x300", "296x128", "1200x825"] {
        let panel: Panel = size.parse()?;
        for (name, state) in states() {
            std::fs::write(
                folder.join(format!("{size}-{name}.png")),
                renderer.render(&state, &panel).to_png(),
            )?;
        }
        let mut stale: Bitmap = renderer.render(&states()[0].1, &panel);
        let mark = renderer.stale_mark(&panel, date(2025, 1, 31).at(10, 42, 0, 0), today());
        let place = stale_block(&panel);
        stale.blit(&mark, place.x, place.y);
        std::fs::write(folder.join(format!("{size}-stale.png")), stale.to_png())?;
        let notice = renderer.notice(
            &panel,
            "Pairing code",
            &["ABCD-EFGH-JKMN-PQRS", "Type it in the portal under Hubs."],
        );
        std::fs::write(folder.join(format!("{size}-notice.png")), notice.to_png())?;
    }
    Ok(())
}

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
        all_day: false,
    }
}

fn states() -> Vec<(&'static str, RoomState)> {
    let next = vec![
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
    ];
    let day = vec![
        (at(9, 30), at(10, 30)),
        (at(10, 30), at(11, 30)),
        (at(11, 30), at(12, 10)),
        (at(12, 30), at(13, 0)),
        (at(17, 0), at(17, 30)),
    ];
    let booking = Some(frame::booking_url(
        "c_1884c8vh2f5kqi8jm8q2j3k9vr4a0@resource.calendar.google.com",
    ));
    let state = |room: &str, status, next: &[Meeting]| RoomState {
        room: room.into(),
        date: today(),
        status,
        next: next.to_vec(),
        day: day.clone(),
        booking: booking.clone(),
    };
    let busy = |title: &str, also| Status::Busy {
        meeting: meeting(title, at(10, 30), at(11, 30), "Sylvain Azarian"),
        also,
        until: at(11, 30),
    };
    vec![
        (
            "busy",
            state(
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
            state("K.1.105 (La Fontaine)", busy("Stand-up", 2), &next[..1]),
        ),
        (
            "accents",
            state(
                "Übungsraum Žižkov",
                busy("Čeština, Ελληνικά, Русский, Łódź — naïve façade", 0),
                &[],
            ),
        ),
        (
            "free",
            state(
                "UB2.147",
                Status::Free {
                    until: Some(at(12, 10)),
                },
                &next,
            ),
        ),
        (
            "free-tomorrow",
            state(
                "UB2.147",
                Status::Free {
                    until: Some(date(2025, 2, 3).at(9, 0, 0, 0)),
                },
                &[meeting(
                    "Monday round",
                    date(2025, 2, 3).at(9, 0, 0, 0),
                    date(2025, 2, 3).at(10, 0, 0, 0),
                    "Ann",
                )],
            ),
        ),
        (
            "free-all",
            state("UB2.147", Status::Free { until: None }, &[]),
        ),
        ("unknown", state("UB2.147", Status::NoInformation, &[])),
    ]
}
