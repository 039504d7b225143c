//! BMP files as room signs have them: 1, 4, 8, 24 or 32 bits a pixel, not compressed.

use super::{ImageError, Pixels, check, scan};

/// Reads a BMP file.
pub(super) fn read(file: &[u8]) -> Result<Pixels, ImageError> {
    let cut = ImageError::Bmp("it is cut off");
    let number = |at: usize| -> Result<u32, ImageError> {
        let bytes = file.get(at..at + 4).and_then(|four| four.try_into().ok());
        bytes
            .map(u32::from_le_bytes)
            .ok_or(ImageError::Bmp("it is cut off"))
    };
    let data = number(10)? as usize;
    let header = number(14)? as usize;
    if header < 40 {
        return Err(ImageError::Bmp("its header is of a kind from before 1990"));
    }
    let width = number(18)?;
    // A negative height means that the top row comes first.
    let signed_height = number(22)?.cast_signed();
    let height = signed_height.unsigned_abs();
    check(width, height)?;
    let depth = number(28)? & 0xffff;
    if number(30)? != 0 {
        return Err(ImageError::Bmp(
            "it is compressed; store it without compression",
        ));
    }
    if !matches!(depth, 1 | 4 | 8 | 24 | 32) {
        return Err(ImageError::Bmp(
            "only 1, 4, 8, 24 and 32 bits a pixel are drawn",
        ));
    }
    let line = (u64::from(width) * u64::from(depth)).div_ceil(32) as usize * 4;
    let rows = file.get(data..).unwrap_or_default();
    if rows.len() < line.saturating_mul(height as usize) {
        return Err(cut);
    }
    let colours = file.get(14 + header..data).unwrap_or_default();
    let mut rgba = Vec::with_capacity((width * height) as usize * 4);
    for y in 0..height {
        let from = if signed_height < 0 { y } else { height - 1 - y };
        let row = &rows[from as usize * line..][..line];
        for x in 0..width as usize {
            let bgr = match depth {
                24 | 32 => &row[x * depth as usize / 8..][..3],
                _ => {
                    let bit = x * depth as usize;
                    let value = row[bit / 8] >> (8 - depth as usize - bit % 8);
                    let index = usize::from(value) & ((1 << depth) - 1);
                    let bgr = colours.get(index * 4..index * 4 + 3);
                    bgr.ok_or(ImageError::Bmp(
                        "a pixel has a colour that its table does not have",
                    ))?
                }
            };
            rgba.extend([bgr[2], bgr[1], bgr[0], 255]);
        }
    }
    Ok(Pixels {
        width,
        height,
        is_flat: scan::is_flat(&rgba),
        rgba,
    })
}
