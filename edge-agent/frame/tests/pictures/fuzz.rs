//! Layouts that nobody would write: whatever comes is read in bounded time, and drawn or refused in a sentence.
//!
//! `tests/corpus/layouts` keeps what once went wrong, or looked as if it could. The test for `soak` makes more of it from the
//! same seeds for a minute.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use frame::{Document, Panel, Renderer, SignState};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::scene;

/// More items than any sheet draws.
const MANY: usize = 10_000;
/// A layout, however bad, takes less than this to read and draw, even on a busy machine without optimisation.
const LONGEST: Duration = Duration::from_secs(60);

/// The texts of `tests/corpus/layouts` and `tests/documents`.
fn seeds() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut seeds = Vec::new();
    for folder in ["corpus/layouts", "documents"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = std::fs::read(&path).unwrap();
            seeds.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    seeds.sort();
    seeds
}

/// Reads a text and, if it is a layout, draws it and reads what it writes.
fn survives(text: &str, state: &SignState) -> bool {
    let Ok((document, warnings)) = Document::parse(text) else {
        return false;
    };
    assert!(warnings.len() <= 101, "{} warnings", warnings.len());
    let panel: Panel = "400x300-bwr".parse().unwrap();
    let picture = Renderer::new().draw(&document, state, &panel);
    assert_eq!((picture.width(), picture.height()), (400, 300));
    let again = Document::parse(&document.to_json());
    // Writing adds white space, which can only matter to what is almost too long.
    if let Ok((again, _)) = again {
        assert_eq!(
            again.to_json(),
            document.to_json(),
            "writing is no fixed point of {text}"
        );
    }
    true
}

#[test]
fn the_corpus_is_read_and_drawn() {
    let state = SignState::of_room(scene::busy("Stand-up"));
    for (name, text) in seeds() {
        let begun = Instant::now();
        let drawn = survives(&text, &state);
        assert_eq!(drawn, !name.starts_with("refused"), "{name}");
        assert!(
            begun.elapsed() < LONGEST,
            "{name} took {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn ten_thousand_items_are_drawn_as_far_as_a_sheet_goes() {
    let item = json!({"type": "RECTANGLE", "data": {"fillPattern": "INTERLEAVE", "fillColor": "BLACK",
        "block": {"x": 0, "y": 0, "w": 4000, "h": 4000}}});
    let layout = json!({"items": vec![item; MANY]}).to_string();
    let begun = Instant::now();
    let (document, warnings) = Document::parse(&layout).unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].path == "items[1000]" && warnings[0].text.contains("at most 1000"),
        "{warnings:?}"
    );
    let written: Value = serde_json::from_str(&document.to_json()).unwrap();
    assert_eq!(
        written["items"].as_array().unwrap().len(),
        MANY,
        "all are kept"
    );
    let panel: Panel = "1872x1404".parse().unwrap();
    let picture = Renderer::new().draw(&document, &SignState::default(), &panel);
    assert!(picture.get(0, 0) && !picture.get(1, 0));
    assert!(begun.elapsed() < LONGEST, "took {:?}", begun.elapsed());
}

#[test]
fn stacks_in_stacks_end_somewhere() {
    let mut item = json!({"type": "RECTANGLE", "data": {"fillColor": "BLACK", "block": {"h": 10}}});
    for _ in 0..20 {
        item = json!({"type": "STACK", "data": {"block": {}, "items": [item]}});
    }
    let (_, warnings) = Document::parse(&json!({"items": [item]}).to_string()).unwrap();
    assert!(
        warnings
            .iter()
            .any(|warning| warning.text.contains("more than 8 stacks")),
        "{warnings:?}"
    );
    let deep = format!(
        "{}{}",
        "{\"layout\":".repeat(400),
        "1".to_owned() + &"}".repeat(400)
    );
    assert!(Document::parse(&deep).is_err());
}

