//! Titles that nobody could have prepared for: dictionary words and a number, new each run.

use std::hash::{BuildHasher, RandomState};

/// Words that are plain to read and hard to mistake for one another.
const WORDS: &[&str] = &[
    "anchor", "autumn", "basket", "beacon", "bridge", "candle", "canyon", "castle", "cherry",
    "copper", "cotton", "desert", "dragon", "ember", "engine", "falcon", "feather", "forest",
    "garden", "ginger", "glacier", "granite", "hammer", "harbour", "hazel", "island", "jacket",
    "jungle", "kettle", "ladder", "lantern", "lemon", "library", "magnet", "marble", "meadow",
    "mirror", "mountain", "needle", "ocean", "orchard", "oyster", "paper", "pebble", "pepper",
    "planet", "pocket", "quarry", "rabbit", "ribbon", "river", "rocket", "saddle", "salmon",
    "silver", "spider", "summer", "sunset", "temple", "thunder", "timber", "tunnel", "velvet",
    "violin", "walnut", "water", "window", "winter", "wonder", "yellow",
];

/// Draws titles; each differs from all before it.
#[derive(Debug, Default)]
pub struct Titles {
    random: RandomState,
    drawn: u64,
}

impl Titles {
    /// Two words and a number, such as "Copper lantern 4711".
    pub fn draw(&mut self) -> String {
        self.drawn += 1;
        let draw = self.random.hash_one(self.drawn);
        let word = |shift: u32| {
            let index = (draw >> shift) as usize % WORDS.len();
            WORDS[index]
        };
        let first = word(0);
        let capital = first[..1].to_uppercase() + &first[1..];
        format!("{capital} {} {}", word(20), 1000 + (draw >> 40) % 9000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_two_words_and_a_number_and_new_each_time() {
        let mut titles = Titles::default();
        let (one, two) = (titles.draw(), titles.draw());
        assert_ne!(one, two);
        assert_eq!(one.split(' ').count(), 3);
        assert!(one.chars().next().is_some_and(char::is_uppercase));
    }
}
