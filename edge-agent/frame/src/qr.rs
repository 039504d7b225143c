//! The QR code by which a visitor books the room, and any other.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use qrcode::{Color, QrCode, Version, bits};

pub(crate) use qrcode::EcLevel as Correction;

/// Modules of white around a code, without which readers do not find it.
const QUIET: u32 = 4;
/// Least pixels of one module of a code that fills a block; finer ones are not read from a phone's distance.
const FINEST: u32 = 3;

/// Google Calendar's page for a new event with the room as guest.
///
/// Google does not document this address; it is the one that its own "add to calendar" buttons use. No dates are in it,
/// so that the pixels stay the same all day.
pub fn booking_url(room_email: &str) -> String {
    let escaped: String = room_email
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("https://calendar.google.com/calendar/render?action=TEMPLATE&add={escaped}")
}

/// Codes that are kept: a sign's code stays the same all day, and choosing its mask takes longer than all its texts.
const KEPT: usize = 1_000;

thread_local! {
    /// By text, correction and least version; `None` is text that no code holds.
    static CODES: RefCell<BTreeMap<(String, Correction, i16), Option<Dark>>> = const { RefCell::new(BTreeMap::new()) };
}

/// A code's modules without its quiet zone: how many across, and which are dark.
type Dark = (u32, Arc<[bool]>);

/// How large a code shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// As large as whole pixels per module allow within a square, with its quiet zone.
    Within {
        /// The square's edge in pixels.
        edge: u32,
    },
    /// So many pixels a module, and at least that version; without a quiet zone, for which the layout leaves room.
    Fixed {
        /// Pixels of a module.
        scale: u32,
        /// The version; more text than it holds takes a higher one.
        version: u32,
    },
}

/// A code, ready to be drawn.
#[derive(Debug)]
pub(crate) struct Modules {
    /// Modules across and down, the quiet zone included.
    pub(crate) width: u32,
    /// Pixels of a module.
    pub(crate) scale: u32,
    quiet: u32,
    dark: Arc<[bool]>,
}

impl Modules {
    /// Row and column of every dark module.
    pub(crate) fn dark(&self) -> impl Iterator<Item = (u32, u32)> {
        let (inner, quiet) = (self.width - 2 * self.quiet, self.quiet);
        (0_u32..)
            .zip(self.dark.iter())
            .filter(|(_, dark)| **dark)
            .map(move |(index, _)| (index / inner + quiet, index % inner + quiet))
    }
}

/// The code for a text; `None` when no code holds that much, or its modules would be too fine to scan.
pub(crate) fn modules(text: &str, correction: Correction, size: Size) -> Option<Modules> {
    let least = match size {
        Size::Within { .. } => 1,
        Size::Fixed { version, .. } => i16::try_from(version.clamp(1, 40)).ok()?,
    };
    let (inner, dark) = kept(text, correction, least)?;
    let (scale, quiet) = match size {
        Size::Within { edge } => (edge / (inner + 2 * QUIET), QUIET),
        Size::Fixed { scale, .. } => (scale, 0),
    };
    if scale < FINEST && matches!(size, Size::Within { .. }) {
        return None;
    }
    Some(Modules {
        width: inner + 2 * quiet,
        scale,
        quiet,
        dark,
    })
}

/// The least version whose code holds a text; `None` when none does.
pub(crate) fn version_for(text: &str, correction: Correction) -> Option<u32> {
    match bits::encode_auto(text.as_bytes(), correction)
        .ok()?
        .version()
    {
        Version::Normal(version) => u32::try_from(version).ok(),
        Version::Micro(_) => None,
    }
}

/// The modules, from those that are kept where they are.
fn kept(text: &str, correction: Correction, least: i16) -> Option<Dark> {
    let key = (text.to_owned(), correction, least);
    CODES.with_borrow_mut(|codes| {
        if codes.len() > KEPT {
            codes.clear();
        }
        codes
            .entry(key)
            .or_insert_with(|| make(text, correction, least))
            .clone()
    })
}

fn make(text: &str, correction: Correction, least: i16) -> Option<Dark> {
    let code = QrCode::with_version(text, Version::Normal(least), correction)
        .or_else(|_| QrCode::with_error_correction_level(text, correction))
        .ok()?;
    let colors = code.to_colors().into_iter();
    let dark = colors.map(|color| color == Color::Dark).collect();
    Some((u32::try_from(code.width()).ok()?, dark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_names_the_room_and_no_date() {
        let url = booking_url("c_188abc+x@resource.calendar.google.com");
        assert!(
            url.ends_with("&add=c_188abc%2Bx@resource.calendar.google.com"),
            "{url}"
        );
    }

    #[test]
    fn a_code_that_would_be_too_fine_to_scan_is_not_drawn() {
        let url = booking_url("room@resource.calendar.google.com");
        let within = |edge| modules(&url, Correction::L, Size::Within { edge });
        assert!(within(100).is_none());
        let code = within(160).unwrap();
        assert!(code.width * code.scale <= 160);
        assert!(
            code.dark().any(|at| at == (QUIET, QUIET)),
            "the finder begins behind the quiet zone"
        );
    }

    #[test]
    fn a_text_that_a_version_does_not_hold_takes_a_higher_one() {
        let fixed =
            |text: &str, version| modules(text, Correction::M, Size::Fixed { scale: 4, version });
        assert_eq!(fixed("a", 3).unwrap().width, 29);
        assert_eq!(fixed(&"a".repeat(100), 1).unwrap().width, 41);
        assert!(fixed(&"a".repeat(5000), 1).is_none());
    }
}
