//! The picture in the making, and its strokes.

use crate::bitmap::Bitmap;
use crate::document::item::{Colour, Pattern, Shape};
use crate::images::Images;
use crate::layout::area::Area;
use crate::layout::budget::Budget;
use crate::layout::scene::Scene;
use crate::palette::Ink;
use crate::text::Typesetter;

/// A picture in the making.
#[derive(Debug)]
pub(crate) struct Canvas<'a> {
    pub(crate) on: &'a mut Bitmap,
    pub(crate) typesetter: &'a mut Typesetter,
    pub(crate) images: &'a mut Images,
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) budget: Budget,
    /// Nothing is drawn outside: the block of the item that is being drawn.
    pub(crate) clip: Area,
}

impl Canvas<'_> {
    /// Fills an area, as far as it lies on the panel.
    pub(crate) fn fill(&mut self, area: Area, ink: Ink) {
        if let Some(rect) = area.and(self.clip).on(self.on.width(), self.on.height()) {
            self.budget
                .spend(u64::from(rect.width) * u64::from(rect.height));
            self.on.fill(rect, ink);
        }
    }

    /// Draws a frame of `thickness` pixels inside the area's edge.
    pub(crate) fn outline(&mut self, area: Area, thickness: i32, ink: Ink) {
        let t = thickness.min(area.w / 2).min(area.h / 2);
        if t <= 0 {
            return;
        }
        self.fill(Area { h: t, ..area }, ink);
        self.fill(
            Area {
                y: area.bottom() - t,
                h: t,
                ..area
            },
            ink,
        );
        self.fill(Area { w: t, ..area }, ink);
        self.fill(
            Area {
                x: area.right() - t,
                w: t,
                ..area
            },
            ink,
        );
    }

    /// Draws a rectangle with its fill, edge and corners.
    pub(crate) fn rectangle(&mut self, shape: &Shape, area: Area) {
        let radius = self
            .scene
            .scale
            .pixels(shape.radius, self.scene.panel.height.min(10_000) as i32)
            .max(0);
        self.rounded(shape, area, radius);
    }

    /// Draws a circle that fills a square.
    pub(crate) fn circle(&mut self, shape: &Shape, area: Area) {
        self.rounded(shape, area, area.w.max(area.h));
    }

    fn rounded(&mut self, shape: &Shape, area: Area, radius: i32) {
        let scene = self.scene;
        let thickness = shape
            .stroke
            .map_or(0, |_| scene.scale.rule(shape.thickness));
        if let Some((colour, pattern)) = shape.fill {
            self.fill_rounded(area, radius, 0, scene.ink(colour), pattern);
        }
        if let Some((colour, pattern)) = shape.stroke.filter(|_| thickness > 0) {
            self.fill_rounded(area, radius, thickness, scene.ink(colour), pattern);
        }
    }

    /// Fills a rounded area, or only its edge when `thickness` is not 0.
    fn fill_rounded(
        &mut self,
        area: Area,
        radius: i32,
        thickness: i32,
        ink: Ink,
        pattern: Pattern,
    ) {
        let radius = radius.min(area.w / 2).min(area.h / 2).max(0);
        if radius == 0 && pattern == Pattern::Solid {
            if thickness == 0 {
                self.fill(area, ink)
            } else {
                self.outline(area, thickness, ink)
            }
            return;
        }
        let inner = area.inset(thickness);
        let inner_radius = (radius - thickness).max(0);
        let Some(rect) = area.on(self.on.width(), self.on.height()) else {
            return;
        };
        for y in rect.y..rect.bottom() {
            // Panels are far smaller than i32.
            let row = y as i32;
            let Some((from, until)) = span(area, radius, row) else {
                continue;
            };
            let hole = if thickness == 0 {
                None
            } else {
                span(inner, inner_radius, row)
            };
            let (a, b) = hole.unwrap_or((until, until));
            for (from, until) in [(from, a), (b, until)] {
                self.run(from, until, row, ink, pattern);
            }
        }
    }

    /// A row of pixels.
    fn run(&mut self, from: i32, until: i32, y: i32, ink: Ink, pattern: Pattern) {
        if pattern == Pattern::Solid {
            return self.fill(
                Area {
                    x: from,
                    y,
                    w: until - from,
                    h: 1,
                },
                ink,
            );
        }
        let width = i32::try_from(self.on.width()).unwrap_or(i32::MAX);
        for x in from.max(0)..until.min(width) {
            if inked(pattern, x, y) {
                self.fill(Area { x, y, w: 1, h: 1 }, ink);
            }
        }
    }

    /// A line one pixel wide, or as wide as the canvas was enlarged.
    pub(crate) fn line(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        colour: Colour,
        pattern: Pattern,
    ) {
        let ink = self.scene.ink(colour);
        let panel = self.scene.scale.panel;
        let wide = (self.scene.scale.unit.round() as i32).max(1);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).max(1);
        for step in 0..=steps {
            let at = |from: i32, by: i32| {
                let by = i64::from(by) * i64::from(step);
                from + (by as f64 / f64::from(steps)).round() as i32
            };
            let (x, y) = (at(from.0, dx), at(from.1, dy));
            let beside = Area {
                x,
                y,
                w: wide,
                h: wide,
            }
            .and(panel)
            .is_empty();
            if !beside && inked(pattern, x, y) {
                self.fill(
                    Area {
                        x,
                        y,
                        w: wide,
                        h: wide,
                    },
                    ink,
                );
            }
        }
    }
}

/// From where to where a rounded area reaches in a row.
fn span(area: Area, radius: i32, y: i32) -> Option<(i32, i32)> {
    if y < area.y || y >= area.bottom() || area.is_empty() {
        return None;
    }
    let above = (area.y + radius - y)
        .max(y - (area.bottom() - 1 - radius))
        .max(0);
    // The middle of the pixel, on the circle around the corner's centre.
    let cut = if above == 0 {
        0
    } else {
        let (r, d) = (f64::from(radius), f64::from(above) - 0.5);
        (r - (r * r - d * d).max(0.0).sqrt()).round() as i32
    };
    let (from, until) = (area.x + cut, area.right() - cut);
    (from < until).then_some((from, until))
}

/// Whether a pattern has ink at a pixel.
fn inked(pattern: Pattern, x: i32, y: i32) -> bool {
    let along = x + y;
    match pattern {
        Pattern::Solid => true,
        Pattern::Interleave => along.rem_euclid(2) == 0,
        Pattern::DashTiny => along.rem_euclid(4) < 2,
        Pattern::DashMedium => along.rem_euclid(8) < 4,
        Pattern::DashWide => along.rem_euclid(16) < 8,
    }
}
