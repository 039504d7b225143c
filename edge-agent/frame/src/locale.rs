//! How a region writes dates, times and numbers, and what its signs say.
//!
//! Dates, times, numbers and plural forms are ICU4X's, with CLDR's data compiled in; the words are the small tables in
//! `locales/`. A locale is cheap to clone: keep one per room or link.

mod formats;
mod phrases;
pub(crate) mod words;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use icu_locale_core::Locale as Tag;
use icu_locale_core::extensions::Extensions;
use jiff::civil::{Date, Time};

use self::formats::Formats;
use self::words::{Key, Words};
use crate::language::{Clock, Direction, Language};

/// A language as a region writes it.
#[derive(Clone)]
pub struct Locale(Arc<Inner>);

struct Inner {
    tag: String,
    language: Language,
    clock: Clock,
    formats: OnceLock<Formats>,
}

/// A text that names no locale that signs can be written in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a language that signs can be written in; write en, de, fr, es, it, nl, pl, ar, ja or zh-Hans, with a \
     region behind it where that matters, such as de-CH or en-US"
)]
pub struct NotALocale(pub String);

impl Locale {
    /// From a BCP 47 tag, such as `de` or `en-US`.
    ///
    /// English without a region is written as in Britain: day before month, hours to twenty-four.
    ///
    /// # Errors
    ///
    /// Fails when the text is not a tag, or of a language without words.
    pub fn parse(text: &str) -> Result<Self, NotALocale> {
        let no = || NotALocale(text.to_owned());
        // No language that is here needs more; what is longer is not worth keeping.
        if text.len() > 35 {
            return Err(no());
        }
        let mut tag = Tag::try_from_str(&text.replace('_', "-")).map_err(|_| no())?;
        let language = Language::of(&tag).ok_or_else(no)?;
        // Extensions and variants change nothing that signs say.
        tag.extensions = Extensions::new();
        tag.id.variants.clear();
        Ok(Self::new(tag.to_string(), language, Clock::Language))
    }

    fn new(tag: String, language: Language, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            tag,
            language,
            clock,
            formats: OnceLock::new(),
        }))
    }

    /// The same, with hours counted so.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self::new(self.0.tag.clone(), self.0.language, clock)
    }

    /// The locale's tag, such as `de-CH`.
    pub fn tag(&self) -> &str {
        &self.0.tag
    }

    /// Its language.
    pub fn language(&self) -> Language {
        self.0.language
    }

    /// How hours are counted.
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// Which way lines run.
    pub fn direction(&self) -> Direction {
        match self.0.language {
            Language::Arabic => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }

    /// Day, month and day of the week in full: "Saturday 1 February".
    pub fn date(&self, date: Date) -> String {
        self.formats().date(date)
    }

    /// Day, month and day of the week, short: "Sat 1 Feb".
    pub fn short_date(&self, date: Date) -> String {
        self.formats().short_date(date)
    }

    /// Day and month, short: "1 Feb".
    pub fn day_of_month(&self, date: Date) -> String {
        self.formats().day_of_month(date)
    }

    /// The day of the week, short: "Sat".
    pub fn day_of_week(&self, date: Date) -> String {
        self.formats().day_of_week(date)
    }

    /// Hour and minute: "14:05", or "2:05 pm" where hours are counted to twelve.
    pub fn time(&self, time: Time) -> String {
        self.formats().time(time)
    }

    /// A whole number in the region's digits.
    pub fn number(&self, number: u32) -> String {
        self.formats().number(number)
    }

    /// What a sign says in this language.
    ///
    /// Words that something is filled into keep their `{time}`, `{n}` or `{name}`; [`Locale::filled`] and
    /// [`Locale::counted`] fill it in.
    pub fn word(&self, key: Key) -> &'static str {
        self.words().word(key)
    }

    /// What a sign says, with `value` where the words have `{time}` or `{name}`.
    pub fn filled(&self, key: Key, value: &str) -> String {
        self.word(key)
            .replace("{time}", value)
            .replace("{name}", value)
    }

    /// What a sign says about `count` things, in the plural form that the language has for that many.
    pub fn counted(&self, key: Key, count: u32) -> String {
        let form = self.formats().plural(count);
        let words = self.words().plural(key, form);
        words.replace("{n}", &self.number(count))
    }

    fn words(&self) -> &'static Words {
        Words::of(self.0.language)
    }

    fn formats(&self) -> &Formats {
        let inner = &self.0;
        inner
            .formats
            .get_or_init(|| Formats::new(&inner.tag, inner.clock))
    }
}

impl Default for Locale {
    /// English as in Britain.
    fn default() -> Self {
        Self::new("en".to_owned(), Language::English, Clock::Language)
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.tag, self.0.clock) == (&other.0.tag, other.0.clock)
    }
}

impl Eq for Locale {}

impl Hash for Locale {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.0.tag, self.0.clock).hash(state);
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({}, {:?})", self.0.tag, self.0.clock)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.tag)
    }
}

impl FromStr for Locale {
    type Err = NotALocale;

    fn from_str(text: &str) -> Result<Self, NotALocale> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
