//! Which of our letters stand for a font name, and how large they are.

use crate::document::fields::Fields;
use crate::document::item::Font;
use crate::document::length::Length;
use crate::document::warning::Warnings;

/// Share of a `SyncSign` font's number, which is about its line height, that is our font size.
const SIZE_OF_NUMBER: f64 = 0.82;
/// How far a text of such a font shrinks when ours is wider than the one it was set in.
const NARROWEST: f64 = 0.7;
/// Space between two lines that documents get who ask for none.
const LINE_SPACE: f64 = 2.0;
/// The number that a text without a font gets.
const DEFAULT_NUMBER: f64 = 24.0;
/// The families that `SyncSign` devices have, and whether ours should be bold for them.
const FAMILIES: &[(&str, bool)] = &[
    ("DDIN_CONDENSED", false),
    ("DDIN", false),
    ("CHARRIOT", false),
    ("APRILSANS", false),
    ("ROBOTO_CONDENSED", false),
    ("ROBOTO_SLAB", false),
    ("YANONE_KAFFEESATZ", true),
    ("KAUSHAN_SCRIPT", true),
    ("SRIRACHA", false),
    ("DORSA", false),
    ("LONDRINA_OUTLINE", true),
    ("BUNGEE_SHADE", true),
    ("NOTO_SERIF", false),
    ("NOTO_SANS", false),
];

/// Reads `size` and `weight`, else `font`, with the space between lines.
pub(super) fn font(fields: &mut Fields<'_>, warnings: &mut Warnings) -> Font {
    let bold = fields.word("weight", &[("BOLD", true), ("REGULAR", false)], warnings);
    let own = fields.extent("size", warnings);
    let least = fields.extent("minSize", warnings);
    let name = fields.text("font", warnings);
    let space = fields.extent("lineSpace", warnings);
    let leading = fields.extent("leading", warnings);
    if let Some(size) = own {
        return Font {
            size,
            least: least.unwrap_or(size),
            bold: bold.unwrap_or(false),
            leading,
        };
    }
    let (number, heavy) = name.map_or((DEFAULT_NUMBER, false), |name| {
        let named = named(&name);
        if let Named::Icons | Named::Unknown = named {
            let why = match named {
                Named::Icons => "its pictures are not carried here; they are left out",
                _ => "is not known; Noto Sans is taken",
            };
            warnings.add(&fields.path().key("font"), format!("`{name}`: {why}"));
        }
        match named {
            Named::Known { number, bold } => (number, bold),
            Named::Icons | Named::Unknown => (DEFAULT_NUMBER, false),
        }
    });
    let size = (number * SIZE_OF_NUMBER).round();
    Font {
        size: Length::pixels(size),
        least: least.unwrap_or(Length::pixels((size * NARROWEST).round())),
        bold: bold.unwrap_or(heavy),
        leading: leading.or_else(|| {
            let space = space.unwrap_or(Length::pixels(LINE_SPACE));
            Some(Length::pixels(number + f64::from(space.on(0, 1.0))))
        }),
    }
}

/// What a font name means.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Named {
    Known { number: f64, bold: bool },
    Icons,
    Unknown,
}

fn named(name: &str) -> Named {
    let name = name.trim().to_ascii_uppercase();
    if name.starts_with("ICON_") {
        return Named::Icons;
    }
    let (rest, marked) = match name.strip_suffix("_B") {
        Some(rest) => (rest, true),
        None => (name.as_str(), false),
    };
    let parts = rest.rsplit_once('_').and_then(|(family, number)| {
        let number = number
            .parse::<u32>()
            .ok()
            .filter(|n| (6..=400).contains(n))?;
        let known = FAMILIES.iter().find(|(name, _)| *name == family)?;
        Some((f64::from(number), known.1))
    });
    match parts {
        Some((number, heavy)) => Named::Known {
            number,
            bold: marked || heavy,
        },
        None => Named::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_name_is_a_family_and_a_number() {
        assert_eq!(
            named("DDIN_CONDENSED_32"),
            Named::Known {
                number: 32.0,
                bold: false
            }
        );
        assert_eq!(
            named("YANONE_KAFFEESATZ_44_B"),
            Named::Known {
                number: 44.0,
                bold: true
            }
        );
        assert_eq!(named("ICON_FA_SOLID"), Named::Icons);
        assert_eq!(named("COMIC_SANS_12"), Named::Unknown);
        assert_eq!(named("DDIN_99999"), Named::Unknown);
    }
}
