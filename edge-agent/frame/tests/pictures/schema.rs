//! The schema says what layouts may be: all that Placard brings and all that it writes keep to it.

use std::path::PathBuf;

use frame::{Document, layouts};
use jsonschema::Validator;
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../layouts/placard-layout.schema.json");

fn validator() -> Validator {
    jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}

#[test]
fn every_shipped_layout_keeps_to_the_schema_and_is_read_without_a_warning() {
    let validator = validator();
    for shipped in layouts::shipped() {
        let value: Value = serde_json::from_str(shipped.json).unwrap();
        assert_eq!(faults(&validator, &value), [""; 0], "{}", shipped.name);
        let (_, warnings) = Document::parse(shipped.json).unwrap();
        assert_eq!(warnings, [], "{}", shipped.name);
    }
}

#[test]
fn every_layout_file_is_shipped() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("layouts");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let layout = name.strip_suffix(".json").unwrap_or(&name);
        let known = layouts::named(layout).is_some() || layout == "placard-layout.schema";
        assert!(known, "{name} lies among the layouts and nothing draws it");
    }
}

#[test]
fn the_schema_finds_what_the_reader_warns_of() {
    let validator = validator();
    let layout = |item: Value| json!({"items": [item]});
    let good = layout(
        json!({"type": "TEXT", "data": {"text": "A", "size": "10%", "block": {"x": "100% - 24", "y": 8}}}),
    );
    assert_eq!(faults(&validator, &good), [""; 0]);
    for bad in [
        json!({"type": "TEXT", "data": {"text": "A", "textColor": "MAUVE"}}),
        json!({"type": "TEXT", "when": "sunny", "data": {"text": "A"}}),
        json!({"type": "TEXT", "data": {"text": "A", "block": {"x": "left"}}}),
        json!({"type": "TEXT", "data": {"text": "A", "block": {"w": -1}}}),
        json!({"type": "EVENTS", "data": {"count": 0}}),
        json!({"type": "HOLOGRAM", "data": {}}),
    ] {
        let bad = layout(bad);
        assert!(!validator.is_valid(&bad), "{bad}");
        let (_, warnings) = Document::parse(&bad.to_string()).unwrap();
        assert!(!warnings.is_empty(), "{bad}");
    }
}
