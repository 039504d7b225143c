//! Files that a person might upload, good ones and harmful ones: each `good-…` is drawn and each `bad-…` refused, all
//! of them in no time.

use std::path::Path;
use std::time::{Duration, Instant};

use frame::{Images, Palette};

/// What the slowest of them may take where everything is slow.
const LONGEST: Duration = Duration::from_secs(5);

#[test]
fn every_file_of_the_corpus_is_drawn_or_refused_in_time() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/images");
    let mut seen = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = std::fs::read(&path).unwrap();
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
