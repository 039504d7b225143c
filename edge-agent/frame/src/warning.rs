//! What of a picture looks otherwise than it should.

use std::fmt;

/// Something that was drawn otherwise than asked for; the picture is whole all the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// No font has these letters; a box stands in their place.
    MissingGlyph(String),
    /// Only a font of this machine has these letters: other machines draw them differently.
    OwnFont(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingGlyph(letters) => {
                let codes = letters.chars().map(|c| format!(" U+{:04X}", u32::from(c)));
                let codes: String = codes.collect();
                write!(
                    f,
                    "no font has \u{201c}{letters}\u{201d} ({}); install the font pack, or leave it out",
                    codes.trim_start()
                )
            }
            Self::OwnFont(letters) => write!(
                f,
                "\u{201c}{letters}\u{201d} is drawn with a font of this machine and may look different elsewhere"
            ),
        }
    }
}
