//! One-bit pictures.

use std::fmt;

use crate::panel::{Palette, Panel, Rect};

/// What a frame is named by: a hash of its size and its pixels.
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

/// A picture of black and white pixels.
///
/// Rows run from top to bottom and are packed, leftmost pixel in the most significant bit, 1 is black; each row begins
/// at a byte, and the bits behind its last pixel are 0.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    rows: Vec<u8>,
}

/// Why bytes are not a picture of the expected size.
#[derive(Debug, thiserror::Error)]
pub enum BitmapError {
    /// The rows are of another size.
    #[error("{width}×{height} pixels take {expected} bytes, not {found}")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Bytes that such a picture has.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A bit behind the end of a row is set, so that equal pictures would have different names.
    #[error("a bit behind the end of a row is set")]
    Padding,
    /// The file is not a PNG.
    #[error("not a PNG picture")]
    Png(#[from] png::DecodingError),
    /// The file is a PNG of a kind that [`Bitmap::to_png`] does not write.
    #[error("a PNG with {0:?}, not one-bit grey")]
    Kind((png::ColorType, png::BitDepth)),
}

impl Bitmap {
    /// All white.
    pub fn new_white(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            rows: vec![0; stride(width) * height as usize],
        }
    }

    /// All white, of the panel's size.
    pub fn for_panel(panel: &Panel) -> Self {
        Self::new_white(panel.width, panel.height)
    }

    /// From packed rows as [`Bitmap::rows`] gives them.
    ///
    /// # Errors
    ///
    /// Fails when there are too few or too many, or a bit behind the end of a row is set.
    pub fn from_rows(width: u32, height: u32, rows: Vec<u8>) -> Result<Self, BitmapError> {
        let expected = stride(width) * height as usize;
        if rows.len() != expected {
            return Err(BitmapError::Size {
                width,
                height,
                expected,
                found: rows.len(),
            });
        }
        let beyond = (stride(width) * 8) as u32 - width;
        let padded = beyond > 0
            && rows
                .chunks(stride(width))
                .any(|row| row.last().is_some_and(|last| last << (8 - beyond) != 0));
        if padded {
            return Err(BitmapError::Padding);
        }
        Ok(Self {
            width,
            height,
            rows,
        })
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The packed rows.
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Whether the pixel is black; outside the picture nothing is.
    pub fn get(&self, x: u32, y: u32) -> bool {
        x < self.width && y < self.height && self.rows[self.byte(x, y)] & bit(x) != 0
    }

    /// Makes the pixel black or white; outside the picture nothing happens.
    pub fn set(&mut self, x: u32, y: u32, black: bool) {
        if x < self.width && y < self.height {
            let index = self.byte(x, y);
            if black {
                self.rows[index] |= bit(x);
            } else {
                self.rows[index] &= !bit(x);
            }
        }
    }

    /// Makes a rectangle black or white, as far as it lies in the picture.
    pub fn fill(&mut self, rect: Rect, black: bool) {
        for y in rect.y..rect.bottom().min(self.height) {
            for x in rect.x..rect.right().min(self.width) {
                self.set(x, y, black);
            }
        }
    }

    /// Draws a frame of `thickness` pixels inside the rectangle's edge.
    pub fn outline(&mut self, rect: Rect, thickness: u32) {
        let t = thickness.min(rect.width / 2).min(rect.height / 2);
        let Rect {
            x,
            y,
            width,
            height,
        } = rect;
        self.fill(
            Rect {
                x,
                y,
                width,
                height: t,
            },
            true,
        );
        self.fill(
            Rect {
                x,
                y: rect.bottom() - t,
                width,
                height: t,
            },
            true,
        );
        self.fill(
            Rect {
                x,
                y,
                width: t,
                height,
            },
            true,
        );
        self.fill(
            Rect {
                x: rect.right() - t,
                y,
                width: t,
                height,
            },
            true,
        );
    }

    /// Copies `picture`, white pixels too, to `(x, y)`, as far as it fits.
    pub fn blit(&mut self, picture: &Self, x: u32, y: u32) {
        for from_y in 0..picture.height {
            for from_x in 0..picture.width {
                self.set(
                    x.saturating_add(from_x),
                    y.saturating_add(from_y),
                    picture.get(from_x, from_y),
                );
            }
        }
    }

    /// Whether no pixel of the rectangle is black.
    pub fn is_white(&self, rect: Rect) -> bool {
        (rect.y..rect.bottom()).all(|y| (rect.x..rect.right()).all(|x| !self.get(x, y)))
    }

    /// The picture's name: BLAKE3 over `placard-frame-1`, width, height (32-bit little-endian), palette and rows.
    pub fn hash(&self) -> FrameHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"placard-frame-1");
        hasher.update(&self.width.to_le_bytes());
        hasher.update(&self.height.to_le_bytes());
        hasher.update(&[Palette::BlackWhite.number()]);
        hasher.update(&self.rows);
        FrameHash(*hasher.finalize().as_bytes())
    }

    /// As a one-bit grey PNG, pixel for pixel.
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        // In a grey PNG 1 is white.
        let data: Vec<u8> = self.rows.iter().map(|byte| !byte).collect();
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&data))
            .expect("writing to memory cannot fail and the rows have the size of the header");
        file
    }

    /// From a PNG that [`Bitmap::to_png`] wrote.
    ///
    /// # Errors
    ///
    /// Fails when the file is not a PNG, or one of another kind.
    pub fn from_png(file: &[u8]) -> Result<Self, BitmapError> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info()?;
        let kind = reader.output_color_type();
        if kind != (png::ColorType::Grayscale, png::BitDepth::One) {
            return Err(BitmapError::Kind(kind));
        }
        let (width, height) = (reader.info().width, reader.info().height);
        let mut data = vec![0; stride(width) * height as usize];
        reader.next_frame(&mut data)?;
        let mut picture = Self {
            width,
            height,
            rows: data.iter().map(|byte| !byte).collect(),
        };
        let beyond = (stride(width) * 8) as u32 - width;
        for row in picture.rows.chunks_mut(stride(width)) {
            if let Some(last) = row.last_mut() {
                *last &= u8::MAX << beyond;
            }
        }
        Ok(picture)
    }

    fn byte(&self, x: u32, y: u32) -> usize {
        y as usize * stride(self.width) + x as usize / 8
    }
}

