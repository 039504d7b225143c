//! Decoded pictures: how many colours they have, and scaled to a place.

use std::collections::HashSet;

use super::Pixels;

/// More colours than this make a photograph of a drawing.
const FLAT_COLOURS: usize = 8;

/// Whether the picture has so few colours that it is a drawing.
pub(super) fn is_flat(rgba: &[u8]) -> bool {
    let mut colours = HashSet::new();
    rgba.chunks_exact(4).all(|pixel| {
        colours.insert(pixel);
        colours.len() <= FLAT_COLOURS
    })
}

/// The picture as large as fits without being stretched. Each pixel is the mean of those that it stands for; what is
/// enlarged is repeated.
pub(super) fn fit(pixels: Pixels, width: u32, height: u32) -> Pixels {
    let (across, down) = size((pixels.width, pixels.height), width, height);
    if (across, down) == (pixels.width, pixels.height) {
        return pixels;
    }
    let mut rgba = Vec::with_capacity((across * down) as usize * 4);
    for y in 0..down {
        let rows = stretch(y, down, pixels.height);
        for x in 0..across {
            let columns = stretch(x, across, pixels.width);
            rgba.extend(mean(&pixels, columns, rows.clone()));
        }
    }
    Pixels {
        width: across,
        height: down,
        rgba,
        is_flat: pixels.is_flat,
    }
}

/// The size that fits `width` × `height` with the proportions of `own`.
pub(super) fn size(own: (u32, u32), width: u32, height: u32) -> (u32, u32) {
    let (wide, high) = (u64::from(own.0), u64::from(own.1));
    let by_width = high * u64::from(width) / wide.max(1);
    // Each is at most what it is to fit.
    if by_width <= u64::from(height) {
        (width, by_width.max(1) as u32)
    } else {
        let by_height = wide * u64::from(height) / high.max(1);
        (by_height.max(1) as u32, height)
    }
}

/// The pixels of `from` that pixel `at` of `to` stands for.
fn stretch(at: u32, to: u32, from: u32) -> std::ops::Range<u32> {
    let place = |at: u32| (u64::from(at) * u64::from(from) / u64::from(to)) as u32;
    let start = place(at);
    start..place(at + 1).max(start + 1).min(from)
}

fn mean(pixels: &Pixels, columns: std::ops::Range<u32>, rows: std::ops::Range<u32>) -> [u8; 4] {
    let mut sums = [0_u64; 4];
    let mut count = 0;
    for y in rows {
        for x in columns.clone() {
            let at = (y * pixels.width + x) as usize * 4;
            let opacity = u64::from(pixels.rgba[at + 3]);
            for (sum, value) in sums.iter_mut().zip(&pixels.rgba[at..at + 3]) {
                *sum += u64::from(*value) * opacity;
            }
            sums[3] += opacity;
            count += 1;
        }
    }
    // Means of bytes are bytes.
    let tone = |sum: u64| sum.checked_div(sums[3]).unwrap_or(255) as u8;
    let opacity = sums[3].checked_div(count).unwrap_or(0) as u8;
    [tone(sums[0]), tone(sums[1]), tone(sums[2]), opacity]
}
