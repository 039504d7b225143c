//! Words in a block.

use crate::document::item::{Align, Text, Vertical};
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::layout::fit::Fitted;
use crate::palette::Ink;
use crate::text::Lines;

impl Canvas<'_> {
    /// Draws a text in its area.
    pub(crate) fn text(&mut self, text: &Text, area: Area) {
        if let Some(colour) = text.background {
            let ink = self.scene.ink(colour);
            self.fill(area, ink);
        }
        let Some(fitted) = self.fit(text, area.w, area.h) else {
            return;
        };
        let ink = self.scene.ink(text.colour);
        let scale = self.scene.scale;
        let by = (
            scale.pixels(text.offset.0, area.w),
            scale.pixels(text.offset.1, area.h),
        );
        let moved = Area {
            x: area.x + if scale.mirrored { -by.0 } else { by.0 },
            y: area.y + by.1 + below(text.vertical, area.h, fitted.height),
            ..area
        };
        self.draw_fitted(&fitted, moved, area, text.align, ink);
    }

    /// Width of the longest line.
    pub(crate) fn fitted_width(&mut self, fitted: &Fitted) -> i32 {
        let style = fitted.style;
        let widths = fitted
            .lines
            .iter()
            .map(|line| self.typesetter.width(line, style));
        i32::try_from(widths.max().unwrap_or(0)).unwrap_or(i32::MAX)
    }

    /// Draws what was fitted, from the top of `area` on, and nothing outside `clip`.
    pub(crate) fn draw_fitted(
        &mut self,
        fitted: &Fitted,
        area: Area,
        clip: Area,
        align: Align,
        ink: Ink,
    ) {
        let Some(clip) = clip.and(self.clip).on(self.on.width(), self.on.height()) else {
            return;
        };
        let align = match (align, self.scene.scale.mirrored) {
            (Align::Left, true) => Align::Right,
            (Align::Right, true) => Align::Left,
            (align, _) => align,
        };
        let mut baseline = area.y + fitted.first;
        for line in &fitted.lines {
            let left_over = match align {
                Align::Left => 0,
                // Panels are far smaller than i32.
                _ => area.w - self.typesetter.width(line, fitted.style) as i32,
            };
            let x = area.x
                + if align == Align::Centre {
                    left_over / 2
                } else {
                    left_over
                };
            let line = Lines {
                texts: vec![line.clone()],
                ..Lines::default()
            };
            self.typesetter
                .draw_in(self.on, &line, fitted.style, (x, baseline), ink, clip);
            baseline += fitted.leading;
        }
    }
}

/// How far down something begins that is lower than its room.
pub(crate) fn below(vertical: Vertical, room: i32, height: i32) -> i32 {
    let over = (room - height).max(0);
    match vertical {
        Vertical::Top => 0,
        Vertical::Middle => over / 2,
        Vertical::Bottom => over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lower_than_its_room_stands_where_it_should() {
        assert_eq!(below(Vertical::Top, 100, 40), 0);
        assert_eq!(below(Vertical::Middle, 100, 40), 30);
        assert_eq!(below(Vertical::Bottom, 100, 40), 60);
        assert_eq!(below(Vertical::Bottom, 10, 40), 0);
    }
}
