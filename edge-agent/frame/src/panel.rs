//! The glass: its size in pixels, its colours, how it hangs, places on it.

use std::fmt;
use std::str::FromStr;

use crate::palette::Palette;

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

impl Panel {
    /// A panel of black and white pixels.
    pub fn black_white(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            palette: Palette::BlackWhite,
        }
    }

    /// The panel as its reader sees it when it hangs turned by `rotation`: what a sign is laid out for.
    pub fn turned(self, rotation: Rotation) -> Self {
        match rotation {
            Rotation::None | Rotation::Half => self,
            Rotation::Right | Rotation::Left => Self {
                width: self.height,
                height: self.width,
                ..self
            },
        }
    }
}

/// A text that names no panel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a panel; write its pixels as WIDTHxHEIGHT, such as 800x480, each 32 to 4096, and behind them -bwr, \
     -bwy, -bwry or -grey4 unless it is black and white"
)]
pub struct NotAPanel(pub String);

impl FromStr for Panel {
    type Err = NotAPanel;

    fn from_str(text: &str) -> Result<Self, NotAPanel> {
        let edge = |digits: &str| digits.parse().ok().filter(|edge| EDGE.contains(edge));
        let understood = || {
            let (size, palette) = match text.split_once('-') {
                Some((size, palette)) => (size, palette.parse().ok()?),
                None => (text, Palette::BlackWhite),
            };
            let (width, height) = size.split_once('x')?;
            Some(Self {
                width: edge(width)?,
                height: edge(height)?,
                palette,
            })
        };
        understood().ok_or_else(|| NotAPanel(text.to_owned()))
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)?;
        match self.palette {
            Palette::BlackWhite => Ok(()),
            palette => write!(f, "-{palette}"),
        }
    }
}

/// How far a picture is turned, clockwise, before the panel gets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rotation {
    /// Not at all.
    #[default]
    None,
    /// By 90 degrees: the picture's top is at the panel's right.
    Right,
    /// By 180 degrees.
    Half,
    /// By 270 degrees: the picture's top is at the panel's left.
    Left,
}

impl Rotation {
    /// From degrees clockwise; only quarters of a turn exist.
    pub fn from_degrees(degrees: u32) -> Option<Self> {
        match degrees {
            0 => Some(Self::None),
            90 => Some(Self::Right),
            180 => Some(Self::Half),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// Degrees clockwise.
    pub fn degrees(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Right => 90,
            Self::Half => 180,
            Self::Left => 270,
        }
    }

    /// Where a pixel of a picture of `width` × `height` comes to lie when the picture is turned.
    pub(crate) fn place(self, (x, y): (u32, u32), width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::None => (x, y),
            Self::Right => (height - 1 - y, x),
            Self::Half => (width - 1 - x, height - 1 - y),
            Self::Left => (y, width - 1 - x),
        }
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

    /// Where a rectangle of a picture of `width` × `height`, in which it lies, is when the picture has been turned.
    pub fn turned(self, rotation: Rotation, width: u32, height: u32) -> Self {
        if self.width == 0 || self.height == 0 {
            return self;
        }
        let one = rotation.place((self.x, self.y), width, height);
        let other = rotation.place((self.right() - 1, self.bottom() - 1), width, height);
        Self {
            x: one.0.min(other.0),
            y: one.1.min(other.1),
            width: one.0.abs_diff(other.0) + 1,
            height: one.1.abs_diff(other.1) + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_written_as_its_pixels_and_its_colours() {
        let panel: Panel = "800x480".parse().unwrap();
        assert_eq!(panel, Panel::black_white(800, 480));
        assert_eq!(panel.to_string(), "800x480");
        assert_eq!("800x480-bw".parse(), Ok(panel));
        for text in [
            "800x480-bwr",
            "296x128-bwy",
            "400x300-bwry",
            "1872x1404-grey4",
        ] {
            assert_eq!(text.parse::<Panel>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "800",
            "800x",
            "0x480",
            "99999x480",
            "800 x 480",
            "800x480-",
            "800x480-cmyk",
        ] {
            assert!(wrong.parse::<Panel>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn four_quarters_are_a_whole_turn() {
        let block = Rect {
            x: 10,
            y: 20,
            width: 30,
            height: 4,
        };
        assert_eq!(
            block.turned(Rotation::Right, 100, 50),
            Rect {
                x: 26,
                y: 10,
                width: 4,
                height: 30
            }
        );
        let (mut turned, mut size) = (block, (100, 50));
        for _ in 0..4 {
            turned = turned.turned(Rotation::Right, size.0, size.1);
            size = (size.1, size.0);
        }
        assert_eq!(turned, block);
        for degrees in [0, 90, 180, 270] {
            assert_eq!(Rotation::from_degrees(degrees).unwrap().degrees(), degrees);
        }
        assert_eq!(Rotation::from_degrees(45), None);
    }
}
