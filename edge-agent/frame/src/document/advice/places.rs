//! What lies beside the canvas that a layout is drawn for, and codes that are larger than their layout says.

use serde_json::{Map, Value};

use crate::document::warning::{Path, Warnings};
use crate::qr::{self, Correction};

/// The displays that layouts of this format are drawn for, the smallest first.
const CANVASES: [(u32, u32); 3] = [(296, 128), (400, 300), (800, 480)];
/// Of so many items that are not lines or shapes over everything, at least this share lies wholly on the right canvas.
const MOST: (usize, usize) = (3, 4);
/// What a code takes that does not say.
const SCALE: u64 = 4;

/// The edges of an item on the canvas.
#[derive(Clone, Copy, Debug)]
struct Place {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Place {
    fn is_on(self, (width, height): (u32, u32)) -> bool {
        self.left >= 0.0
            && self.top >= 0.0
            && self.right <= f64::from(width)
            && self.bottom <= f64::from(height)
    }

    fn begins_on(self, (width, height): (u32, u32)) -> bool {
        self.left < f64::from(width) && self.top < f64::from(height)
    }
}

/// Looks through a bare layout. `canvas` is what it says to be drawn for; else it is found by where its items lie.
pub(super) fn sheet(
    map: &Map<String, Value>,
    canvas: Option<(u32, u32)>,
    path: &Path<'_>,
    warnings: &mut Warnings,
) {
    let path = path.key("items");
    let items = map.get("items").and_then(Value::as_array);
    let items = || items.into_iter().flatten();
    let places: Vec<Option<Place>> = items().map(place).collect();
    let canvas = canvas.or_else(|| guessed(&places));
    for (index, (item, place)) in items().zip(&places).enumerate() {
        let path = path.index(index);
        let path = path.key("data");
        code(item, &path, warnings);
        if let (Some(place), Some(canvas)) = (place, canvas)
            && !place.is_on(canvas)
        {
            let (right, bottom) = (place.right, place.bottom);
            warnings.add(
                &path,
                format!(
                    "reaches from {},{} to {right},{bottom}, beyond the {}×{} pixels that the layout is drawn for; what lies \
                     outside of the panel is not shown",
                    place.left, place.top, canvas.0, canvas.1
                ),
            );
        }
    }
}

/// The canvas that a record names by its type of display, such as `7IN5_BWC`.
pub(super) fn canvas_of_type(written: &Value) -> Option<(u32, u32)> {
    let record = match written {
        Value::Array(list) => list.first()?,
        one => one,
    };
    let (size, _) = record.get("displayType")?.as_str()?.split_once('_')?;
    let index = ["2IN9", "4IN2", "7IN5"]
        .iter()
        .position(|one| *one == size)?;
    Some(CANVASES[index])
}

/// The smallest canvas on which everything begins and most lies wholly.
fn guessed(places: &[Option<Place>]) -> Option<(u32, u32)> {
    let places: Vec<Place> = places.iter().flatten().copied().collect();
    CANVASES.into_iter().find(|&canvas| {
        let whole = places.iter().filter(|place| place.is_on(canvas)).count();
        places.iter().all(|place| place.begins_on(canvas))
            && whole * MOST.1 >= places.len() * MOST.0
    })
}

/// Where an item lies; `None` when it does not say so in pixels.
fn place(item: &Value) -> Option<Place> {
    let number = |pointer: &str| item.pointer(pointer).and_then(Value::as_f64);
    let data = |name: &str| number(&format!("/data/{name}"));
    let place = |left: f64, top: f64, width: f64, height: f64| Place {
        left,
        top,
        right: left + width,
        bottom: top + height,
    };
    match item.get("type").and_then(Value::as_str)? {
        "CIRCLE" => {
            let radius = data("radius")?;
            let (x, y) = (data("center/x")? - radius, data("center/y")? - radius);
            Some(place(x, y, 2.0 * radius, 2.0 * radius))
        }
        "LINE" => {
            let (x, y) = (data("block/x0")?, data("block/y0")?);
            let (to_x, to_y) = (data("block/x1")?, data("block/y1")?);
            let (left, top) = (x.min(to_x), y.min(to_y));
            Some(place(left, top, (to_x - x).abs(), (to_y - y).abs()))
        }
        "QRCODE" if item.pointer("/data/position").is_some() => {
            let (version, scale, _) = asked(item)?;
            let version = needed(item).unwrap_or(version).max(version);
            let edge = ((4 * version + 17) * scale) as f64;
            Some(place(data("position/x")?, data("position/y")?, edge, edge))
        }
        _ => {
            let (width, height) = (data("block/w")?, data("block/h")?);
            Some(place(data("block/x")?, data("block/y")?, width, height))
        }
    }
}

/// Version, pixels of a module and correction that a code asks for.
fn asked(item: &Value) -> Option<(u64, u64, Correction)> {
    let data = item.get("data")?;
    let whole = |name: &str, without: u64| data.get(name).map_or(Some(without), Value::as_u64);
    let correction = match data.get("eccLevel").and_then(Value::as_str) {
        Some("LOW") => Correction::L,
        Some("QUARTILE") => Correction::Q,
        Some("HIGH") => Correction::H,
        _ => Correction::M,
    };
    Some((
        whole("version", 1)?.min(40),
        whole("scale", SCALE)?.min(40),
        correction,
    ))
}

/// The version that a code's text needs; `None` when it has no text or none holds it.
fn needed(item: &Value) -> Option<u64> {
    let text = item.pointer("/data/text")?.as_str()?;
    qr::version_for(text, asked(item)?.2).map(u64::from)
}

/// A code whose text does not fit the version that the layout asks for, or none at all.
fn code(item: &Value, path: &Path<'_>, warnings: &mut Warnings) {
    if item.get("type").and_then(Value::as_str) != Some("QRCODE") {
        return;
    }
    let has_text = item.pointer("/data/text").is_some_and(Value::is_string);
    let Some((_, scale, _)) = asked(item).filter(|_| has_text) else {
        return;
    };
    let version = item.pointer("/data/version").and_then(Value::as_u64);
    match (needed(item), version) {
        (None, _) => warnings.add(
            &path.key("text"),
            "is more than any QR code holds; nothing is drawn",
        ),
        (Some(needed), Some(version)) if needed > version => warnings.add(
            &path.key("version"),
            format!(
                "is {version}, and the text needs {needed}: the code is {} pixels wide, not {}",
                (4 * needed + 17) * scale,
                (4 * version + 17) * scale
            ),
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Document;

    fn told(layout: &serde_json::Value) -> Vec<String> {
        let (_, warnings) = Document::parse(&layout.to_string()).unwrap();
        warnings.iter().map(ToString::to_string).collect()
    }

    fn block(x: i32, y: i32, w: i32, h: i32) -> serde_json::Value {
        json!({"type": "RECTANGLE", "data": {"block": {"x": x, "y": y, "w": w, "h": h}}})
    }

    #[test]
    fn what_reaches_beyond_the_canvas_is_named_with_the_canvas() {
        let rows = [
            block(0, 0, 400, 100),
            block(0, 100, 400, 100),
            block(0, 200, 400, 100),
        ];
        let mut items = rows.to_vec();
        items.push(block(200, 250, 300, 40));
        let sticks_out = told(&json!({"items": items}));
        assert_eq!(sticks_out.len(), 1, "{sticks_out:?}");
        assert!(
            sticks_out[0]
                .starts_with("items[3].data: reaches from 200,250 to 500,290, beyond the 400×300"),
            "{sticks_out:?}"
        );
        let circle =
            json!({"type": "CIRCLE", "data": {"center": {"x": 10, "y": 10}, "radius": 20}});
        let line =
            json!({"type": "LINE", "data": {"block": {"x0": 0, "y0": 0, "x1": 0, "y1": 301}}});
        let round = told(
            &json!({"canvas": {"w": 400, "h": 300}, "layout": [{"status": "ANY", "items": [circle, line]}]}),
        );
        assert!(
            round
                .iter()
                .any(|one| one.contains("from -10,-10 to 30,30")),
            "{round:?}"
        );
        assert!(
            round
                .iter()
                .any(|one| one.starts_with("layout[0].items[1].data: reaches"))
        );
        assert_eq!(told(&json!({"items": rows})), Vec::<String>::new());
    }

    #[test]
    fn a_record_says_by_its_display_what_it_is_drawn_for() {
        let record = |kind: &str| json!([{"displayType": kind, "layout": [{"status": "ANY", "items": [block(0, 0, 500, 20)]}]}]);
        assert_eq!(told(&record("7IN5_BWC")), Vec::<String>::new());
        assert!(told(&record("4IN2_BWR"))[0].contains("400×300"));
    }

    #[test]
    fn a_code_that_takes_more_room_than_it_says_is_named() {
        let code = |text: &str, x: i32| {
            let data = json!({"text": text, "position": {"x": x, "y": 0}, "scale": 4, "version": 2, "eccLevel": "MEDIUM"});
            json!({"canvas": {"w": 296, "h": 128}, "layout": [{"status": "ANY", "items": [{"type": "QRCODE", "data": data}]}]})
        };
        assert_eq!(told(&code("https://example.org", 0)), Vec::<String>::new());
        let long = told(&code(&"a".repeat(60), 0));
        assert!(
            long.iter().any(|one| one.ends_with(
                "version: is 2, and the text needs 4: the code is 132 pixels wide, not 100"
            )),
            "{long:?}"
        );
        assert!(
            long.iter()
                .any(|one| one.contains("to 132,132, beyond the 296×128")),
            "{long:?}"
        );
        assert!(told(&code("https://example.org", 250))[0].contains("to 350,100"));
        assert!(told(&code(&"a".repeat(5_000), 0))[0].contains("more than any QR code holds"));
    }
}
