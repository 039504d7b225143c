//! Tones as dots of a panel's colours, by an ordered pattern: a pixel depends on nothing but its own tone and place, so
//! that a change in one corner of a picture stays there.

use super::Pixels;
use crate::bitmap::Bitmap;
use crate::palette::{Ink, Palette};
use crate::panel::Panel;

/// Bayer's pattern: thresholds 0 to 63, neighbours as far apart as can be.
const PATTERN: [[u8; 8]; 8] = [
    [0, 32, 8, 40, 2, 34, 10, 42],
    [48, 16, 56, 24, 50, 18, 58, 26],
    [12, 44, 4, 36, 14, 46, 6, 38],
    [60, 28, 52, 20, 62, 30, 54, 22],
    [3, 35, 11, 43, 1, 33, 9, 41],
    [51, 19, 59, 27, 49, 17, 57, 25],
    [15, 47, 7, 39, 13, 45, 5, 37],
    [63, 31, 55, 23, 61, 29, 53, 21],
];

/// The picture in the panel's colours; what is transparent is white.
pub(super) fn draw(pixels: &Pixels, panel: &Panel) -> Bitmap {
    let mut picture = Bitmap::for_panel(panel);
    for (index, rgba) in (0..).zip(pixels.rgba.chunks_exact(4)) {
        let (x, y) = (index % pixels.width, index / pixels.width);
        let rgb = on_white(rgba);
        let threshold = if pixels.is_flat {
            0.5
        } else {
            (f32::from(PATTERN[(y % 8) as usize][(x % 8) as usize]) + 0.5) / 64.0
        };
        let ink = choose(panel.palette, rgb, threshold);
        if ink != Ink::White {
            picture.set(x, y, ink);
        }
    }
    picture
}

fn on_white(rgba: &[u8]) -> [f32; 3] {
    let opacity = f32::from(rgba[3]) / 255.0;
    [0, 1, 2].map(|i| f32::from(rgba[i]) / 255.0 * opacity + 1.0 - opacity)
}

/// The panel's colour for a tone: pigments for what has their hue, else the two neighbouring greys by the threshold.
fn choose(palette: Palette, rgb: [f32; 3], threshold: f32) -> Ink {
    let [red, green, blue] = rgb;
    let lightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let colourful = red - blue;
    for ink in palette.inks() {
        // Reds have little green, yellows much; skin and wood have too little of either to be more than grey.
        let is_hue = match ink {
            Ink::Red => red - green > 0.3,
            Ink::Yellow => red - green <= 0.3 && green - blue > 0.3,
            _ => false,
        };
        if is_hue && colourful > 0.25 + 0.5 * threshold {
            return *ink;
        }
    }
    let steps: &[Ink] = match palette {
        Palette::Grey4 => &[Ink::Black, Ink::DarkGrey, Ink::LightGrey, Ink::White],
        _ => &[Ink::Black, Ink::White],
    };
    let position = lightness * (steps.len() - 1) as f32;
    let lower = (position as usize).min(steps.len() - 2);
    let rest = position - lower as f32;
    steps[if rest >= threshold { lower + 1 } else { lower }]
}
