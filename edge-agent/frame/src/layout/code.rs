//! QR codes, and the captions of buttons.

use crate::document::item::{Align, ButtonStyle, Code, Correction, Font};
use crate::document::length::Length;
use crate::layout::area::Area;
use crate::layout::canvas::Canvas;
use crate::palette::Ink;
use crate::qr::{self, Size};

/// Height of the strip above the buttons.
const STRIP: i32 = 24;
/// Font size of a caption, and what it may shrink to.
const CAPTION: (f64, f64) = (16.0, 10.0);

impl Canvas<'_> {
    pub(crate) fn code(&mut self, code: &Code, area: Area) {
        let booking = || {
            self.scene
                .state
                .room
                .as_ref()
                .and_then(|room| room.booking.clone())
        };
        let Some(text) = code.text.clone().or_else(booking) else {
            return;
        };
        let size = match code.fixed {
            Some((scale, version)) => {
                let scale = (scale as f32 * self.scene.scale.unit).round().max(1.0) as u32;
                Size::Fixed { scale, version }
            }
            None => Size::Within {
                edge: area.w.min(area.h).max(0).unsigned_abs(),
            },
        };
        let Some(modules) = qr::modules(&text, correction(code.correction), size) else {
            return;
        };
        let scale = modules.scale as i32;
        let edge = modules.width as i32 * scale;
        // A code in a block of its own stands at the outer lower corner, where layouts put it.
        let corner = match code.fixed {
            Some(_) => (area.x, area.y),
            None if self.scene.scale.mirrored => (area.x, area.bottom() - edge),
            None => (area.right() - edge, area.bottom() - edge),
        };
        self.fill(
            Area {
                x: corner.0,
                y: corner.1,
                w: edge,
                h: edge,
            },
            Ink::White,
        );
        for (row, column) in modules.dark() {
            let at = Area {
                x: corner.0 + column as i32 * scale,
                y: corner.1 + row as i32 * scale,
                w: scale,
                h: scale,
            };
            self.fill(at, Ink::Black);
        }
    }

    /// The captions above up to four buttons, along the lower edge.
    pub(crate) fn buttons(&mut self, buttons: &[(String, ButtonStyle)]) {
        let panel = self.scene.scale.panel;
        let font = Font {
            size: Length::pixels(CAPTION.0),
            least: Length::pixels(CAPTION.1),
            bold: true,
            leading: None,
        };
        let each = panel.w / 4;
        for (index, (title, style)) in buttons.iter().enumerate() {
            let x = each * i32::try_from(index).unwrap_or(0);
            let place = Area {
                x: x + 2,
                y: panel.h - STRIP,
                w: each - 4,
                h: STRIP,
            };
            let (ground, ink) = match style {
                ButtonStyle::Enabled => (Ink::Black, Ink::White),
                ButtonStyle::Disabled | ButtonStyle::Blank => (Ink::White, Ink::Black),
            };
            self.fill(place, ground);
            if *style == ButtonStyle::Blank {
                continue;
            }
            self.outline(place, 1, Ink::Black);
            let inner = place.inset(2);
            if let Some(fitted) = self.fit_line(title, &font, inner.w) {
                self.draw_fitted(&fitted, inner, inner, Align::Centre, ink);
            }
        }
    }
}

fn correction(asked: Correction) -> qr::Correction {
    match asked {
        Correction::Low => qr::Correction::L,
        Correction::Medium => qr::Correction::M,
        Correction::Quartile => qr::Correction::Q,
        Correction::High => qr::Correction::H,
    }
}
