//! Rectangles, lines and circles.

use crate::document::fields::Fields;
use crate::document::item::{Colour, Kind, Pattern, Shape};
use crate::document::length::{Block, Length};
use crate::document::warning::Warnings;

/// The edge of a shape whose layout does not say how thick it is.
const THICKNESS: f64 = 1.0;

/// Fill and edge.
pub(super) fn shape(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Shape {
    let fill = fields.colour("fillColor", warnings);
    let fill_pattern = fields.pattern("fillPattern", warnings);
    let stroke = fields.colour("strokeColor", warnings);
    let stroke_pattern = fields.pattern("strokePattern", warnings);
    let thickness = fields.extent("strokeThickness", warnings);
    let radius = fields.extent("radius", warnings).unwrap_or(Length::ZERO);
    // Says which colour of a stored bitmap is not drawn; there is none here.
    fields.value("transparentColor");
    let pattern = |given: Option<Option<Pattern>>| given.unwrap_or(Some(Pattern::Solid));
    // A shape of which nothing is said but its place has an edge.
    let edge = stroke
        .or(Some(Colour::Black))
        .filter(|_| thickness.is_some() || stroke.is_some() || fill.is_none());
    Shape {
        fill: fill.zip(pattern(fill_pattern)),
        stroke: edge.zip(pattern(stroke_pattern)),
        thickness: thickness.unwrap_or(Length::pixels(THICKNESS)),
        radius,
    }
}

/// A line from one point to another: its block begins at the first point.
pub(super) fn line(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Option<(Block, Kind)> {
    let Some(map) = fields.object("block", warnings) else {
        warnings.add(fields.path(), "has no `block`; it is not drawn");
        return None;
    };
    let path = fields.path().key("block");
    let mut ends = Fields::new(map, &path);
    let mut end = |name| ends.length(name, warnings).unwrap_or(Length::ZERO);
    let (x, y, to) = (end("x0"), end("y0"), (end("x1"), end("y1")));
    ends.finish(warnings);
    let colour = fields
        .colour("lineColor", warnings)
        .unwrap_or(Colour::Black);
    let pattern = fields
        .pattern("linePattern", warnings)
        .unwrap_or(Some(Pattern::Solid));
    for known in ["backgroundColor", "transparentColor"] {
        fields.value(known);
    }
    let kind = Kind::Line {
        to,
        colour,
        pattern: pattern?,
    };
    Some((
        Block {
            x,
            y,
            w: None,
            h: None,
        },
        kind,
    ))
}

/// A circle and the square around it.
pub(super) fn circle(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Option<(Block, Shape)> {
    let centre = fields.pair("center", ("x", "y"), warnings);
    let radius = fields.whole("radius", 0..=5000, warnings).map(f64::from);
    let (Some((x, y)), Some(radius)) = (centre, radius) else {
        warnings.add(
            fields.path(),
            "has no `center` or no `radius`; it is not drawn",
        );
        return None;
    };
    let mut shape = shape_of_circle(fields, warnings);
    fields.value("backgroundColor");
    // As devices do: unless the edge is white, it gives the fill its colour.
    if let (Some((fill, _)), Some((edge, _))) = (&mut shape.fill, shape.stroke)
        && edge != Colour::White
        && *fill != edge
    {
        warnings.add(
            &fields.path().key("fillColor"),
            "differs from `strokeColor`, which devices fill a circle with",
        );
        *fill = edge;
    }
    let edge = Some(Length::pixels(radius * 2.0 + 1.0));
    let back = |at: Length| at.minus(radius);
    Some((
        Block {
            x: back(x),
            y: back(y),
            w: edge,
            h: edge,
        },
        shape,
    ))
}

fn shape_of_circle(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Shape {
    let shape = shape(fields, warnings);
    Shape {
        radius: Length::ZERO,
        ..shape
    }
}
