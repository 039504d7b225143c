//! Pictures of the hub's own: what its displays show while it waits to be paired.

use std::sync::{Arc, Mutex, PoisonError};

use frame::{Bitmap, Panel, Rect, Renderer};
use hub_link::code::PairingCode;
use qrcode::{EcLevel, QrCode};

use crate::sign::{Order, SignHandle};

/// White around a QR code, in modules: cameras need it.
const QUIET: u32 = 4;

/// Draws notices for the displays.
#[derive(Clone)]
pub struct Notices {
    panels: Vec<Panel>,
    /// The host that serves the portal too, if the hub was told one.
    portal: Option<String>,
    renderer: Arc<Mutex<Option<Renderer>>>,
}

impl std::fmt::Debug for Notices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notices")
            .field("panels", &self.panels)
            .finish_non_exhaustive()
    }
}

impl Notices {
    /// For the panels of the displays, in the order of the displays; `agent` is where the hub dials, `HOST:PORT`.
    pub fn new(panels: Vec<Panel>, agent: Option<&str>) -> Self {
        let host = agent.and_then(|agent| Some(agent.rsplit_once(':')?.0.to_owned()));
        Self {
            panels,
            portal: host.map(|host| format!("https://{host}/m/hubs")),
            renderer: Arc::default(),
        }
    }

    /// Shows the pairing code on every display, to be typed, or scanned with a telephone that is signed in.
    pub fn show_code(&self, hub: &str, code: &PairingCode, signs: &[SignHandle]) {
        let mut renderer = self.renderer.lock().unwrap_or_else(PoisonError::into_inner);
        // Fonts are unpacked only by hubs that need them: a paired one never does.
        let renderer = renderer.get_or_insert_with(Renderer::new);
        for (sign, panel) in signs.iter().zip(&self.panels) {
            let whose = match hub {
                "" => sign.key().to_owned(),
                hub => format!("{hub} · {}", sign.key()),
            };
            let picture = self.code_picture(renderer, panel, code, &whose);
            sign.send(Order::Notice(Some(picture)));
        }
    }

    fn code_picture(
        &self,
        renderer: &mut Renderer,
        panel: &Panel,
        code: &PairingCode,
        whose: &str,
    ) -> Bitmap {
        let text = code.to_string();
        let lines = ["Type this code in the portal under Hubs", whose];
        let mut picture = renderer.notice(panel, &text, &lines);
        // What follows the # stays in the browser: no server's log has the code.
        let address = self
            .portal
            .as_ref()
            .map(|portal| format!("{portal}#code={text}"));
        if let Some(address) = address {
            draw_qr(&mut picture, &address);
        }
        picture
    }

    /// Gives the displays back to their plans, and the fonts' memory back.
    pub fn clear(&self, signs: &[SignHandle]) {
        *self.renderer.lock().unwrap_or_else(PoisonError::into_inner) = None;
        for sign in signs {
            sign.send(Order::Notice(None));
        }
    }
}

/// Draws a QR code into a corner that is white, if there is one.
fn draw_qr(picture: &mut Bitmap, text: &str) {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return;
    };
    let modules = u32::try_from(code.width()).unwrap_or(u32::MAX);
    let side = modules.saturating_add(2 * QUIET);
    // A third of the panel's height, and large enough for a telephone at arm's length.
    let scale = picture.height() / 3 / side;
    if scale < 2 {
        return;
    }
    // Within the rule around the notice.
    let inset = picture.height() / 24;
    let Some(right) = picture.width().checked_sub(side * scale + inset) else {
        return;
    };
    let low = picture.height() - side * scale - inset;
    let corners = [(right, low), (right, inset), (inset, low), (inset, inset)];
    let is_free = |(x, y): &(u32, u32)| {
        picture.is_white(Rect {
            x: *x,
            y: *y,
            width: side * scale,
            height: side * scale,
        })
    };
    let Some((left, top)) = corners.into_iter().find(is_free) else {
        return;
    };
    for (index, colour) in (0_u32..).zip(code.to_colors()) {
        let module = Rect {
            x: left + (QUIET + index % modules) * scale,
            y: top + (QUIET + index / modules) * scale,
            width: scale,
            height: scale,
        };
        picture.fill(module, colour == qrcode::Color::Dark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_panel_shows_a_qr_code_beside_the_typed_one() {
        let code: PairingCode = "0123-4567-89AB-CDEF".parse().unwrap();
        let panel: Panel = "800x480".parse().unwrap();
        let mut renderer = Renderer::new();
        let mut picture = |agent| {
            Notices::new(vec![panel], agent).code_picture(&mut renderer, &panel, &code, "n1")
        };
        let (plain, scanned) = (picture(None), picture(Some("agent.example:7443")));
        let differs = frame::changed_part(&plain, &scanned).unwrap();
        assert!(differs.width >= 70 && differs.height >= 70, "{differs:?}");
    }
}
