//! Pictures as panels take them.

mod png;

use std::fmt;

use crate::bits;
use crate::palette::{Ink, Palette};
use crate::panel::{Panel, Rect, Rotation};

/// What a frame is named by: a hash of its size, its colours and its pixels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameHash(pub [u8; 32]);

impl fmt::Display for FrameHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FrameHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameHash({self})")
    }
}

/// A picture in the colours of a panel.
///
/// Its bytes, [`Bitmap::rows`], are one plane for black and white and two planes for more colours, the first plane
/// whole before the second, as panels take them. In a plane, rows run from top to bottom, leftmost pixel in the most
/// significant bit; each row begins at a byte, and the bits behind its last pixel are 0. A pixel's code is its bit in
/// the first plane plus twice its bit in the second, and means:
///
/// | code | bw | bwr | bwy | bwry | grey4 |
/// |---|---|---|---|---|---|
/// | 0 | white | white | white | white | white |
/// | 1 | black | black | black | black | dark grey |
/// | 2 | | red | yellow | red | light grey |
/// | 3 | | never | never | yellow | black |
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    panel: Panel,
    rows: Vec<u8>,
}

/// Why bytes are not a picture of the expected size.
#[derive(Debug, thiserror::Error)]
pub enum BitmapError {
    /// The rows are of another size.
    #[error("a picture of {panel} takes {expected} bytes, not {found}")]
    Size {
        /// Size and colours.
        panel: Panel,
        /// Bytes that such a picture has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A bit behind the end of a row is set, so that equal pictures would have different names.
    #[error("a bit behind the end of a row is set")]
    Padding,
    /// A pixel has a code that its palette does not use.
    #[error("a pixel has a colour that the panel does not have")]
    Colour,
    /// The file is not a PNG.
    #[error("not a PNG picture")]
    Png(#[from] ::png::DecodingError),
    /// The file is a PNG of a kind that [`Bitmap::to_png`] does not write.
    #[error("a PNG with {0:?}, in which no frame is written")]
    Kind((::png::ColorType, ::png::BitDepth)),
}

impl Bitmap {
    /// All white, of a black and white panel.
    pub fn new_white(width: u32, height: u32) -> Self {
        Self::for_panel(&Panel::black_white(width, height))
    }

    /// All white, of the panel's size and colours.
    pub fn for_panel(panel: &Panel) -> Self {
        Self {
            panel: *panel,
            rows: vec![0; length(panel)],
        }
    }

    /// From the bytes that [`Bitmap::rows`] gives.
    ///
    /// # Errors
    ///
    /// Fails when there are too few or too many, a bit behind the end of a row is set, or a pixel has no colour.
    pub fn from_rows(panel: &Panel, rows: Vec<u8>) -> Result<Self, BitmapError> {
        let expected = length(panel);
        if rows.len() != expected {
            return Err(BitmapError::Size {
                panel: *panel,
                expected,
                found: rows.len(),
            });
        }
        let stride = bits::bytes(panel.width);
        let beyond = stride as u32 * 8 - panel.width;
        let is_padded = |row: &[u8]| row.last().is_some_and(|last| last << (8 - beyond) != 0);
        if beyond > 0 && rows.chunks(stride).any(is_padded) {
            return Err(BitmapError::Padding);
        }
        if panel.palette.inks().len() == 3 {
            let (first, second) = rows.split_at(expected / 2);
            if first.iter().zip(second).any(|(one, two)| one & two != 0) {
                return Err(BitmapError::Colour);
            }
        }
        Ok(Self {
            panel: *panel,
            rows,
        })
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.panel.width
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.panel.height
    }

    /// The colours.
    pub fn palette(&self) -> Palette {
        self.panel.palette
    }

    /// Size and colours.
    pub fn panel(&self) -> Panel {
        self.panel
    }

    /// The packed pixels, as the type's description says.
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Whether the pixel is anything but white; outside the picture nothing is.
    pub fn get(&self, x: u32, y: u32) -> bool {
        self.ink(x, y) != Ink::White
    }

    /// The pixel's colour; outside the picture all is white.
    pub fn ink(&self, x: u32, y: u32) -> Ink {
        if x >= self.width() || y >= self.height() {
            return Ink::White;
        }
        let byte = self.stride() * y as usize + x as usize / 8;
        let planes = self.rows.chunks(self.plane());
        let code = planes.rev().fold(0, |code, plane| {
            code << 1 | usize::from(plane[byte] & bits::bit(x) != 0)
        });
        self.palette()
            .inks()
            .get(code)
            .copied()
            .unwrap_or(Ink::White)
    }

    /// Gives the pixel a colour, or black for `true` and white for `false`; outside the picture nothing happens.
    pub fn set(&mut self, x: u32, y: u32, ink: impl Into<Ink>) {
        let ink = ink.into();
        if x < self.width() && y < self.height() {
            self.each_plane(y, ink, |row, set| bits::fill(row, x, x + 1, set));
        }
    }

    /// Gives a rectangle a colour, or black for `true` and white for `false`, as far as it lies in the picture.
    pub fn fill(&mut self, rect: Rect, ink: impl Into<Ink>) {
        let ink = ink.into();
        let until = rect.right().min(self.width());
        for y in rect.y..rect.bottom().min(self.height()) {
            self.each_plane(y, ink, |row, set| bits::fill(row, rect.x, until, set));
        }
    }

    /// Draws a black frame of `thickness` pixels inside the rectangle's edge.
    pub fn outline(&mut self, rect: Rect, thickness: u32) {
        self.outline_in(rect, thickness, Ink::Black);
    }

    /// Draws a frame of `thickness` pixels inside the rectangle's edge.
    pub fn outline_in(&mut self, rect: Rect, thickness: u32, ink: Ink) {
        let t = thickness.min(rect.width / 2).min(rect.height / 2);
        let [top, left] = [Rect { height: t, ..rect }, Rect { width: t, ..rect }];
        let [bottom, right] = [rect.bottom() - t, rect.right() - t];
        for side in [
            top,
            left,
            Rect { y: bottom, ..top },
            Rect { x: right, ..left },
        ] {
            self.fill(side, ink);
        }
    }

    /// Copies `picture`, white pixels too, to `(x, y)`, as far as it fits; colours become the nearest that are here.
    pub fn blit(&mut self, picture: &Self, x: u32, y: u32) {
        let place = Rect {
            x,
            y,
            width: picture.width(),
            height: picture.height(),
        };
        self.fill(place, Ink::White);
        self.overprint(picture, x, y, None);
    }

    /// Draws what is not white in `picture` at `(x, y)`, as far as it fits, and leaves the rest as it is: in `ink`, or
    /// in its own colours.
    pub fn overprint(&mut self, picture: &Self, x: u32, y: u32, ink: Option<Ink>) {
        for own in &picture.palette().inks()[1..] {
            for row in 0..picture.height() {
                let mask = picture.row_of(row, *own);
                self.stamp(&mask, x, y.saturating_add(row), ink.unwrap_or(*own));
            }
        }
    }

    /// The picture, turned.
    #[must_use]
    pub fn rotated(&self, rotation: Rotation) -> Self {
        if rotation == Rotation::None {
            return self.clone();
        }
        let mut turned = Self::for_panel(&self.panel.turned(rotation));
        for y in 0..self.height() {
            for x in 0..self.width() {
                let ink = self.ink(x, y);
                if ink != Ink::White {
                    let (x, y) = rotation.place((x, y), self.width(), self.height());
                    turned.set(x, y, ink);
                }
            }
        }
        turned
    }

    /// Whether every pixel of the rectangle is white.
    pub fn is_white(&self, rect: Rect) -> bool {
        (rect.y..rect.bottom()).all(|y| (rect.x..rect.right()).all(|x| !self.get(x, y)))
    }

    /// The picture's name: BLAKE3 over `placard-frame-1`, width, height (32-bit little-endian), the palette's number
    /// and rows.
    pub fn hash(&self) -> FrameHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"placard-frame-1");
        hasher.update(&self.width().to_le_bytes());
        hasher.update(&self.height().to_le_bytes());
        hasher.update(&[self.palette().number()]);
        hasher.update(&self.rows);
        FrameHash(*hasher.finalize().as_bytes())
    }

