//! Pictures of the hub's own: what its displays show while it waits to be paired.

use std::sync::{Arc, Mutex, PoisonError};

use frame::{Panel, Renderer};
use hub_link::code::PairingCode;

use crate::sign::{Order, SignHandle};

/// Draws notices for the displays.
#[derive(Clone)]
pub struct Notices {
    panels: Vec<Panel>,
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
    /// For the panels of the displays, in the order of the displays.
    pub fn new(panels: Vec<Panel>) -> Self {
        Self {
            panels,
            renderer: Arc::default(),
        }
    }

    /// Shows the pairing code on every display.
    pub fn show_code(&self, hub: &str, code: &PairingCode, signs: &[SignHandle]) {
        let mut renderer = self.renderer.lock().unwrap_or_else(PoisonError::into_inner);
        // Fonts are unpacked only by hubs that need them: a paired one never does.
        let renderer = renderer.get_or_insert_with(Renderer::new);
        let code = code.to_string();
        for (sign, panel) in signs.iter().zip(&self.panels) {
            let whose = match hub {
                "" => sign.key().to_owned(),
                hub => format!("{hub} · {}", sign.key()),
            };
            let lines = ["Type this code in the portal under Hubs", whose.as_str()];
            let picture = renderer.notice(panel, &code, &lines);
            sign.send(Order::Notice(Some(picture)));
        }
    }

    /// Gives the displays back to their plans, and the fonts' memory back.
    pub fn clear(&self, signs: &[SignHandle]) {
        *self.renderer.lock().unwrap_or_else(PoisonError::into_inner) = None;
        for sign in signs {
            sign.send(Order::Notice(None));
        }
    }
}
