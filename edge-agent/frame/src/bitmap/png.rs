//! Pictures as PNG files, pixel for pixel: grey where the panel has no colours, else indexed.

use png::{BitDepth, ColorType};

use super::{Bitmap, BitmapError};
use crate::bits;
use crate::palette::{Ink, Palette};
use crate::panel::Panel;

impl Bitmap {
    /// As a PNG: one-bit grey for black and white, two-bit grey for four greys, else two-bit indexed.
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width(), self.height());
        let (color, depth) = kind(self.palette());
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == ColorType::Indexed {
            encoder.set_palette(table(self.palette()));
        }
        let data = match depth {
            // In a grey PNG 1 is white.
            BitDepth::One => self.rows().iter().map(|byte| !byte).collect(),
            _ => self.two_bit_rows(),
        };
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
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info()?;
        let found = reader.output_color_type();
        let entries = reader.info().palette.as_deref();
        let mut all = Palette::ALL.iter().copied();
        let palette = all.find(|palette| {
            kind(*palette) == found
                && (found.0 != ColorType::Indexed || entries == Some(&table(*palette)))
        });
        let palette = palette.ok_or(BitmapError::Kind(found))?;
        let panel = Panel {
            width: reader.info().width,
            height: reader.info().height,
            palette,
        };
        let size = reader
            .output_buffer_size()
            .ok_or(BitmapError::Kind(found))?;
        let mut data = vec![0; size];
        reader.next_frame(&mut data)?;
        let mut picture = Self::for_panel(&panel);
        let pixels_in_byte = if found.1 == BitDepth::One { 8 } else { 4 };
        let line = (panel.width.div_ceil(pixels_in_byte)) as usize;
        let levels = 8 / pixels_in_byte;
        for y in 0..panel.height {
            for x in 0..panel.width {
                let byte = data[y as usize * line + (x / pixels_in_byte) as usize];
                let up = 8 - levels - x % pixels_in_byte * levels;
                let value = byte >> up & ((1 << levels) - 1);
                picture.set(x, y, ink(palette, value)?);
            }
        }
        Ok(picture)
    }

    /// Every row as PNG has it: two bits a pixel.
    fn two_bit_rows(&self) -> Vec<u8> {
        let line = bits::bytes(self.width() * 2);
        let mut rows = vec![0; line * self.height() as usize];
        for (y, row) in (0..).zip(rows.chunks_mut(line.max(1))) {
            for x in 0..self.width() {
                let value = value(self.palette(), self.ink(x, y));
                row[(x / 4) as usize] |= value << (6 - x % 4 * 2);
            }
        }
        rows
    }
}

/// How a palette's pictures are written.
fn kind(palette: Palette) -> (ColorType, BitDepth) {
    match palette {
        Palette::BlackWhite => (ColorType::Grayscale, BitDepth::One),
        Palette::Grey4 => (ColorType::Grayscale, BitDepth::Two),
        _ => (ColorType::Indexed, BitDepth::Two),
    }
}

/// The colours of an indexed PNG.
fn table(palette: Palette) -> Vec<u8> {
    palette.inks().iter().flat_map(|ink| ink.rgb()).collect()
}

/// A pixel's value in the file: how light it is of three, or its colour's place in the table.
fn value(palette: Palette, ink: Ink) -> u8 {
    match palette {
        Palette::BlackWhite | Palette::Grey4 => ink.rgb()[0] / 0x55,
        _ => palette.code(ink),
    }
}

fn ink(palette: Palette, value: u8) -> Result<Ink, BitmapError> {
    let lightness = |ink: &&Ink| match palette {
        Palette::BlackWhite => (ink.rgb()[0] == 0xff) == (value == 1),
        _ => self::value(palette, **ink) == value,
    };
    let found = palette.inks().iter().find(lightness);
    found.copied().ok_or(BitmapError::Colour)
}