    /// Gives the pixels that are set in `mask` a colour, the mask's first bit at `(x, y)`.
    pub(crate) fn stamp(&mut self, mask: &[u8], x: u32, y: u32, ink: Ink) {
        if x >= self.width() || y >= self.height() {
            return;
        }
        let beyond = self.stride() as u32 * 8 - self.width();
        self.each_plane(y, ink, |row, set| {
            bits::stamp(row, x, mask, set);
            if let Some(last) = row.last_mut() {
                *last &= 0xff << beyond;
            }
        });
    }

    /// The bits of one row that have a colour.
    fn row_of(&self, y: u32, ink: Ink) -> Vec<u8> {
        let code = self.palette().code(ink);
        let start = self.stride() * y as usize;
        let mut found = vec![0xff; self.stride()];
        for (index, plane) in self.rows.chunks(self.plane()).enumerate() {
            let wanted = code >> index & 1 == 1;
            for (found, byte) in found.iter_mut().zip(&plane[start..]) {
                *found &= if wanted { *byte } else { !*byte };
            }
        }
        found
    }

    /// Calls `change` with the row `y` of every plane and the bit that the colour has there.
    fn each_plane(&mut self, y: u32, ink: Ink, mut change: impl FnMut(&mut [u8], bool)) {
        let code = self.palette().code(ink);
        let (stride, plane) = (self.stride(), self.plane());
        let start = stride * y as usize;
        for (index, plane) in self.rows.chunks_mut(plane).enumerate() {
            change(&mut plane[start..start + stride], code >> index & 1 == 1);
        }
    }

    /// Bytes of a row.
    fn stride(&self) -> usize {
        bits::bytes(self.width())
    }

    /// Bytes of a plane, at least one.
    fn plane(&self) -> usize {
        (self.stride() * self.height() as usize).max(1)
    }
}

impl fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bitmap({}, {})", self.panel, self.hash())
    }
}

/// Bytes of a panel's picture.
fn length(panel: &Panel) -> usize {
    bits::bytes(panel.width) * panel.height as usize * panel.palette.planes()
}

#[cfg(test)]
mod tests;
