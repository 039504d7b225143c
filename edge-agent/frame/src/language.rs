//! The languages of signs, how they count hours, and which way they run.

use icu_locale_core::Locale as Tag;
use serde::{Deserialize, Serialize};

/// The languages that signs speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
    /// Polish.
    Polish,
    /// Arabic.
    Arabic,
    /// Japanese.
    Japanese,
    /// Chinese in simplified characters.
    ChineseSimplified,
}

impl Language {
    /// Every language.
    pub const ALL: &[Self] = &[
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Dutch,
        Self::Polish,
        Self::Arabic,
        Self::Japanese,
        Self::ChineseSimplified,
    ];

    /// The language's tag, such as `de`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Italian => "it",
            Self::Dutch => "nl",
            Self::Polish => "pl",
            Self::Arabic => "ar",
            Self::Japanese => "ja",
            Self::ChineseSimplified => "zh-Hans",
        }
    }

    /// The language of a tag, if signs speak it.
    pub(crate) fn of(tag: &Tag) -> Option<Self> {
        let script = tag.id.script.map(|script| script.to_string());
        let region = tag.id.region.map(|region| region.to_string());
        let is_traditional = matches!(region.as_deref(), Some("TW" | "HK" | "MO"));
        match tag.id.language.to_string().as_str() {
            "zh" => match script.as_deref() {
                Some("Hans") => Some(Self::ChineseSimplified),
                None if !is_traditional => Some(Self::ChineseSimplified),
                _ => None,
            },
            language => Self::ALL.iter().copied().find(|own| own.tag() == language),
        }
    }
}

/// Whether hours are counted to twelve or to twenty-four.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Clock {
    /// As the language does in its region.
    #[default]
    #[serde(rename = "language")]
    Language,
    /// To twelve, with a word for the half of the day.
    #[serde(rename = "12h")]
    Hours12,
    /// To twenty-four.
    #[serde(rename = "24h")]
    Hours24,
}

/// Which way lines run, and so on which side a sign begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// As in English.
    LeftToRight,
    /// As in Arabic.
    RightToLeft,
}
