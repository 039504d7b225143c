//! The words on a sign: a table for each language, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

use icu_plurals::PluralCategory;

use crate::language::Language;

/// Names what a sign says.
macro_rules! keys {
    ($($(#[$doc:meta])* $key:ident = $name:literal,)+) => {
        /// What a sign can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Key {
            $($(#[$doc])* $key,)+
        }

        impl Key {
            /// Everything that a sign can say.
            pub const ALL: &[Self] = &[$(Self::$key,)+];

            /// The key's name, as tables and layouts write it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $name,)+
                }
            }
        }
    };
}

keys! {
    /// The room is taken.
    Busy = "busy",
    /// The room is not taken.
    Free = "free",
    /// Nothing is known.
    NoInformation = "no-information",
    /// What to do when nothing is known.
    AskCalendar = "ask-calendar",
    /// A meeting lasts all day.
    AllDay = "all-day",
    /// Nothing is booked as far as a sign looks ahead; stands behind [`Key::Free`].
    FreeAllDay = "free-all-day",
    /// What the QR code is for.
    ScanToBook = "scan-to-book",
    /// Until `{time}`, a time of today.
    Until = "until",
    /// Until `{time}`, a day, or a time of another day.
    UntilDay = "until-day",
    /// Until midnight, where that has no time such as 24:00.
    UntilMidnight = "until-midnight",
    /// How old what is shown may be: `{time}`, with a date before it when it is of another day.
    AsOf = "as-of",
    /// `{n}` more meetings at the same time.
    More = "more",
    /// `{n}` who come.
    People = "people",
    /// What comes next.
    Next = "next",
    /// What is on.
    Now = "now",
    /// Today.
    Today = "today",
    /// Tomorrow.
    Tomorrow = "tomorrow",
    /// The meeting ends within minutes.
    EndingSoon = "ending-soon",
    /// The display's battery is nearly empty.
    LowBattery = "low-battery",
    /// The room cannot be used.
    OutOfOrder = "out-of-order",
    /// Stands for a title that is not shown.
    Private = "private",
    /// Stands for a title that is empty.
    Untitled = "untitled",
    /// No more meetings today.
    NothingMore = "nothing-more",
    /// Who booked: `{name}`.
    BookedBy = "booked-by",
    /// The heading of several rooms.
    Rooms = "rooms",
    /// The heading of an announcement.
    Announcement = "announcement",
}

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    words: HashMap<&'static str, &'static str>,
}

static TABLES: LazyLock<HashMap<Language, Words>> = LazyLock::new(|| {
    let all = Language::ALL.iter();
    all.map(|language| (*language, Words::read(table(*language))))
        .collect()
});

fn table(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../locales/en.words"),
        Language::German => include_str!("../../locales/de.words"),
        Language::French => include_str!("../../locales/fr.words"),
        Language::Spanish => include_str!("../../locales/es.words"),
        Language::Italian => include_str!("../../locales/it.words"),
        Language::Dutch => include_str!("../../locales/nl.words"),
        Language::Polish => include_str!("../../locales/pl.words"),
        Language::Arabic => include_str!("../../locales/ar.words"),
        Language::Japanese => include_str!("../../locales/ja.words"),
        Language::ChineseSimplified => include_str!("../../locales/zh-Hans.words"),
    }
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        &TABLES[&language]
    }

    fn read(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        Self {
            words: lines.filter_map(|line| line.split_once(" = ")).collect(),
        }
    }

    /// The words of a key that has no plural forms; of one that has, those for many.
    pub(super) fn word(&self, key: Key) -> &'static str {
        let plain = self.words.get(key.name()).copied();
        plain.unwrap_or_else(|| self.plural(key, PluralCategory::Other))
    }

    /// The words of a key for a plural form; those for any number where the table has no others.
    pub(super) fn plural(&self, key: Key, form: PluralCategory) -> &'static str {
        let of = |form| self.words.get(format!("{}.{form}", key.name()).as_str());
        let found = of(name(form)).or_else(|| of("other"));
        // A test reads every key of every table.
        found.copied().unwrap_or(key.name())
    }
}

fn name(form: PluralCategory) -> &'static str {
    match form {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::locale::Locale;

    /// What is filled into words.
    fn places(words: &str) -> BTreeSet<&str> {
        let parts = words.split('{').skip(1);
        parts
            .filter_map(|part| Some(part.split_once('}')?.0))
            .collect()
    }

    #[test]
    fn every_language_says_everything_and_nothing_else() {
        let english = Words::of(Language::English);
        for language in Language::ALL {
            let words = Words::of(*language);
            for key in Key::ALL {
                let said = words.word(*key);
                assert_ne!(said, key.name(), "{language:?} has no words for {key:?}");
                assert!(!said.trim().is_empty(), "{language:?} {key:?}");
                assert_eq!(
                    places(said),
                    places(english.word(*key)),
                    "{language:?} {key:?}"
                );
            }
            for name in words.words.keys() {
                let key = name.split('.').next().unwrap();
                assert!(
                    Key::ALL.iter().any(|known| known.name() == key),
                    "{language:?} {name}"
                );
            }
            let lines = table(*language).lines().filter(|line| line.contains('='));
            assert_eq!(
                lines.filter(|l| !l.starts_with('#')).count(),
                words.words.len(),
                "{language:?} has a line twice"
            );
        }
    }

    #[test]
    fn every_language_has_the_plural_forms_that_small_numbers_need() {
        for language in Language::ALL {
            let locale = Locale::parse(language.tag()).unwrap();
            for key in [Key::More, Key::People] {
                for count in 0..200 {
                    let form = name(locale.formats().plural(count));
                    let line = format!("{}.{form}", key.name());
                    assert!(
                        Words::of(*language).words.contains_key(line.as_str()),
                        "{language:?} has no {line}, needed for {count}"
                    );
                }
            }
        }
    }
}