/// JSON of any kind, with the words of layouts in likely places.
fn value() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(vec![
        "TEXT",
        "STACK",
        "EVENTS",
        "DAY_BAR",
        "DIRECTORY",
        "QRCODE",
        "CIRCLE",
        "LINE",
        "RECTANGLE",
        "IMAGE",
        "BUSY",
        "busy",
        "!private",
        "RED",
        "ACCENT",
        "100%",
        "100% - 24",
        "-50%",
        "{title}",
        "{next.1.time}",
        "DDIN_32",
        "NONE",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-40..500_i32).prop_map(Value::from),
        word.prop_map(Value::from),
        crate::properties::words().prop_map(Value::from),
    ];
    let key = proptest::sample::select(vec![
        "type",
        "data",
        "items",
        "block",
        "x",
        "y",
        "w",
        "h",
        "text",
        "template",
        "size",
        "minSize",
        "when",
        "status",
        "background",
        "rectangle",
        "layout",
        "canvas",
        "stale",
        "position",
        "scale",
        "version",
        "center",
        "radius",
        "offset",
        "maxLines",
        "gap",
        "fillColor",
        "strokeThickness",
        "count",
        "direction",
        "list",
        "options",
    ]);
    leaf.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((key.clone(), inner), 0..8).prop_map(|pairs| {
                Value::Object(
                    pairs
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect::<Map<_, _>>(),
                )
            }),
        ]
    })
}

/// A layout whose items are right at first sight and anything inside.
fn layout() -> impl Strategy<Value = Value> {
    let kind = proptest::sample::select(vec![
        "TEXT",
        "STACK",
        "EVENTS",
        "DAY_BAR",
        "DIRECTORY",
        "QRCODE",
        "CIRCLE",
        "LINE",
        "RECTANGLE",
        "BOTTOM_CUSTOM_BUTTONS",
    ]);
    let item = (kind, value(), value(), value()).prop_map(|(kind, data, block, size)| {
        let mut data = match data {
            Value::Object(map) => map,
            other => Map::from_iter([("text".to_owned(), other)]),
        };
        data.entry("block").or_insert(block);
        data.entry("size").or_insert(size);
        json!({"type": kind, "data": data})
    });
    let items = proptest::collection::vec(item, 0..6);
    (items, value())
        .prop_map(|(items, background)| json!({"background": background, "items": items}))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_read_and_what_is_a_layout_is_drawn(value in prop_oneof![value(), layout()]) {
        survives(&value.to_string(), &SignState::of_room(scene::busy("Stand-up")));
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        survives(&text, &SignState::default());
    }

    #[test]
    fn a_layout_with_a_piece_torn_out_is_read(which in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), length in 0..200_usize) {
        let seeds = seeds();
        survives(&torn(&which.get(&seeds).1, from, length), &SignState::default());
    }
}

fn torn(text: &str, from: prop::sample::Index, length: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let from = from.index(characters.len().max(1));
    let kept = characters[..from]
        .iter()
        .chain(characters.iter().skip(from + length));
    kept.collect()
}

/// Runs as long as `PLACARD_SOAK_SECONDS` says: `infra/dev soak` lets it run for a minute.
#[test]
#[ignore = "takes a minute; infra/dev soak runs it"]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs the test"
)]
fn soak_the_reader_of_layouts() {
    let seconds = std::env::var("PLACARD_SOAK_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    let (begun, mut runner, seeds) = (Instant::now(), TestRunner::default(), seeds());
    let state = SignState::of_room(scene::busy("Stand-up"));
    let (layouts, pieces) = (
        layout(),
        (
            any::<prop::sample::Index>(),
            any::<prop::sample::Index>(),
            0..400_usize,
        ),
    );
    let (mut read, mut drawn) = (0_u64, 0_u64);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let made = layouts.new_tree(&mut runner).unwrap().current().to_string();
        let (which, from, length) = pieces.new_tree(&mut runner).unwrap().current();
        for text in [made, torn(&which.get(&seeds).1, from, length)] {
            let one = Instant::now();
            read += 1;
            drawn += u64::from(survives(&text, &state));
            assert!(one.elapsed() < LONGEST, "{:?} for {text}", one.elapsed());
        }
    }
    println!("{read} texts read, {drawn} of them drawn");
    assert!(
        drawn > 0 && drawn < read,
        "some are layouts and some are not"
    );
}
