//! Chance that can be had again: a story prints its seed, and `PLACARD_SEED` repeats it.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::wishes::wish;

/// A generator of numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// From `PLACARD_SEED`, or from a seed of its own; `story` prints it.
    pub fn for_story(story: &str) -> Self {
        let given = wish("PLACARD_SEED");
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(story));
        println!("{story}: PLACARD_SEED={seed} repeats this");
        Self::new(seed)
    }

    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a length fits into 64 bits");
        usize::try_from(self.draw() % bound).expect("what is below a length is a length")
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A span below `longest`, to the microsecond.
    pub fn span(&mut self, longest: Duration) -> Duration {
        let micros = usize::try_from(longest.as_micros()).expect("a story is short");
        Duration::from_micros(self.below(micros.max(1)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_another_does_not() {
        let draws = |seed| {
            let mut random = Random::new(seed);
            [(); 4].map(|()| random.draw())
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
    }
}
