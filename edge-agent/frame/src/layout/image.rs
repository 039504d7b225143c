//! Pictures that a layout names.

use crate::document::item::Colour;
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::palette::Ink;

impl Canvas<'_> {
    /// Draws the picture of that name, in the middle of its area and as large as it fits; nothing when the state has
    /// none of that name, or one that cannot be read.
    ///
    /// With a foreground the picture is a stencil, pixel for pixel: what is dark gets that colour, the rest stays.
    pub(crate) fn image(&mut self, name: &str, foreground: Option<Colour>, area: Area) {
        let state = self.scene.state;
        let (Some((_, file)), false) = (state.pictures.get(name), area.is_empty()) else {
            return;
        };
        let palette = self.scene.panel.palette;
        let drawn = match foreground {
            Some(_) => self.images.unscaled(file, palette),
            None => {
                let (w, h) = (area.w.unsigned_abs(), area.h.unsigned_abs());
                self.images.picture(file, w, h, palette)
            }
        };
        let Ok(picture) = drawn else { return };
        // Pictures are far smaller than i32.
        let (w, h) = (picture.width() as i32, picture.height() as i32);
        let (x, y) = match foreground {
            Some(_) => (area.x, area.y),
            None => (area.x + (area.w - w) / 2, area.y + (area.h - h) / 2),
        };
        let seen = Area { x, y, w, h }
            .and(area)
            .and(self.clip)
            .and(self.scene.scale.panel);
        self.budget.spend(
            u64::from(seen.w.max(0).unsigned_abs()) * u64::from(seen.h.max(0).unsigned_abs()),
        );
        for py in seen.y..seen.bottom() {
            for px in seen.x..seen.right() {
                let ink = picture.ink((px - x).unsigned_abs(), (py - y).unsigned_abs());
                let ink = match foreground {
                    Some(_) if ink == Ink::White => continue,
                    Some(colour) => self.scene.ink(colour),
                    None => ink,
                };
                self.on.set(px.unsigned_abs(), py.unsigned_abs(), ink);
            }
        }
    }
}
