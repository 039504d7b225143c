//! Old names become the ones in use.

use serde_json::{Map, Value, json};

use crate::document::warning::{Path, Warnings};

type Object = Map<String, Value>;

/// Brings one bare layout to today's spelling.
pub(super) fn normalise(sheet: &mut Object, path: &Path<'_>, warnings: &mut Warnings) {
    if let Some(Value::Object(background)) = sheet.get_mut("background") {
        self::background(background);
    }
    poll_rate(sheet, path, warnings);
    if let Some(Value::Array(items)) = sheet.get_mut("items") {
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            self::item(item);
        }
    }
}

/// Before April 2019 the rectangle's fields stood beside the background's colour.
fn background(background: &mut Object) {
    let loose = ["block", "fgColor", "strokeSize"];
    if !background.contains_key("rectangle")
        && loose.iter().any(|name| background.contains_key(*name))
    {
        let moved: Object = loose
            .iter()
            .filter_map(|name| background.remove_entry(*name))
            .collect();
        background.insert("rectangle".to_owned(), Value::Object(moved));
    }
    if let Some(Value::Object(rectangle)) = background.get_mut("rectangle") {
        rename(rectangle, "fgColor", "strokeColor");
        rename(rectangle, "strokeSize", "strokeThickness");
        patterns(rectangle);
    }
}

/// The interval of polling was an item among the things to draw before it became an option.
fn poll_rate(sheet: &mut Object, path: &Path<'_>, warnings: &mut Warnings) {
    let Some(Value::Array(items)) = sheet.get_mut("items") else {
        return;
    };
    let is_one = |item: &Value| {
        item.get("type").and_then(Value::as_str) == Some("POLL_RATE")
            && item.pointer("/data/rate").is_some_and(Value::is_number)
    };
    let mut rate = None;
    items.retain(|item| {
        if is_one(item) {
            rate = item.pointer("/data/rate").cloned().or(rate.take());
            return false;
        }
        true
    });
    let Some(rate) = rate else { return };
    warnings.add(
        &path.key("options").key("pollRate"),
        "moved here from the items; it is out of use and has no effect",
    );
    let options = sheet.entry("options").or_insert_with(|| json!({}));
    if let Value::Object(options) = options {
        options.entry("pollRate").or_insert(rate);
    }
}

fn item(item: &mut Object) {
    if let Some(Value::String(kind)) = item.get_mut("type") {
        kind.make_ascii_uppercase();
    }
    // Some write the fields beside the type instead of into `data`.
    if !item.contains_key("data") && (item.contains_key("block") || item.contains_key("text")) {
        let (envelope, data): (Object, Object) = std::mem::take(item)
            .into_iter()
            .partition(|(name, _)| name == "type" || name == "when");
        *item = envelope;
        item.insert("data".to_owned(), Value::Object(data));
    }
    let is_text = item.get("type").and_then(Value::as_str) == Some("TEXT");
    let Some(Value::Object(data)) = item.get_mut("data") else {
        return;
    };
    if is_text {
        rename(data, "caption", "text");
        rename(data, "color", "textColor");
        rename(data, "text-align", "textAlign");
        if let Some(Value::String(font)) = data.get_mut("font") {
            self::font(font);
        }
    }
    patterns(data);
    if let Some(Value::Array(items)) = data.get_mut("items") {
        // The depth is bounded by what the JSON reader lets pass.
        items
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(self::item);
    }
}

fn font(font: &mut String) {
    if let Some(number) = font.strip_prefix("YKSZ_BOLD_") {
        *font = format!("YANONE_KAFFEESATZ_{number}_B");
    } else if let Some(number) = font.strip_prefix("DIN_CON_") {
        *font = format!("DDIN_CONDENSED_{number}");
    }
}

/// `DASH` was a colour to fill with; now it is black in a pattern.
fn patterns(data: &mut Object) {
    for (colour, pattern) in [
        ("fillColor", "fillPattern"),
        ("strokeColor", "strokePattern"),
    ] {
        if data.get(colour).and_then(Value::as_str) == Some("DASH") {
            data.insert(colour.to_owned(), json!("BLACK"));
            data.entry(pattern).or_insert_with(|| json!("DASH_MEDIUM"));
        }
    }
    for pattern in ["fillPattern", "strokePattern", "linePattern"] {
        if let Some(Value::String(name)) = data.get_mut(pattern)
            && name == "DASH_MID"
        {
            *name = "DASH_MEDIUM".to_owned();
        }
    }
}

/// Gives a field its new name, unless one of that name is there already.
fn rename(object: &mut Object, old: &str, new: &str) {
    if !object.contains_key(new)
        && let Some(value) = object.remove(old)
    {
        object.insert(new.to_owned(), value);
    }
}
