//! What is sound in a SyncSign layout and yet hardly meant, or shown otherwise here than on SyncSign's own displays.
//!
//! What those displays cannot do is not told: places that are no multiple of eight, patterns of newer firmware and colours
//! of other models are drawn here as they are written.

mod places;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::field::Field;
use crate::document::warning::{Path, Warnings};
use crate::import;

/// Looks through a bare layout.
pub(super) fn sheet(map: &Map<String, Value>, path: &Path<'_>, warnings: &mut Warnings) {
    let for_no_room = map.get("status").and_then(Value::as_str) == Some("ANY");
    let path = path.key("items");
    let mut captions = BTreeSet::new();
    let items = map.get("items").and_then(Value::as_array);
    for (index, item) in items.into_iter().flatten().enumerate() {
        let path = path.index(index);
        let path = path.key("data");
        let word = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
        let reserved = word("/data/id").is_some_and(|id| Field::of_reserved_id(id).is_some());
        if reserved && word("/type") != Some("TEXT") {
            warnings.add(
                &path.key("id"),
                "is filled in for texts only; this is drawn as it stands",
            );
        } else if reserved && for_no_room {
            warnings.add(
                &path.key("id"),
                "is filled in with what a room does, although the sheet is for no room",
            );
        }
        if let Some(caption) = word("/data/property/caption")
            && !captions.insert(caption)
        {
            let path = path.key("property");
            warnings.add(
                &path.key("caption"),
                "stands at another text, too: whoever fills them in fills in both",
            );
        }
        if word("/type") == Some("BITMAP_URI")
            && word("/data/uri").is_some_and(|uri| !uri.contains("://"))
        {
            warnings.add(
                &path.key("uri"),
                "is no address such as http://intranet.example.org/logo.bmp; nothing is drawn",
            );
        }
    }
}

/// Looks at where the items of every sheet lie.
pub(super) fn places(written: &Value, canvas: Option<(u32, u32)>, warnings: &mut Warnings) {
    let canvas = canvas.or_else(|| places::canvas_of_type(written));
    // Ours without a canvas is for panels of every size.
    if canvas.is_none()
        && written
            .get("version")
            .is_some_and(|version| version == "placard-1")
    {
        return;
    }
    import::each_sheet(written, &Path::Root, &mut |map, path| {
        // The sheets of one layout hang on one kind of panel.
        places::sheet(map, canvas, path, warnings);
    });
}

/// Looks at the sheets of a template together: one of those for a busy and a free room may be missing.
pub(super) fn template<'a>(
    statuses: impl Iterator<Item = Option<&'a str>>,
    warnings: &mut Warnings,
) {
    let statuses: BTreeSet<Option<&str>> = statuses.collect();
    if statuses.contains(&None) || statuses.contains(&Some("ANY")) {
        return;
    }
    for (one, other, state) in [("BUSY", "FREE", "free"), ("FREE", "BUSY", "taken")] {
        if statuses.contains(&Some(one)) && !statuses.contains(&Some(other)) {
            warnings.add(
                &Path::Root,
                format!(
                    "has no sheet with the status {other}: while the room is {state}, the usual sign is shown"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Document;

    fn told(layout: &Value) -> Vec<String> {
        let (_, warnings) = Document::parse(&layout.to_string()).unwrap();
        warnings.iter().map(ToString::to_string).collect()
    }

    fn text(data: Value) -> Value {
        let mut data = data;
        data["text"] = json!("A");
        data["block"] = json!({"x": 0, "y": 0, "w": 80, "h": 24});
        json!({"type": "TEXT", "data": data})
    }

    #[test]
    fn a_template_for_one_state_only_says_what_is_shown_in_the_other() {
        let busy = json!({"layout": [{"status": "BUSY", "items": []}]});
        assert!(told(&busy)[0].contains("status FREE: while the room is free"));
        let both =
            json!({"layout": [{"status": "BUSY", "items": []}, {"status": "FREE", "items": []}]});
        let bare = json!({"items": []});
        let any =
            json!({"layout": [{"status": "FREE", "items": []}, {"status": "ANY", "items": []}]});
        for sound in [both, bare, any] {
            assert_eq!(told(&sound), Vec::<String>::new(), "{sound}");
        }
    }

    #[test]
    fn reserved_ids_are_named_where_they_do_not_do_what_was_meant() {
        let elsewhere = json!({"items": [{"type": "RECTANGLE", "data":
            {"id": "ROOM_NAME", "block": {"x": 0, "y": 0, "w": 80, "h": 24}}}]});
        let told_elsewhere = told(&elsewhere);
        assert!(
            told_elsewhere
                .iter()
                .any(|one| one.starts_with("items[0].data.id: is filled in for texts only")),
            "{told_elsewhere:?}"
        );
        let nowhere = json!({"status": "ANY", "items": [text(json!({"id": "ROOM_NAME"}))]});
        assert!(
            told(&nowhere)[0].starts_with("items[0].data.id: is filled in with what a room does")
        );
        let meant = json!({"items": [text(json!({"id": "ROOM_NAME"}))]});
        assert_eq!(told(&meant), Vec::<String>::new());
    }

    #[test]
    fn captions_that_are_used_twice_and_addresses_that_are_none_are_named() {
        let caption = || text(json!({"property": {"caption": "Name", "control": "TEXTAREA"}}));
        let layout = json!({"items": [caption(), caption(),
            {"type": "BITMAP_URI", "data": {"uri": "logo.bmp", "block": {"x": 0, "y": 0, "w": 80, "h": 24}}}]});
        let told = told(&layout);
        assert!(
            told.iter()
                .any(|one| one.starts_with("items[1].data.property.caption: stands at another")),
            "{told:?}"
        );
        assert!(
            told.iter()
                .any(|one| one.starts_with("items[2].data.uri: is no address")),
            "{told:?}"
        );
    }
}
