//! Files that a person might upload, good ones and harmful ones: each `good-…` is drawn and each `bad-…` refused, all
//! of them in no time. The test for `soak` damages them in every way for a minute.

use std::path::Path;
use std::time::{Duration, Instant};

use frame::{Images, Palette};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What the slowest of them may take where everything is slow.
const LONGEST: Duration = Duration::from_secs(5);

/// The files of `tests/corpus/images` with their names.
fn files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/images");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_file_of_the_corpus_is_drawn_or_refused_in_time() {
    let mut seen = (0, 0);
    for (name, file) in files() {
        for palette in Palette::ALL {
            let begun = Instant::now();
            let drawn = Images::default().picture(&file, 200, 100, *palette);
            assert!(
                begun.elapsed() < LONGEST,
                "{name} took {:?}",
                begun.elapsed()
            );
            match (&drawn, name.starts_with("good-")) {
                (Ok(picture), true) => {
                    assert!(picture.width() <= 200 && picture.height() <= 100, "{name}");
                    seen.0 += 1;
                }
                (Err(error), false) => {
                    assert!(!error.to_string().is_empty());
                    seen.1 += 1;
                }
                _ => panic!("{name}: {drawn:?}"),
            }
        }
    }
    assert!(seen.0 > 50 && seen.1 > 50, "{seen:?}");
}

/// Damages a file as chance will: bytes are changed, cut out, doubled, or taken from another file.
fn damaged(runner: &mut TestRunner, files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let place = || any::<prop::sample::Index>();
    let strategy = (place(), place(), 1..6_usize);
    let (which, other, times) = strategy.new_tree(runner).unwrap().current();
    let (mut file, other) = (which.get(files).1.clone(), &other.get(files).1);
    for _ in 0..times {
        let strategy = (0..4_u8, place(), 0..64_usize, any::<u8>());
        let (way, at, length, byte) = strategy.new_tree(runner).unwrap().current();
        // Headers are where most can be wrong, so every second place lies there.
        let whole = file.len() + 1;
        let at = at.index(if byte & 1 == 0 { whole } else { whole.min(64) });
        let end = (at + length).min(file.len());
        match way {
            0 => file[at..end].iter_mut().for_each(|one| *one ^= byte),
            1 => drop(file.drain(at..end)),
            2 => {
                let again = file[at..end].to_vec();
                file.splice(at..at, again);
            }
            _ => {
                let from = at.min(other.len());
                let to = (from + length).min(other.len());
                file.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    file
}

/// Runs as long as `PLACARD_SOAK_SECONDS` says: `infra/dev soak` lets it run for a minute.
#[test]
#[ignore = "takes a minute; infra/dev soak runs it"]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs the test"
)]
fn soak_the_reader_of_pictures() {
    let seconds = std::env::var("PLACARD_SOAK_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    let (begun, mut runner, files) = (Instant::now(), TestRunner::default(), files());
    let (mut read, mut drawn) = (0_u64, 0_u64);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let file = damaged(&mut runner, &files);
        for palette in [Palette::BlackWhite, Palette::Grey4] {
            let one = Instant::now();
            let picture = Images::default().picture(&file, 200, 100, palette);
            assert!(one.elapsed() < LONGEST, "{:?} for {file:?}", one.elapsed());
            read += 1;
            if let Ok(picture) = picture {
                assert!(
                    picture.width() <= 200 && picture.height() <= 100,
                    "{file:?}"
                );
                drawn += 1;
            }
        }
    }
    println!("{read} pictures read, {drawn} of them drawn");
    assert!(
        drawn > 0 && drawn < read,
        "some are pictures and some are not"
    );
}
