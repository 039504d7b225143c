//! Pictures, codes, buttons, and what Placard adds to the format.

use crate::document::fields::Fields;
use crate::document::item::{
    ButtonStyle, Code, Correction, DayBar, Directory, Events, Item, Kind, Stack, Vertical,
};
use crate::document::length::{Block, Length};
use crate::document::read::font::font;
use crate::document::warning::Warnings;

/// Pixels of one module of a code that does not say.
const SCALE: u32 = 4;
/// Coming meetings that a list shows if it does not say how many.
const EVENTS: u32 = 3;
/// The thickness of the edges in bars and tables that do not say.
const RULE: f64 = 2.0;
/// Buttons that a display has at most.
const BUTTONS: usize = 4;

/// A picture that is called by its name.
pub(super) fn image(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Option<Kind> {
    for known in ["source", "id"] {
        fields.value(known);
    }
    let Some(name) = fields.text("name", warnings) else {
        warnings.add(fields.path(), "names no picture; nothing is drawn");
        return None;
    };
    Some(Kind::Image {
        name,
        foreground: None,
    })
}

/// A picture that is called by its address.
pub(super) fn bitmap(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Option<Kind> {
    let foreground = fields.colour("foregroundColor", warnings);
    for known in ["backgroundColor", "transparentColor"] {
        fields.value(known);
    }
    let Some(name) = fields.text("uri", warnings) else {
        warnings.add(fields.path(), "has no `uri`; nothing is drawn");
        return None;
    };
    Some(Kind::Image { name, foreground })
}

/// A code, and its place when that is given by `position`.
pub(super) fn code(fields: &mut Fields<'_>, warnings: &mut Warnings) -> (Option<Block>, Code) {
    let text = fields.text("text", warnings);
    let position = fields.pair("position", ("x", "y"), warnings);
    let scale = fields.whole("scale", 1..=40, warnings).unwrap_or(SCALE);
    let version = fields.whole("version", 1..=40, warnings).unwrap_or(1);
    let correction = fields.word(
        "eccLevel",
        &[
            ("LOW", Correction::Low),
            ("MEDIUM", Correction::Medium),
            ("QUARTILE", Correction::Quartile),
            ("HIGH", Correction::High),
        ],
        warnings,
    );
    let least = if position.is_some() {
        Correction::Medium
    } else {
        Correction::Low
    };
    let code = Code {
        text,
        correction: correction.unwrap_or(least),
        fixed: position.map(|_| (scale, version)),
    };
    (
        position.map(|(x, y)| Block {
            x,
            y,
            w: None,
            h: None,
        }),
        code,
    )
}

/// The captions of the buttons below older displays.
pub(super) fn buttons(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Option<Kind> {
    let list = fields.array("list", warnings)?;
    let path = fields.path().key("list");
    let mut captions = Vec::new();
    for (index, value) in list.iter().take(BUTTONS).enumerate() {
        let path = path.index(index);
        let Some(map) = value.as_object() else {
            warnings.add(&path, "is not an object; the button stays blank");
            captions.push((String::new(), ButtonStyle::Blank));
            continue;
        };
        let mut button = Fields::new(map, &path);
        let title = button.text("title", warnings).unwrap_or_default();
        let style = button.word(
            "style",
            &[
                ("ENABLED", ButtonStyle::Enabled),
                ("DISABLED", ButtonStyle::Disabled),
                ("BLANK", ButtonStyle::Blank),
            ],
            warnings,
        );
        button.finish(warnings);
        captions.push((title, style.unwrap_or(ButtonStyle::Enabled)));
    }
    Some(Kind::Buttons(captions))
}

/// Things below or beside each other.
pub(super) fn stack(fields: &mut Fields<'_>, items: Vec<Item>, warnings: &mut Warnings) -> Kind {
    Kind::Stack(Stack {
        items,
        across: across(fields, warnings),
        vertical: fields.vertical(warnings).unwrap_or(Vertical::Top),
    })
}

/// The bar of the day.
pub(super) fn day_bar(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Kind {
    let across = across(fields, warnings);
    let from = fields.whole("fromHour", 0..=23, warnings);
    let to = fields.whole("toHour", 1..=24, warnings);
    Kind::DayBar(DayBar {
        font: font(fields, warnings),
        thickness: thickness(fields, warnings),
        across,
        hours: from.zip(to).filter(|(from, to)| from < to),
    })
}

/// The list of what comes next.
pub(super) fn events(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Kind {
    Kind::Events(Events {
        count: fields.whole("count", 1..=50, warnings).unwrap_or(EVENTS) as usize,
        skip: fields.whole("skip", 0..=50, warnings).unwrap_or(0) as usize,
        font: font(fields, warnings),
    })
}

/// The table of rooms.
pub(super) fn directory(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Kind {
    Kind::Directory(Directory {
        font: font(fields, warnings),
        thickness: thickness(fields, warnings),
    })
}

fn across(fields: &mut Fields<'_>, warnings: &mut Warnings) -> bool {
    fields
        .word("direction", &[("DOWN", false), ("ACROSS", true)], warnings)
        .unwrap_or(false)
}

fn thickness(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Length {
    fields
        .extent("strokeThickness", warnings)
        .unwrap_or(Length::pixels(RULE))
}
