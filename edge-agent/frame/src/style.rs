//! How text looks: size and weight.

/// Height of a capital letter of Noto Sans, as a share of the font size (its OS/2 table: 714 of 1000).
const CAPITAL: f32 = 0.714;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    /// Font size in pixels.
    pub(crate) size: f32,
    /// Bold or regular.
    pub(crate) bold: bool,
}

impl Style {
    pub(crate) fn bold(size: f32) -> Self {
        Self {
            size: size.round(),
            bold: true,
        }
    }

    pub(crate) fn regular(size: f32) -> Self {
        Self {
            size: size.round(),
            bold: false,
        }
    }

    /// From one baseline to the next, in pixels.
    pub(crate) fn leading(self) -> u32 {
        whole(self.size * if self.size < 24.0 { 1.3 } else { 1.18 })
    }

    /// Height of a capital, in pixels.
    pub(crate) fn capital(self) -> u32 {
        whole(self.size * CAPITAL)
    }

    /// Large bold words look even when they stand closer together.
    pub(crate) fn tracking(self) -> f32 {
        if self.bold && self.size >= 32.0 {
            -self.size * 0.02
        } else {
            0.0
        }
    }
}

/// A non-negative length in whole pixels.
pub(crate) fn whole(length: f32) -> u32 {
    length.round().max(0.0) as u32
}