impl fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bitmap({}×{}, {})", self.width, self.height, self.hash())
    }
}

fn stride(width: u32) -> usize {
    width.div_ceil(8) as usize
}

fn bit(x: u32) -> u8 {
    0x80 >> (x % 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_survives_png_and_rows() {
        let mut picture = Bitmap::new_white(13, 3);
        picture.set(0, 0, true);
        picture.set(12, 2, true);
        assert_eq!(Bitmap::from_png(&picture.to_png()).unwrap(), picture);
        assert_eq!(
            Bitmap::from_rows(13, 3, picture.rows().to_vec()).unwrap(),
            picture
        );
        assert_eq!(picture.rows(), [0x80, 0, 0, 0, 0, 0x08]);
    }

    #[test]
    fn equal_pixels_have_one_name_and_other_sizes_another() {
        assert_eq!(
            Bitmap::new_white(8, 2).hash(),
            Bitmap::new_white(8, 2).hash()
        );
        assert_ne!(
            Bitmap::new_white(8, 2).hash(),
            Bitmap::new_white(16, 1).hash()
        );
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        assert!(matches!(
            Bitmap::from_rows(13, 1, vec![0]),
            Err(BitmapError::Size { expected: 2, .. })
        ));
        assert!(matches!(
            Bitmap::from_rows(13, 1, vec![0, 1]),
            Err(BitmapError::Padding)
        ));
        assert!(Bitmap::from_png(b"nonsense").is_err());
    }

    #[test]
    fn drawing_outside_the_picture_does_nothing() {
        let mut picture = Bitmap::new_white(4, 4);
        picture.set(4, 0, true);
        picture.blit(&Bitmap::new_white(9, 9), 2, 2);
        picture.fill(
            Rect {
                x: 2,
                y: 2,
                width: 50,
                height: 50,
            },
            true,
        );
        assert!(picture.get(3, 3) && !picture.get(4, 4));
    }
}
