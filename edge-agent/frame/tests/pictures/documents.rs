//! Layouts as they come from elsewhere: every shape and dialect is read, drawn and written again.

use std::path::PathBuf;

use frame::{Document, DocumentError, Panel, Renderer, SignState};
use serde_json::{Value, json};

use crate::scene;

/// Every document beside the tests: its name, its text, and the panel that it is for.
fn documents() -> Vec<(String, String, Panel)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(
        files.len() >= 6,
        "one for each shape, and the oldest dialect"
    );
    let read = |file: PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let size = match &name {
            name if name.contains("7in5") => "800x480",
            name if name.contains("2in9") => "296x128",
            _ => "400x300",
        };
        (
            name,
            std::fs::read_to_string(&file).unwrap(),
            size.parse().unwrap(),
        )
    };
    files.into_iter().map(read).collect()
}

fn parse(value: &Value) -> (Document, Vec<String>) {
    let (document, warnings) = Document::parse(&value.to_string()).unwrap();
    (document, warnings.iter().map(ToString::to_string).collect())
}

fn draw(document: &Document, state: &SignState, size: &str) -> frame::Bitmap {
    Renderer::new().draw(document, state, &size.parse().unwrap())
}

#[test]
fn writing_a_layout_again_changes_nothing() {
    for (name, text, _) in documents() {
        let (first, _) = Document::parse(&text).unwrap();
        let (second, _) = Document::parse(&first.to_json()).unwrap();
        assert_eq!(first.to_json(), second.to_json(), "{name}");
    }
}

#[test]
fn every_shape_is_drawn_for_a_busy_and_a_free_room() {
    for (name, text, panel) in documents() {
        let (document, _) = Document::parse(&text).unwrap();
        for (state, room) in [("busy", scene::busy("Stand-up")), ("free", scene::free())] {
            let picture = Renderer::new().draw(&document, &SignState::of_room(room), &panel);
            assert_ne!(
                picture,
                frame::Bitmap::for_panel(&panel),
                "{name} shows nothing when {state}"
            );
            crate::goldens::compare(&format!("document-{name}-{state}"), &panel, &picture);
        }
    }
}

#[test]
fn old_names_become_the_ones_in_use() {
    let text = documents()
        .into_iter()
        .find(|(name, ..)| name == "c-batch-legacy")
        .unwrap()
        .1;
    let (document, warnings) = Document::parse(&text).unwrap();
    let written: Value = serde_json::from_str(&document.to_json()).unwrap();
    let second = &written[1]["layout"];
    let rectangle = &second["background"]["rectangle"];
    assert_eq!(
        (&rectangle["strokeThickness"], &rectangle["strokeColor"]),
        (&json!(2), &json!("BLACK"))
    );
    let title = &second["items"][0]["data"];
    assert_eq!(title["text"], "OLD STYLE");
    assert_eq!(title["textColor"], "BLACK");
    assert_eq!(title["textAlign"], "CENTER");
    assert_eq!(title["font"], "YANONE_KAFFEESATZ_44_B");
    let dashed = &second["items"][1]["data"];
    assert_eq!(
        (&dashed["fillColor"], &dashed["fillPattern"]),
        (&json!("BLACK"), &json!("DASH_MEDIUM"))
    );
    assert_eq!(second["options"]["pollRate"], 10000);
    assert_eq!(
        second["items"].as_array().unwrap().len(),
        2,
        "the interval is no item any more"
    );
    assert_eq!(
        written[0]["nodeId"], "0011223344556677",
        "the container stays"
    );
    let paths: Vec<&str> = warnings
        .iter()
        .map(|warning| warning.path.as_str())
        .collect();
    assert!(paths.contains(&"[1].layout.options.pollRate"), "{paths:?}");
    assert!(
        paths.contains(&"[0].layout.items[2].data.font"),
        "{paths:?}"
    );
    assert_eq!(
        document.pictures(),
        [
            "http://10.0.0.5:8080/media/plan-black.bmp?v=3",
            "http://10.0.0.5:8080/media/plan-red.bmp?v=3"
        ]
    );
}

#[test]
fn what_is_not_known_is_kept_and_named() {
    let text = documents()
        .into_iter()
        .find(|(name, ..)| name == "a-trailing-commas")
        .unwrap()
        .1;
    let (document, warnings) = Document::parse(&text).unwrap();
    let written: Value = serde_json::from_str(&document.to_json()).unwrap();
    assert_eq!(written["shelf"], "kept");
    assert_eq!(written["items"][7]["data"]["depth"], 3);
    let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(
        told.iter()
            .any(|one| one == "items[7].type: `HOLOGRAM` is not known; it is kept and not drawn"),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|one| one.starts_with("items[6]: controls a light")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|one| one.starts_with("shelf: is not known")),
        "{told:?}"
    );
}

