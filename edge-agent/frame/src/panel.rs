//! The glass: its size in pixels, its colours, places on it.

use std::fmt;
use std::str::FromStr;

/// The smallest and the largest edge of a panel, in pixels.
const EDGE: std::ops::RangeInclusive<u32> = 32..=4096;

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Panel {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its colours.
    pub palette: Palette,
}

/// Which colours a panel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Palette {
    /// Black and white.
    BlackWhite,
}

impl Palette {
    /// The palette's number in a frame's name; never reused.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::BlackWhite => 1,
        }
    }
}

/// A text that names no panel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a panel; write its pixels as WIDTHxHEIGHT, such as 800x480, each 32 to 4096")]
pub struct NotAPanel(pub String);

impl FromStr for Panel {
    type Err = NotAPanel;

    fn from_str(text: &str) -> Result<Self, NotAPanel> {
        let edge = |digits: &str| digits.parse().ok().filter(|edge| EDGE.contains(edge));
        let size = text
            .split_once('x')
            .and_then(|(width, height)| Some((edge(width)?, edge(height)?)));
        let (width, height) = size.ok_or_else(|| NotAPanel(text.to_owned()))?;
        Ok(Self {
            width,
            height,
            palette: Palette::BlackWhite,
        })
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Rect {
    /// The first column behind it.
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// The first row below it.
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_written_as_its_pixels() {
        let panel: Panel = "800x480".parse().unwrap();
        assert_eq!((panel.width, panel.height), (800, 480));
        assert_eq!(panel.to_string(), "800x480");
        for wrong in ["", "800", "800x", "0x480", "99999x480", "800 x 480"] {
            assert!(wrong.parse::<Panel>().is_err(), "{wrong}");
        }
    }
}
