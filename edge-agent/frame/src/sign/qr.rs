//! The QR code by which a visitor books the room.

use qrcode::{Color, EcLevel, QrCode};

use crate::bitmap::Bitmap;
use crate::panel::Rect;

/// Modules of white around a code, without which readers do not find it.
const QUIET: u32 = 4;

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

/// The code with its quiet zone, as large as whole pixels per module allow within `most` pixels; none when that is
/// less than `module` pixels for each.
pub(crate) fn code(text: &str, most: u32, module: u32) -> Option<Bitmap> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let modules = u32::try_from(code.width()).ok()?;
    let scale = most / (modules + 2 * QUIET);
    if scale < module {
        return None;
    }
    let edge = (modules + 2 * QUIET) * scale;
    let mut picture = Bitmap::new_white(edge, edge);
    for (index, color) in (0_u32..).zip(code.to_colors()) {
        if color == Color::Dark {
            let (column, row) = (index % modules, index / modules);
            picture.fill(
                Rect {
                    x: (column + QUIET) * scale,
                    y: (row + QUIET) * scale,
                    width: scale,
                    height: scale,
                },
                true,
            );
        }
    }
    Some(picture)
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
        assert!(code(&booking_url("room@resource.calendar.google.com"), 100, 3).is_none());
        let drawn = code(&booking_url("room@resource.calendar.google.com"), 160, 3).unwrap();
        assert!(drawn.width() <= 160 && drawn.get(QUIET * 3, QUIET * 3));
    }
}
