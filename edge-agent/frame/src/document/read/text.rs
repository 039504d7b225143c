//! Texts: what they say and how they stand in their block.

use crate::document::field::Field;
use crate::document::fields::Fields;
use crate::document::item::{Align, Colour, Piece, Text, Vertical, Wording};
use crate::document::length::Length;
use crate::document::read::font::font;
use crate::document::warning::Warnings;

/// More wordings than this are not tried.
const WORDINGS: usize = 8;

/// Reads a text; `None` when it says nothing.
pub(super) fn text(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Option<Text> {
    let literal = fields.text("text", warnings);
    let id = fields.text("id", warnings);
    let templates = fields.texts("template", warnings);
    // What the vendor's editor needs to ask for a text; it does not change the picture.
    fields.value("property");
    let font = font(fields, warnings);
    let colour = fields
        .colour("textColor", warnings)
        .unwrap_or(Colour::Black);
    let background = fields.colour("backgroundColor", warnings);
    let align = fields.align(warnings).unwrap_or(Align::Left);
    let vertical = fields.vertical(warnings).unwrap_or(Vertical::Top);
    let offset = fields
        .pair("offset", ("x", "y"), warnings)
        .unwrap_or((Length::ZERO, Length::ZERO));
    let lines = fields.whole("maxLines", 1..=100, warnings);
    let says = if templates.is_empty() {
        match (id.as_deref().and_then(Field::of_reserved_id), literal) {
            (Some(field), _) => vec![vec![Piece::Field(field)]],
            (None, Some(text)) => vec![vec![Piece::Literal(text)]],
            (None, None) => {
                warnings.add(
                    fields.path(),
                    "has neither `text` nor `template`; nothing is written",
                );
                return None;
            }
        }
    } else {
        let path = fields.path().key("template");
        templates
            .iter()
            .take(WORDINGS)
            .map(|template| wording(template, |what| warnings.add(&path, what)))
            .collect()
    };
    Some(Text {
        says,
        font,
        colour,
        background,
        align,
        vertical,
        offset,
        lines,
    })
}

/// Takes `Room {room}, {until}` apart; what is in braces and no field stays as it is.
fn wording(template: &str, mut warn: impl FnMut(String)) -> Wording {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, behind)| Some((before, behind.split_once('}')?)))
    {
        match Field::parse(name.trim()) {
            Some(field) => {
                if !before.is_empty() {
                    pieces.push(Piece::Literal(before.to_owned()));
                }
                pieces.push(Piece::Field(field));
            }
            None => {
                warn(format!(
                    "`{{{name}}}` is not a field; it is written as it stands"
                ));
                pieces.push(Piece::Literal(format!("{before}{{{name}}}")));
            }
        }
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_taken_apart_at_its_fields() {
        let read = |text: &str| {
            let mut faults = 0;
            let pieces = wording(text, |_| faults += 1);
            (pieces, faults)
        };
        let literal = |text: &str| Piece::Literal(text.to_owned());
        assert_eq!(
            read("{time} · {organiser}"),
            (
                vec![
                    Piece::Field(Field::Time),
                    literal(" · "),
                    Piece::Field(Field::Organiser)
                ],
                0
            )
        );
        assert_eq!(
            read("a {b} c{"),
            (vec![literal("a {b}"), literal(" c{")], 1)
        );
        assert_eq!(read(""), (vec![], 0));
    }
}
