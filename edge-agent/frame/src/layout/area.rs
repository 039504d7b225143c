//! Places on the panel in pixels; they may lie partly or wholly beside it.

use crate::document::length::{Block, Length};
use crate::panel::Rect;

/// A rectangle. It has no pixels when its width or height is not positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) w: i32,
    pub(crate) h: i32,
}

impl Area {
    pub(crate) fn right(self) -> i32 {
        self.x + self.w
    }

    pub(crate) fn bottom(self) -> i32 {
        self.y + self.h
    }

    pub(crate) fn is_empty(self) -> bool {
        self.w <= 0 || self.h <= 0
    }

    /// What lies in both.
    pub(crate) fn and(self, other: Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        Self {
            x,
            y,
            w: self.right().min(other.right()) - x,
            h: self.bottom().min(other.bottom()) - y,
        }
    }

    /// Without so many pixels at every edge.
    pub(crate) fn inset(self, by: i32) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            w: self.w - 2 * by,
            h: self.h - 2 * by,
        }
    }

    /// The part that lies on a picture.
    pub(crate) fn on(self, width: u32, height: u32) -> Option<Rect> {
        let whole = Self {
            x: 0,
            y: 0,
            w: edge(width),
            h: edge(height),
        };
        let part = self.and(whole);
        if part.is_empty() {
            return None;
        }
        Some(Rect {
            x: part.x.unsigned_abs(),
            y: part.y.unsigned_abs(),
            width: part.w.unsigned_abs(),
            height: part.h.unsigned_abs(),
        })
    }
}

/// How a layout's lengths become pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// The whole panel.
    pub(crate) panel: Area,
    /// Panel pixels of one pixel of the canvas.
    pub(crate) unit: f32,
    /// Whether left and right are exchanged.
    pub(crate) mirrored: bool,
}

impl Scale {
    /// For a panel of that size and a layout that was drawn on `canvas`.
    pub(crate) fn new(size: (u32, u32), canvas: Option<(u32, u32)>, mirrored: bool) -> Self {
        let unit = canvas.map_or(1.0, |(width, height)| {
            (size.0 as f32 / width as f32).min(size.1 as f32 / height as f32)
        });
        let panel = Area {
            x: 0,
            y: 0,
            w: edge(size.0),
            h: edge(size.1),
        };
        Self {
            panel,
            unit,
            mirrored,
        }
    }

    /// Whole pixels of a length whose shares are of `whole`.
    pub(crate) fn pixels(&self, length: Length, whole: i32) -> i32 {
        length.on(whole, self.unit).round() as i32
    }

    /// Whole pixels of an edge or a rule: never so thin that it vanishes.
    pub(crate) fn rule(&self, length: Length) -> i32 {
        let pixels = length.on(self.panel.h, self.unit);
        if pixels <= 0.0 {
            0
        } else {
            pixels.round().max(1.0) as i32
        }
    }

    /// Font size of a length, whose shares are of the panel's height.
    pub(crate) fn font(&self, length: Length) -> f32 {
        const SMALLEST: f32 = 6.0;
        const LARGEST: f32 = 600.0;
        length
            .on(self.panel.h, self.unit)
            .round()
            .clamp(SMALLEST, LARGEST)
    }

    /// Where a block lies within `within`. Both edges are rounded, so that blocks that touch in the layout touch here.
    pub(crate) fn place(&self, block: &Block, within: Area) -> Area {
        let left = block.x.on(within.w, self.unit);
        let top = block.y.on(within.h, self.unit);
        let end = |from: f32, long: Option<Length>, whole: i32| match long {
            Some(long) => (from + long.on(whole, self.unit)).round() as i32,
            None => whole,
        };
        let (x, y) = (left.round() as i32, top.round() as i32);
        let (right, bottom) = (end(left, block.w, within.w), end(top, block.h, within.h));
        let area = Area {
            x: within.x + x,
            y: within.y + y,
            w: right - x,
            h: bottom - y,
        };
        if self.mirrored {
            Area {
                x: within.x + within.w - right,
                ..area
            }
        } else {
            area
        }
    }

    /// Cuts `width` pixels off the side where reading begins.
    pub(crate) fn cut(&self, area: Area, width: i32) -> (Area, Area) {
        let width = width.clamp(0, area.w.max(0));
        let (left, right) = (
            Area {
                w: if self.mirrored { area.w - width } else { width },
                ..area
            },
            Area {
                x: area.x + if self.mirrored { area.w - width } else { width },
                w: if self.mirrored { width } else { area.w - width },
                ..area
            },
        );
        if self.mirrored {
            (right, left)
        } else {
            (left, right)
        }
    }
}

/// Edges of panels are far smaller than i32.
fn edge(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(x: &str, y: &str, w: &str, h: &str) -> Block {
        let length = |text| Length::parse(text).unwrap();
        Block {
            x: length(x),
            y: length(y),
            w: Some(length(w)),
            h: Some(length(h)),
        }
    }

    #[test]
    fn a_block_keeps_to_the_edges_it_was_tied_to() {
        let scale = Scale::new((1200, 960), Some((800, 480)), false);
        assert!((scale.unit - 1.5).abs() < f32::EPSILON);
        let corner = scale.place(&block("100% - 120", "100% - 20", "100", "10"), scale.panel);
        assert_eq!(
            corner,
            Area {
                x: 1020,
                y: 930,
                w: 150,
                h: 15
            }
        );
    }

    #[test]
    fn mirrored_is_the_same_from_the_other_side() {
        let scale = Scale::new((100, 50), None, true);
        let left = scale.place(&block("10", "0", "20", "50"), scale.panel);
        assert_eq!((left.x, left.right()), (70, 90));
        let (first, rest) = scale.cut(scale.panel, 30);
        assert_eq!((first.x, first.w, rest.x, rest.w), (70, 30, 0, 70));
    }

    #[test]
    fn blocks_that_touch_in_the_layout_touch_on_the_panel() {
        let scale = Scale::new((333, 100), Some((100, 30)), false);
        let (a, b) = (block("0", "0", "33", "9"), block("33", "0", "33", "9"));
        assert_eq!(
            scale.place(&a, scale.panel).right(),
            scale.place(&b, scale.panel).x
        );
    }
}
