//! How long a frame takes, and how small it becomes: prints one line, a JSON array of `{name, ours, unit, n}`.
//!
//! `infra/dev bench frames` runs it beside other renderers. By itself: `cargo run --release -p frame --example
//! bench_frames`; with `--svg FILE` it measures resvg on that drawing instead.

mod codecs;
mod scene;

use std::process::Command;
use std::time::{Duration, Instant};

use frame::{Panel, Renderer};

/// Frames measured warm.
const WARM: usize = 2000;
/// Processes started for the cold ones.
const COLD: usize = 20;
/// Rooms whose day is planned.
const ROOMS: usize = 1000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--cold"] => println!("{}", cold().as_nanos()),
        ["--svg", file] => println!("[{}]", resvg(file).join(",")),
        _ => println!("[{}]", all().join(",")),
    }
}

fn all() -> Vec<String> {
    let mut rows = Vec::new();
    for size in ["800x480", "800x480-bwr", "1872x1404"] {
        let panel: Panel = size.parse().expect("a hardcoded panel");
        let times = warm(&panel);
        let size = if size == "800x480" {
            "800x480-bw"
        } else {
            size
        };
        rows.push(time(&format!("warm.p50@{size}"), &times, 50));
        rows.push(time(&format!("warm.p99@{size}"), &times, 99));
    }
    let program = std::env::current_exe().expect("this program has a path");
    let mut colds: Vec<Duration> = (0..COLD)
        .map(|_| {
            let run = Command::new(&program).arg("--cold").output();
            let said = run.expect("this program starts again").stdout;
            let nanos = String::from_utf8_lossy(&said).trim().parse();
            Duration::from_nanos(nanos.expect("--cold prints nanoseconds"))
        })
        .collect();
    colds.sort();
    rows.push(time("cold.p50@800x480-bw", &colds, 50));
    rows.extend(codecs::rows());
    rows.push(day_plan());
    rows
}

/// The first frame of a process: fonts are read, every letter is new.
fn cold() -> Duration {
    let panel = Panel::black_white(800, 480);
    let begun = Instant::now();
    scene::draw(&mut Renderer::new(), &scene::busy(0), &panel);
    begun.elapsed()
}

/// Frames of a renderer that knows the letters; the words are new each time.
fn warm(panel: &Panel) -> Vec<Duration> {
    let mut renderer = Renderer::new();
    for number in 0..50 {
        scene::draw(&mut renderer, &scene::busy(number), panel);
    }
    let mut times: Vec<Duration> = (0..WARM)
        .map(|number| {
            let state = scene::busy(50 + number);
            let begun = Instant::now();
            std::hint::black_box(scene::draw(&mut renderer, &state, panel));
            begun.elapsed()
        })
        .collect();
    times.sort();
    times
}

/// Every frame of a day for many rooms: drawn, named, and packed against the one before.
fn day_plan() -> String {
    let panel = Panel::black_white(800, 480);
    let mut renderer = Renderer::new();
    let begun = Instant::now();
    let mut frames = 0;
    for room in 0..ROOMS {
        let mut before = None;
        for state in scene::day(room) {
            let picture = scene::draw(&mut renderer, &state, &panel);
            std::hint::black_box(picture.hash());
            std::hint::black_box(codecs::zstd(picture.rows(), before.as_deref()));
            before = Some(picture.rows().to_vec());
            frames += 1;
        }
    }
    row(
        "day_plan_1000_rooms_s",
        begun.elapsed().as_secs_f64(),
        "s",
        frames,
    )
}

/// The same screen as a drawing: read, drawn in grey, thresholded and packed.
fn resvg(file: &str) -> Vec<String> {
    use resvg::tiny_skia::{Pixmap, Transform};
    let text = std::fs::read_to_string(file).expect("the drawing can be read");
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let begun = Instant::now();
            let tree = resvg::usvg::Tree::from_str(&text, &resvg::usvg::Options::default());
            let tree = tree.expect("the drawing is an SVG");
            let (width, height) = (tree.size().width() as u32, tree.size().height() as u32);
            let mut pixels = Pixmap::new(width, height).expect("the drawing has a size");
            resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
            let rows: Vec<u8> = pixels
                .pixels()
                .chunks(8)
                .map(|eight| {
                    eight
                        .iter()
                        .fold(0, |byte, p| byte << 1 | u8::from(p.red() < 128))
                })
                .collect();
            std::hint::black_box(rows);
            begun.elapsed()
        })
        .collect();
    times.sort();
    vec![time("resvg.p50@800x480", &times, 50)]
}

/// A percentile of sorted times, in microseconds.
fn time(name: &str, sorted: &[Duration], percentile: usize) -> String {
    let index = (sorted.len() * percentile / 100).min(sorted.len() - 1);
    row(name, sorted[index].as_secs_f64() * 1e6, "us", sorted.len())
}

fn row(name: &str, value: f64, unit: &str, n: usize) -> String {
    format!(r#"{{"name":"{name}","ours":{value:.1},"unit":"{unit}","n":{n}}}"#)
}
