//! How long a frame takes: prints one line, a JSON array of `{name, ours, unit, n}`.
//!
//! `cargo run --release -p frame --example bench_frames`

use std::time::{Duration, Instant};

use frame::{Meeting, Panel, Renderer, RoomState, Status, booking_url};
use jiff::civil::date;

/// Frames measured warm.
const WARM: usize = 2000;
/// Renderers started from nothing.
const COLD: usize = 20;

fn main() {
    let panel: Panel = "800x480".parse().expect("a hardcoded panel");
    let mut cold: Vec<Duration> = (0..COLD)
        .map(|_| {
            let begun = Instant::now();
            Renderer::new().render(&state(0), &panel);
            begun.elapsed()
        })
        .collect();
    let mut renderer = Renderer::new();
    // Warm means that the letters are known; the words are new for every frame.
    for number in 0..50 {
        renderer.render(&state(number), &panel);
    }
    let mut warm: Vec<Duration> = (0..WARM)
        .map(|number| {
            let state = state(number);
            let begun = Instant::now();
            renderer.render(&state, &panel);
            begun.elapsed()
        })
        .collect();
    cold.sort();
    warm.sort();
    let lines = [
        line("frame.warm.p50@800x480", &warm, 50),
        line("frame.warm.p99@800x480", &warm, 99),
        line("frame.cold.p50@800x480", &cold, 50),
    ];
    println!("[{}]", lines.join(","));
}

/// A busy room whose title is another one each time.
fn state(number: usize) -> RoomState {
    let today = date(2025, 2, 1);
    let at = |hour| today.at(hour, 30, 0, 0);
    let meeting = |title: String, start, end| Meeting {
        title,
        start,
        end,
        organiser: Some("Sylvain Azarian".to_owned()),
        all_day: false,
    };
    RoomState {
        room: "UB2.147".to_owned(),
        date: today,
        status: Status::Busy {
            meeting: meeting(
                format!("Using hardware accelerators for real-time DSP on {number} devices"),
                at(10),
                at(11),
            ),
            also: 0,
            until: at(11),
        },
        next: vec![
            meeting(format!("M17 and OpenRTX: year {number}"), at(11), at(12)),
            meeting(
                format!("The AFF3CT framework for building {number} numerical chains"),
                at(12),
                at(13),
            ),
        ],
        day: (9..17).map(|hour| (at(hour), at(hour + 1))).collect(),
        booking: Some(booking_url(
            "c_1885lqoq2h5duhc2kq6u9ebt83kf4@resource.calendar.google.com",
        )),
    }
}

fn line(name: &str, sorted: &[Duration], percentile: usize) -> String {
    let index = (sorted.len() * percentile / 100).min(sorted.len() - 1);
    let micros = sorted[index].as_secs_f64() * 1e6;
    format!(
        r#"{{"name":"{name}","ours":{micros:.0},"unit":"us","n":{}}}"#,
        sorted.len()
    )
}
