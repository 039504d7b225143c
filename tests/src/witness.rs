//! Whether a glass ever went back: judged from the hub's own log of it, never from what the agent believes.

use std::collections::HashMap;

use anyhow::{Result, ensure};

use crate::glass::Shown;

/// Remembers in which order pictures were meant to be shown.
#[derive(Debug, Default)]
pub struct Witness {
    order: HashMap<String, usize>,
}

impl Witness {
    /// From now on, `frame` is what the glass is meant to show.
    pub fn meant(&mut self, frame: &str) {
        let next = self.order.len();
        self.order.entry(frame.to_owned()).or_insert(next);
    }

    /// Reads the whole log: no older picture was shown after a newer one, and no older plan followed after a newer one.
    /// Returns how many of the pictures that were meant were seen.
    ///
    /// # Errors
    ///
    /// Fails when the glass went back, and says from what to what.
    pub fn testifies(&self, history: &[Shown]) -> Result<usize> {
        let mut newest: Option<(usize, &Shown)> = None;
        let mut plan: Option<&Shown> = None;
        let mut seen = std::collections::BTreeSet::new();
        for shown in history {
            if let Some(before) = plan {
                ensure!(
                    shown.generation.is_none() || shown.generation >= before.generation,
                    "the glass went back from the plan of {before:?} to that of {shown:?}"
                );
            }
            if shown.generation.is_some() {
                plan = Some(shown);
            }
            let Some(&place) = self.order.get(&shown.hash) else {
                continue;
            };
            if let Some((latest, before)) = newest {
                ensure!(
                    place >= latest,
                    "the glass went back from {before:?} to the older {shown:?}"
                );
            }
            newest = Some((place, shown));
            seen.insert(place);
        }
        Ok(seen.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hash: &str, counter: u64) -> Shown {
        Shown {
            at: None,
            hash: hash.to_owned(),
            marked_since: None,
            generation: Some((1, counter)),
        }
    }

    fn witness() -> Witness {
        let mut witness = Witness::default();
        for hash in ["a", "b", "c"] {
            witness.meant(hash);
        }
        witness
    }

    #[test]
    fn a_glass_that_only_goes_forward_is_vouched_for() {
        let history = [shown("a", 1), shown("a", 1), shown("x", 2), shown("c", 3)];
        assert_eq!(witness().testifies(&history).unwrap(), 2);
    }

    #[test]
    fn an_older_picture_after_a_newer_one_is_noticed() {
        let history = [shown("b", 1), shown("a", 2)];
        assert!(witness().testifies(&history).is_err());
    }

    #[test]
    fn an_older_plan_after_a_newer_one_is_noticed_even_with_an_unknown_picture() {
        let history = [shown("a", 2), shown("x", 1)];
        assert!(witness().testifies(&history).is_err());
    }
}