#[test]
fn reserved_ids_are_filled_and_others_are_left_alone() {
    let text = |id: &str| {
        json!({"items": [{"type": "TEXT", "data": {"id": id, "text": "Placeholder", "font": "DDIN_32",
            "block": {"x": 0, "y": 0, "w": 400, "h": 40}}}]})
    };
    let drawn = |value: &Value, title: &str| {
        draw(
            &parse(value).0,
            &SignState::of_room(scene::busy(title)),
            "400x300",
        )
    };
    let (title, other) = (text("ONGOING_EVENT_SUMMARY"), text("FOOTNOTE"));
    assert_ne!(drawn(&title, "One"), drawn(&title, "Two"));
    assert_eq!(drawn(&other, "One"), drawn(&other, "Two"));
    assert_ne!(drawn(&other, "One"), drawn(&title, "One"));
}

#[test]
fn wrong_values_are_named_and_the_rest_is_drawn() {
    let layout = json!({"items": [
        {"type": "TEXT", "data": {"text": "A", "font": 7, "textColor": "MAUVE", "lineSpace": -4, "maxLines": 1e12,
            "block": {"x": "left", "y": -1e300, "w": -5, "h": 40}}},
        {"type": "TEXT", "data": {"text": ["not", "a", "text"], "block": []}},
        "not an item",
        {"type": "CIRCLE", "data": {"radius": 8}},
        {"type": "RECTANGLE", "data": {"fillColor": "BLACK", "block": {"x": 0, "y": 0, "w": 1e300, "h": 1e300}}}
    ]});
    let (document, warnings) = parse(&layout);
    for path in [
        "items[0].data.font:",
        "items[0].data.textColor: \"MAUVE\" is not one of",
        "items[0].data.lineSpace: is negative",
        "items[0].data.maxLines:",
        "items[0].data.block.x: \"left\" is not a length",
        "items[0].data.block.w: is negative",
        "items[1].data.text: a list is not a text",
        "items[2]: is not an object",
        "items[3].data: has no `center`",
    ] {
        assert!(
            warnings.iter().any(|one| one.starts_with(path)),
            "{path} in {warnings:#?}"
        );
    }
    let picture = draw(&document, &SignState::default(), "400x300");
    assert!(
        (0..300).all(|y| picture.get(399, y)),
        "the black rectangle covers the panel"
    );
}

#[test]
fn what_is_no_layout_is_refused_in_a_sentence() {
    for (text, part) in [
        ("", "not JSON"),
        ("{\"a\": 1}", "no layout in it"),
        ("[]", "no layout in it"),
        ("7", "no layout in it"),
        ("{\"layout\": {\"items\": 3}}", "no layout in it"),
    ] {
        let error = Document::parse(text).unwrap_err();
        assert!(error.to_string().starts_with(part), "{text}: {error}");
    }
    let ten_megabytes = format!("{{\"items\": [\"{}\"]}}", "x".repeat(10 << 20));
    assert!(matches!(
        Document::parse(&ten_megabytes),
        Err(DocumentError::TooLong { .. })
    ));
}

#[test]
fn older_large_displays_are_scaled_to_the_ones_of_today() {
    let layout = json!({"items": [{"type": "RECTANGLE", "data": {"fillColor": "BLACK", "strokeThickness": 0,
        "block": {"x": 0, "y": 264, "w": 880, "h": 264}}}]});
    let (document, warnings) = parse(&layout);
    assert!(
        warnings.iter().any(|one| one.contains("880×528")),
        "{warnings:?}"
    );
    let picture = draw(&document, &SignState::default(), "800x480");
    assert!(!picture.get(0, 239) && picture.get(799, 240) && picture.get(799, 479));
}

#[test]
fn a_layout_that_says_nothing_of_a_state_is_helped_out_honestly() {
    let template = json!({"layout": [
        {"status": "BUSY", "items": []},
        {"status": "FREE", "items": [{"type": "TEXT", "data": {"text": "Free", "block": {"w": 100, "h": 40}}}]}
    ]});
    let (document, _) = parse(&template);
    let panel: Panel = "400x300".parse().unwrap();
    let unknown = SignState::of_room(scene::unknown());
    let mut renderer = Renderer::new();
    assert_eq!(
        renderer.draw(&document, &unknown, &panel),
        renderer.draw(frame::layouts::default_for(&panel), &unknown, &panel)
    );
    let drill = SignState {
        announcement: Some(scene::announcement()),
        ..SignState::of_room(scene::free())
    };
    assert_ne!(
        renderer.draw(&document, &drill, &panel),
        renderer.draw(&document, &SignState::of_room(scene::free()), &panel)
    );
}
