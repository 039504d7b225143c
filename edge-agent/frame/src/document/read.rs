//! From normalised JSON to sheets that can be drawn.

mod font;
mod parts;
mod shapes;
mod text;

use serde_json::{Map, Value};

use crate::document::condition::{Condition, Fact};
use crate::document::fields::Fields;
use crate::document::item::{Background, Colour, Item, Kind, Sheet};
use crate::document::length::{Block, Length};
use crate::document::warning::{Path, Warnings};

/// More items than this on one sheet are not drawn; a panel has no place for them, and the time for one is bounded.
const ITEMS: usize = 1_000;

/// How deep stacks may lie in each other.
const DEPTH: usize = 8;

/// Reads one bare layout.
pub(crate) fn sheet(map: &Map<String, Value>, path: &Path<'_>, warnings: &mut Warnings) -> Sheet {
    let mut fields = Fields::new(map, path);
    let mut when = fields.conditions(warnings);
    let status = fields.word(
        "status",
        &[
            ("BUSY", Some(Fact::Busy)),
            ("FREE", Some(Fact::Free)),
            ("ANY", None),
        ],
        warnings,
    );
    when.extend(status.flatten().map(|fact| Condition { fact, not: false }));
    let background = fields
        .object("background", warnings)
        .map(|map| background(map, &path.key("background"), warnings));
    let items = fields
        .array("items", warnings)
        .map_or_else(Vec::new, |list| {
            let mut budget = ITEMS;
            items(list, &path.key("items"), &mut budget, 0, warnings)
        });
    // How a hub sends the picture is not the picture's business; the fields are known all the same.
    for known in ["options", "preImg"] {
        fields.value(known);
    }
    fields.finish(warnings);
    Sheet {
        when,
        background,
        items,
    }
}

fn background(map: &Map<String, Value>, path: &Path<'_>, warnings: &mut Warnings) -> Background {
    let mut fields = Fields::new(map, path);
    let colour = fields.colour("bgColor", warnings).unwrap_or(Colour::White);
    for known in ["enableButtonZone", "transparentColor"] {
        fields.value(known);
    }
    let rectangle = fields.object("rectangle", warnings).map(|map| {
        let path = path.key("rectangle");
        let mut fields = Fields::new(map, &path);
        let block = fields.object("block", warnings).map(|map| {
            let path = path.key("block");
            let mut fields = Fields::new(map, &path);
            let block = Block {
                x: fields
                    .percent("x_percent", warnings)
                    .unwrap_or(Length::ZERO),
                y: fields
                    .percent("y_percent", warnings)
                    .unwrap_or(Length::ZERO),
                w: fields.percent("w_percent", warnings),
                h: fields.percent("h_percent", warnings),
            };
            fields.finish(warnings);
            block
        });
        let shape = shapes::shape(&mut fields, warnings);
        fields.finish(warnings);
        (block.unwrap_or(Block::WHOLE), shape)
    });
    fields.finish(warnings);
    Background { colour, rectangle }
}

fn items(
    list: &[Value],
    path: &Path<'_>,
    budget: &mut usize,
    depth: usize,
    warnings: &mut Warnings,
) -> Vec<Item> {
    let mut items = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let path = path.index(index);
        if *budget == 0 {
            warnings.add(
                &path,
                format!("this and what follows is not drawn: a sheet has at most {ITEMS} items"),
            );
            break;
        }
        *budget -= 1;
        match value.as_object() {
            Some(map) => items.extend(item(map, &path, budget, depth, warnings)),
            None => warnings.add(&path, "is not an object; it is not drawn"),
        }
    }
    items
}

/// Reads one item; `None` when there is nothing of it to draw.
fn item(
    map: &Map<String, Value>,
    path: &Path<'_>,
    budget: &mut usize,
    depth: usize,
    warnings: &mut Warnings,
) -> Option<Item> {
    let mut envelope = Fields::new(map, path);
    let kind = envelope
        .text("type", warnings)
        .map(|kind| kind.to_ascii_uppercase());
    let when = envelope.conditions(warnings);
    let data = envelope.object("data", warnings);
    envelope.finish(warnings);
    let (Some(kind), Some(data)) = (kind, data) else {
        warnings.add(path, "has no `type` or no `data`; it is not drawn");
        return None;
    };
    let data_path = path.key("data");
    let mut fields = Fields::new(data, &data_path);
    let mut block = fields.block_unless_line(&kind, warnings);
    let gap = fields.extent("gap", warnings).unwrap_or(Length::ZERO);
    let kind = match kind.as_str() {
        "TEXT" => Kind::Text(Box::new(text::text(&mut fields, warnings)?)),
        "RECTANGLE" => Kind::Rectangle(shapes::shape(&mut fields, warnings)),
        "LINE" => {
            let (from, line) = shapes::line(&mut fields, warnings)?;
            block = Some(from);
            line
        }
        "CIRCLE" => {
            let (square, shape) = shapes::circle(&mut fields, warnings)?;
            block = Some(square);
            Kind::Circle(shape)
        }
        "IMAGE" => parts::image(&mut fields, warnings)?,
        "BITMAP_URI" => parts::bitmap(&mut fields, warnings)?,
        "QRCODE" => {
            let (position, code) = parts::code(&mut fields, warnings);
            block = position.or(block);
            Kind::Code(code)
        }
        "BOTTOM_CUSTOM_BUTTONS" => parts::buttons(&mut fields, warnings)?,
        "STACK" if depth < DEPTH => {
            let list = fields.array("items", warnings)?;
            let items = items(list, &data_path.key("items"), budget, depth + 1, warnings);
            parts::stack(&mut fields, items, warnings)
        }
        "STACK" => {
            warnings.add(
                path,
                format!("lies in more than {DEPTH} stacks; it is not drawn"),
            );
            return None;
        }
        "DAY_BAR" => parts::day_bar(&mut fields, warnings),
        "EVENTS" => parts::events(&mut fields, warnings),
        "DIRECTORY" => parts::directory(&mut fields, warnings),
        "PERIPHERAL_CONTROL" => {
            warnings.add(
                path,
                "controls a light or a button, not the picture; it is kept and has no effect",
            );
            return None;
        }
        other => {
            warnings.add(
                &path.key("type"),
                format!("`{other}` is not known; it is kept and not drawn"),
            );
            return None;
        }
    };
    fields.finish(warnings);
    if block.is_none() && depth == 0 && !matches!(kind, Kind::Buttons(_)) {
        warnings.add(
            &data_path,
            "has no `block`; it is drawn over the whole panel",
        );
    }
    Some(Item {
        when,
        block: block.unwrap_or(Block::WHOLE),
        gap,
        kind,
    })
}

impl<'a> Fields<'a> {
    /// `block`, which lines spell in another way.
    fn block_unless_line(&mut self, kind: &str, warnings: &mut Warnings) -> Option<Block> {
        if kind == "LINE" {
            None
        } else {
            self.block(warnings)
        }
    }
}
