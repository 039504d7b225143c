//! Lengths and places: pixels of the canvas that a layout was drawn on, or shares of the panel.

/// No place on any panel is farther out than this; it keeps sums of lengths far from the ends of their type.
const FARTHEST: f64 = 10_000.0;

/// A length: a share of the whole and pixels of the layout's canvas beside it, such as `100% - 24`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Length {
    /// Of the whole, 1 is all of it.
    share: f32,
    /// Pixels of the canvas.
    pixels: f32,
}

impl Length {
    /// Nothing.
    pub(crate) const ZERO: Self = Self {
        share: 0.0,
        pixels: 0.0,
    };

    /// So many pixels of the layout's canvas; more than any panel has counts as that many.
    pub(crate) fn pixels(pixels: f64) -> Self {
        Self {
            share: 0.0,
            pixels: pixels.clamp(-FARTHEST, FARTHEST) as f32,
        }
    }

    /// A share of the whole, in percent.
    pub(crate) fn percent(percent: f64) -> Self {
        Self {
            share: (percent.clamp(-FARTHEST, FARTHEST) / 100.0) as f32,
            pixels: 0.0,
        }
    }

    /// Reads `40%`, `100% - 24`, `50%+8` or `24`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let number = |part: &str| {
            part.parse::<f64>()
                .ok()
                .filter(|n| n.is_finite() && !part.contains(['e', 'E', 'n', 'N']))
        };
        let Some((share, pixels)) = text.split_once('%') else {
            return number(&text).map(Self::pixels);
        };
        let pixels = if pixels.is_empty() {
            0.0
        } else if pixels.starts_with(['+', '-']) {
            number(pixels)?
        } else {
            return None;
        };
        Some(Self {
            share: Self::percent(number(share)?).share,
            pixels: Self::pixels(pixels).pixels,
        })
    }

    /// So many pixels of the canvas before it.
    pub(crate) fn minus(self, pixels: f64) -> Self {
        Self {
            share: self.share,
            pixels: self.pixels - Self::pixels(pixels).pixels,
        }
    }

    /// In pixels of the panel: `whole` is what shares are of, `unit` the panel pixels of one pixel of the canvas.
    pub(crate) fn on(self, whole: i32, unit: f32) -> f32 {
        self.share * whole as f32 + self.pixels * unit
    }
}

/// A rectangle as a layout gives it; a width or height that is not given reaches to the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Block {
    pub(crate) x: Length,
    pub(crate) y: Length,
    pub(crate) w: Option<Length>,
    pub(crate) h: Option<Length>,
}

impl Block {
    /// Everything.
    pub(crate) const WHOLE: Self = Self {
        x: Length::ZERO,
        y: Length::ZERO,
        w: None,
        h: None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_written() {
        let on = |text: &str| Length::parse(text).map(|length| length.on(800, 2.0));
        assert_eq!(on("24"), Some(48.0));
        assert_eq!(on("50%"), Some(400.0));
        assert_eq!(on("100% - 24"), Some(752.0));
        assert_eq!(on(" 25%+8 "), Some(216.0));
        for wrong in [
            "", "%", "a%", "50%8", "50% - ", "1e9", "NaN", "inf", "50%-5%",
        ] {
            assert_eq!(on(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_farther_than_any_panel_is_as_far_as_that() {
        assert_eq!(Length::pixels(1e300), Length::pixels(FARTHEST));
        assert_eq!(Length::percent(-1e300), Length::percent(-FARTHEST));
    }
}
