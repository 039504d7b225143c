//! What a phone reads from a sign: a QR code that opens a booking.

use qrcode::{Color, EcLevel, QrCode, Version};

use crate::bitmap::Bitmap;
use crate::panel::Rect;

/// White modules that a reader wants around a code.
pub(crate) const QUIET: u32 = 4;

/// The address that opens a new event in Google Calendar with the room as a guest.
///
/// Google does not document these parameters, so this is the only place that knows them.
pub fn booking_url(room_email: &str) -> String {
    // An address has no character that a query must escape but these.
    let room = room_email
        .replace('%', "%25")
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('#', "%23");
    format!("https://calendar.google.com/calendar/render?action=TEMPLATE&add={room}")
}

/// A code, ready to be drawn.
pub(crate) struct Code {
    code: QrCode,
    module: u32,
}

impl Code {
    /// The code for `text`; none when it would take more than `largest` (a QR version).
    pub(crate) fn new(text: &str, module: u32, largest: i16) -> Option<Self> {
        // Low correction: a panel has no dirt or folds, and fewer modules are larger ones.
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        match code.version() {
            Version::Normal(version) if version <= largest => Some(Self { code, module }),
            _ => None,
        }
    }

    /// Edge of the square that the code blackens, without its quiet zone.
    pub(crate) fn edge(&self) -> u32 {
        u32::try_from(self.code.width()).map_or(0, |modules| modules * self.module)
    }

    /// What the code needs when its ink begins at `(x, y)`: the ink and the white around it.
    pub(crate) fn place(&self, x: u32, y: u32) -> Rect {
        let quiet = QUIET * self.module;
        Rect {
            x: x.saturating_sub(quiet),
            y: y.saturating_sub(quiet),
            width: self.edge() + 2 * quiet,
            height: self.edge() + 2 * quiet,
        }
    }

    pub(crate) fn draw(&self, on: &mut Bitmap, x: u32, y: u32) {
        let modules = self.code.width();
        let colours = self.code.to_colors();
        for (row, line) in (0..).zip(colours.chunks(modules.max(1))) {
            for (column, colour) in (0..).zip(line) {
                if *colour == Color::Dark {
                    let edge = self.module;
                    on.fill(
                        Rect {
                            x: x + column * edge,
                            y: y + row * edge,
                            width: edge,
                            height: edge,
                        },
                        true,
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As long as Google's addresses of rooms are.
    const ROOM: &str = "c_1885lqoq2h5duhc2kq6u9ebt83kf4@resource.calendar.google.com";

    #[test]
    fn the_booking_address_names_the_room_as_a_guest() {
        assert_eq!(
            booking_url(ROOM),
            format!("https://calendar.google.com/calendar/render?action=TEMPLATE&add={ROOM}")
        );
        assert!(booking_url("a+b&c@example.org").ends_with("add=a%2Bb%26c@example.org"));
    }

    #[test]
    fn a_room_of_a_usual_address_takes_version_6() {
        let code = Code::new(&booking_url(ROOM), 3, 6).unwrap();
        assert_eq!(code.edge(), 41 * 3);
        assert_eq!(code.place(100, 100).width, 49 * 3);
    }

    #[test]
    fn an_address_that_needs_too_large_a_code_gets_none() {
        assert!(Code::new(&"x".repeat(300), 3, 8).is_none());
        assert!(Code::new(&"x".repeat(30_000), 3, 40).is_none());
    }
}
