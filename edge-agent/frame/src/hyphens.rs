//! Words that are wider than their line, divided with a hyphen.
//!
//! No dictionary: a word that does not fit a sign at its smallest size is rare, and any division with a hyphen reads
//! better than one without. Where it can, the division falls before a consonant that a vowel follows, which is where
//! most languages in these scripts put it.

/// Ends a line within a word.
const HYPHEN: char = '-';
/// Letters that stand on either side of a division at least.
const BEFORE: usize = 2;
const AFTER: usize = 3;
/// How many letters a division is moved back at most to fall between syllables.
const BACK: usize = 5;
/// Consonants that are written with several letters, which are never taken apart; the longest first.
const TOGETHER: [&str; 10] = ["sch", "ch", "ck", "ph", "qu", "rh", "sh", "sz", "th", "cz"];

/// Whether a text that goes on at `at` on a new line has a word taken apart there, in a script with spaces between
/// words.
pub(crate) fn takes_apart(text: &str, at: usize) -> bool {
    /// From here on scripts break between any two characters.
    const ANYWHERE: char = '\u{2e80}';
    let in_word = |c: char| c.is_alphanumeric() && c < ANYWHERE;
    let (before, after) = text.split_at(at);
    before.ends_with(in_word) && after.starts_with(in_word)
}

/// The text with hyphens in every word that is too wide for a line, or `None` when there is no place for one. `fits`
/// says whether letters fit on one line.
pub(crate) fn divide(text: &str, mut fits: impl FnMut(&str) -> bool) -> Option<String> {
    let mut divided = String::with_capacity(text.len() + 8);
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            divided.push(' ');
        }
        let mut rest = word;
        // What has digits in it is a code or an address: a hyphen would be read as a part of it.
        let is_word = !word.contains(|c: char| c.is_numeric());
        while is_word && !fits(rest) {
            let Some(at) = place(rest, &mut fits) else {
                break;
            };
            divided.push_str(&rest[..at]);
            divided.push(HYPHEN);
            rest = &rest[at..];
        }
        divided.push_str(rest);
    }
    (divided.len() > text.len()).then_some(divided)
}

/// The last place of a word at which it is well divided and its beginning fits with a hyphen.
fn place(word: &str, fits: &mut impl FnMut(&str) -> bool) -> Option<usize> {
    let letters: Vec<(usize, char)> = word.char_indices().collect();
    let places: Vec<usize> = (BEFORE..letters.len().saturating_sub(AFTER - 1))
        .filter(|&index| is_divided(letters[index - 1].1) && is_divided(letters[index].1))
        .collect();
    let beginning = |index: usize| format!("{}{HYPHEN}", &word[..letters[index].0]);
    let count = places.partition_point(|&index| fits(&beginning(index)));
    let last = *places.get(count.checked_sub(1)?)?;
    let near = places[..count].iter().rev();
    let better = near
        .take_while(|&&index| index + BACK >= last)
        .find(|&&index| begins_a_syllable(&word[letters[index].0..], letters[index - 1].1));
    Some(letters[*better.unwrap_or(&last)].0)
}

/// Letters of scripts that divide words with a hyphen: Latin, Greek, Cyrillic, Armenian.
fn is_divided(c: char) -> bool {
    c.is_alphabetic() && (c < '\u{590}' || ('\u{1e00}'..'\u{2000}').contains(&c))
}

/// Whether letters begin with a consonant and a vowel, and are not the end of letters that belong together.
fn begins_a_syllable(letters: &str, before: char) -> bool {
    let lower: String = letters
        .chars()
        .take(4)
        .flat_map(char::to_lowercase)
        .collect();
    let before = before.to_lowercase().next().unwrap_or(before);
    let is_torn = TOGETHER.iter().any(|together| {
        together
            .char_indices()
            .skip(1)
            .any(|(at, _)| together[..at].ends_with(before) && lower.starts_with(&together[at..]))
    });
    let together = TOGETHER.iter().find(|one| lower.starts_with(**one));
    let consonants = together.map_or(1, |one| one.chars().count());
    let mut letters = lower.chars();
    !is_torn
        && letters.next().is_some_and(|first| !is_vowel(first))
        && letters.nth(consonants.max(1) - 1).is_some_and(is_vowel)
}

fn is_vowel(c: char) -> bool {
    "aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿąęěůűőаеёиіїоуыэюяєαεηιουωάέήίόύώ".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Divides for lines of so many letters.
    fn within(letters: usize, text: &str) -> Option<String> {
        divide(text, |part| part.chars().count() <= letters)
    }

    #[test]
    fn a_long_word_is_divided_between_syllables() {
        let whole = "Donaudampfschifffahrtsgesellschaftskapitän";
        assert_eq!(
            within(31, whole).unwrap(),
            "Donaudampfschifffahrtsgesell-schaftskapitän"
        );
        assert_eq!(within(8, "Besprechung").unwrap(), "Bespre-chung");
        assert_eq!(within(6, "Совещание").unwrap(), "Сове-щание");
        assert_eq!(within(20, "Besprechung"), None, "it fits");
    }

    #[test]
    fn every_part_fits_and_nothing_but_hyphens_is_added() {
        let text = "On the Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz today";
        for letters in 6..40 {
            let divided = within(letters, text).unwrap();
            assert_eq!(divided.replace('-', ""), text);
            let mut parts = divided.split_inclusive([' ', '-']);
            assert!(
                parts.all(|part| part.trim_end().chars().count() <= letters),
                "{divided}"
            );
        }
    }

    #[test]
    fn what_is_no_word_of_letters_is_not_divided() {
        for text in [
            "1234567890123",
            "K7QX-3MPA-9ZTE-WWRC",
            "会議会議会議会議",
            "اجتماعاجتماع",
            "ab",
            "",
        ] {
            assert_eq!(within(4, text), None, "{text}");
        }
    }

    #[test]
    fn a_word_is_taken_apart_between_its_letters_only() {
        assert!(takes_apart("meeting", 4));
        assert!(!takes_apart("a meeting", 2));
        assert!(!takes_apart("well-known", 5));
        assert!(!takes_apart("会議", 3), "such scripts go on anywhere");
        assert!(!takes_apart("end", 3));
    }
}
