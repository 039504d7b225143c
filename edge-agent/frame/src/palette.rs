//! The colours that a panel has, and which of them stands for one that it lacks.

use std::fmt;
use std::str::FromStr;

/// A colour that can be asked for on any panel; where the panel lacks it, [`Palette::nearest`] stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ink {
    /// Paper.
    White,
    /// Of the four greys the second lightest.
    LightGrey,
    /// Of the four greys the second darkest.
    DarkGrey,
    /// Ink.
    Black,
    /// Red pigment.
    Red,
    /// Yellow pigment.
    Yellow,
}

impl Ink {
    /// As a screen shows it: red, green, blue. The pigments are duller than pure colours, as on glass.
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::White => [0xff; 3],
            Self::LightGrey => [0xaa; 3],
            Self::DarkGrey => [0x55; 3],
            Self::Black => [0; 3],
            Self::Red => [0xc8, 0x14, 0x14],
            Self::Yellow => [0xf0, 0xc0, 0x00],
        }
    }
}

impl From<bool> for Ink {
    /// `true` is black, `false` is white.
    fn from(black: bool) -> Self {
        if black { Self::Black } else { Self::White }
    }
}

/// Which colours a panel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Palette {
    /// Black and white.
    BlackWhite,
    /// Black, white and red.
    BlackWhiteRed,
    /// Black, white and yellow.
    BlackWhiteYellow,
    /// Black, white, red and yellow.
    BlackWhiteRedYellow,
    /// Four greys, black and white among them.
    Grey4,
}

impl Palette {
    /// Every palette.
    pub const ALL: &[Self] = &[
        Self::BlackWhite,
        Self::BlackWhiteRed,
        Self::BlackWhiteYellow,
        Self::BlackWhiteRedYellow,
        Self::Grey4,
    ];

    /// The palette's number in a frame's name and in stores; never reused.
    pub fn number(self) -> u8 {
        match self {
            Self::BlackWhite => 1,
            Self::BlackWhiteRed => 2,
            Self::BlackWhiteYellow => 3,
            Self::BlackWhiteRedYellow => 4,
            Self::Grey4 => 5,
        }
    }

    /// The palette of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.number() == number)
    }

    /// Bits that a pixel takes, each in a plane of its own.
    pub fn planes(self) -> usize {
        match self {
            Self::BlackWhite => 1,
            _ => 2,
        }
    }

    /// The colours, each at its code: bit 0 of the code lies in the first plane, bit 1 in the second.
    pub fn inks(self) -> &'static [Ink] {
        match self {
            Self::BlackWhite => &[Ink::White, Ink::Black],
            Self::BlackWhiteRed => &[Ink::White, Ink::Black, Ink::Red],
            Self::BlackWhiteYellow => &[Ink::White, Ink::Black, Ink::Yellow],
            Self::BlackWhiteRedYellow => &[Ink::White, Ink::Black, Ink::Red, Ink::Yellow],
            Self::Grey4 => &[Ink::White, Ink::DarkGrey, Ink::LightGrey, Ink::Black],
        }
    }

    /// The colour that marks what matters, on panels that have one: a busy band, a low battery.
    pub fn accent(self) -> Option<Ink> {
        match self {
            Self::BlackWhite | Self::Grey4 => None,
            Self::BlackWhiteRed | Self::BlackWhiteRedYellow => Some(Ink::Red),
            Self::BlackWhiteYellow => Some(Ink::Yellow),
        }
    }

    /// The colour itself where the panel has it; else black for a dark one and white for a light one, so that text
    /// stays readable on what lies behind it.
    pub fn nearest(self, ink: Ink) -> Ink {
        if self.inks().contains(&ink) {
            return ink;
        }
        match ink {
            Ink::Black | Ink::Red | Ink::DarkGrey => Ink::Black,
            Ink::White | Ink::LightGrey | Ink::Yellow => Ink::White,
        }
    }

    /// The colour's code, as in [`Palette::inks`].
    pub(crate) fn code(self, ink: Ink) -> u8 {
        let ink = self.nearest(ink);
        let place = self.inks().iter().position(|own| *own == ink);
        // Every palette has what `nearest` answers, and none has more than four colours.
        place.unwrap_or(0) as u8
    }

    /// How the palette is written behind a panel's size.
    fn name(self) -> &'static str {
        match self {
            Self::BlackWhite => "bw",
            Self::BlackWhiteRed => "bwr",
            Self::BlackWhiteYellow => "bwy",
            Self::BlackWhiteRedYellow => "bwry",
            Self::Grey4 => "grey4",
        }
    }
}

/// A text that names no palette.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a palette; there are bw, bwr, bwy, bwry and grey4")]
pub struct NotAPalette(pub String);

impl FromStr for Palette {
    type Err = NotAPalette;

    fn from_str(text: &str) -> Result<Self, NotAPalette> {
        let mut all = Self::ALL.iter().copied();
        all.find(|palette| palette.name() == text)
            .ok_or_else(|| NotAPalette(text.to_owned()))
    }
}

impl fmt::Display for Palette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_palette_is_found_by_its_number_and_its_name() {
        for palette in Palette::ALL {
            assert_eq!(Palette::from_number(palette.number()), Some(*palette));
            assert_eq!(palette.to_string().parse(), Ok(*palette));
        }
        assert_eq!(Palette::from_number(0), None);
        assert!("cmyk".parse::<Palette>().is_err());
    }

    #[test]
    fn a_missing_colour_keeps_its_contrast() {
        assert_eq!(Palette::BlackWhite.nearest(Ink::Red), Ink::Black);
        assert_eq!(Palette::BlackWhite.nearest(Ink::Yellow), Ink::White);
        assert_eq!(Palette::BlackWhiteRed.nearest(Ink::Red), Ink::Red);
        assert_eq!(Palette::Grey4.nearest(Ink::DarkGrey), Ink::DarkGrey);
        for palette in Palette::ALL {
            assert_eq!(
                palette.code(Ink::White),
                0,
                "{palette}: unset bits are paper"
            );
            assert_eq!(
                palette.inks()[usize::from(palette.code(Ink::Black))],
                Ink::Black
            );
        }
    }

    #[test]
    fn every_palette_fits_its_planes() {
        for palette in Palette::ALL {
            assert!(palette.inks().len() <= 1 << palette.planes(), "{palette}");
        }
    }
}
