//! Pictures in signs: logos and icons from SVG, photographs and bitmaps from PNG and BMP, in the panel's colours.
//!
//! What comes in may be broken or made to harm: size, pixels and elements are limited before anything is drawn, no file
//! and no address is ever followed, and whatever cannot be drawn is an error that says why.

mod bmp;
mod dither;
mod scan;
mod svg;

use std::collections::HashMap;
use std::sync::Arc;

use crate::bitmap::Bitmap;
use crate::palette::Palette;
use crate::panel::Panel;

/// The largest file, in bytes. A PNG of a 1872×1404 photograph has less.
pub const MAX_IMAGE_BYTES: usize = 4 << 20;

/// The most pixels of a PNG or BMP, so that a small file cannot fill the memory.
const MAX_PIXELS: u64 = 8_000_000;

/// Drawn pictures that are kept, in bytes.
const KEPT_BYTES: usize = 8 << 20;

/// Why a picture was not drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file is too large.
    #[error("the picture has {0} bytes; {MAX_IMAGE_BYTES} are the most")]
    Bytes(usize),
    /// The picture has too many pixels or none.
    #[error("the picture has {0}×{1} pixels; 1 to {MAX_PIXELS} are possible, so make it smaller")]
    Pixels(u32, u32),
    /// The file is none of the kinds that are drawn.
    #[error("the file is no PNG, BMP or SVG")]
    Unknown,
    /// The PNG is damaged.
    #[error("the PNG is damaged")]
    Png(#[source] ::png::DecodingError),
    /// The BMP is damaged or of a kind that is not drawn.
    #[error("the BMP cannot be drawn: {0}")]
    Bmp(&'static str),
    /// The SVG is damaged or has something that is not drawn.
    #[error("the SVG cannot be drawn: {0}")]
    Svg(String),
}

/// A decoded picture: red, green, blue and opacity of each pixel, row by row.
struct Pixels {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
    /// Whether it has few, flat colours: then none of them is dithered.
    is_flat: bool,
}

/// What names a drawn picture: the file, the size and the colours.
type Key = ([u8; 32], u32, u32, Palette);

/// Pictures that have been drawn. Keep one for long.
#[derive(Default)]
pub struct Images {
    kept: HashMap<Key, Arc<Bitmap>>,
    bytes: usize,
}

impl std::fmt::Debug for Images {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Images({} of {} bytes)", self.kept.len(), self.bytes)
    }
}

impl Images {
    /// The picture of a PNG, BMP or SVG file, as large as fits `width` × `height` without being stretched.
    ///
    /// What is transparent becomes white. Pictures with many tones are dithered, drawings are not.
    ///
    /// # Errors
    ///
    /// Fails when the file is damaged, too large, or not a picture.
    pub fn picture(
        &mut self,
        file: &[u8],
        width: u32,
        height: u32,
        palette: Palette,
    ) -> Result<Arc<Bitmap>, ImageError> {
        if file.len() > MAX_IMAGE_BYTES {
            return Err(ImageError::Bytes(file.len()));
        }
        check(width, height)?;
        self.kept_or((file, width, height, palette), || {
            draw(file, width, height, palette)
        })
    }

    /// The picture of a PNG or BMP file, pixel for pixel.
    ///
    /// # Errors
    ///
    /// Fails when the file is damaged, too large, or has no size of its own.
    pub fn unscaled(&mut self, file: &[u8], palette: Palette) -> Result<Arc<Bitmap>, ImageError> {
        if file.len() > MAX_IMAGE_BYTES {
            return Err(ImageError::Bytes(file.len()));
        }
        // No scaled picture is of this size.
        self.kept_or((file, 0, 0, palette), || {
            let pixels = decode(file)?.ok_or(ImageError::Unknown)?;
            Ok(dither(&pixels, palette))
        })
    }

    fn kept_or(
        &mut self,
        (file, width, height, palette): (&[u8], u32, u32, Palette),
        draw: impl FnOnce() -> Result<Bitmap, ImageError>,
    ) -> Result<Arc<Bitmap>, ImageError> {
        let key = (*blake3::hash(file).as_bytes(), width, height, palette);
        if let Some(known) = self.kept.get(&key) {
            return Ok(Arc::clone(known));
        }
        let drawn = Arc::new(draw()?);
        if self.bytes > KEPT_BYTES {
            self.kept.clear();
            self.bytes = 0;
        }
        self.bytes += drawn.rows().len();
        self.kept.insert(key, Arc::clone(&drawn));
        Ok(drawn)
    }
}

fn draw(file: &[u8], width: u32, height: u32, palette: Palette) -> Result<Bitmap, ImageError> {
    let pixels = match decode(file)? {
        Some(pixels) => scan::fit(pixels, width, height),
        None if looks_like_svg(file) => svg::draw(file, width, height)?,
        None => return Err(ImageError::Unknown),
    };
    Ok(dither(&pixels, palette))
}

/// The pixels of a PNG or BMP; none of anything else.
fn decode(file: &[u8]) -> Result<Option<Pixels>, ImageError> {
    if file.starts_with(b"\x89PNG") {
        png(file).map(Some)
    } else if file.starts_with(b"BM") {
        bmp::read(file).map(Some)
    } else {
        Ok(None)
    }
}

fn dither(pixels: &Pixels, palette: Palette) -> Bitmap {
    let panel = Panel {
        width: pixels.width,
        height: pixels.height,
        palette,
    };
    dither::draw(pixels, &panel)
}

fn looks_like_svg(file: &[u8]) -> bool {
    let start = &file[..file.len().min(1024)];
    start.windows(4).any(|four| four == b"<svg") || start.starts_with(b"<?xml")
}

fn png(file: &[u8]) -> Result<Pixels, ImageError> {
    let limits = ::png::Limits {
        bytes: MAX_PIXELS as usize * 4,
    };
    let mut decoder = ::png::Decoder::new_with_limits(std::io::Cursor::new(file), limits);
    decoder.set_transformations(::png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(ImageError::Png)?;
    let (width, height) = (reader.info().width, reader.info().height);
    check(width, height)?;
    let size = reader.output_buffer_size();
    let size = size.ok_or(ImageError::Pixels(width, height))?;
    let mut data = vec![0; size];
    let info = reader.next_frame(&mut data).map_err(ImageError::Png)?;
    let samples = info.color_type.samples();
    let rgba = data[..info.buffer_size()].chunks_exact(samples);
    let rgba = rgba.flat_map(|pixel| match *pixel {
        [grey] => [grey, grey, grey, 255],
        [grey, opacity] => [grey, grey, grey, opacity],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, opacity, ..] => [red, green, blue, opacity],
        [] => [255; 4],
    });
    let rgba: Vec<u8> = rgba.collect();
    Ok(Pixels {
        width,
        height,
        is_flat: scan::is_flat(&rgba),
        rgba,
    })
}

/// Whether so many pixels can be decoded.
fn check(width: u32, height: u32) -> Result<(), ImageError> {
    let count = u64::from(width) * u64::from(height);
    if count == 0 || count > MAX_PIXELS {
        return Err(ImageError::Pixels(width, height));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
