//! Where the agent may be found, and which place to try first.

use std::collections::BTreeSet;

/// The places that are known, in the order in which they are worth trying.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    /// From the command line.
    configured: Vec<String>,
    /// Where it answered last.
    good: Option<String>,
}

impl Addresses {
    pub(super) fn new(configured: Vec<String>) -> Self {
        Self {
            configured,
            good: None,
        }
    }

    /// Each place once: where the agent answered last, where it was configured, where it said that it may be (`told`),
    /// and where somebody on the LAN says that it is (`hinted`).
    pub(super) fn round(&self, told: &[String], hinted: &[String]) -> Vec<String> {
        let mut known = BTreeSet::new();
        let places = self.good.iter().chain(&self.configured);
        places
            .chain(told)
            .chain(hinted)
            .filter(|place| known.insert(place.as_str()))
            .cloned()
            .collect()
    }

    /// The agent answered here.
    pub(super) fn worked(&mut self, place: &str) {
        self.good = Some(place.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_worked_is_tried_first_and_none_twice() {
        let place = str::to_owned;
        let mut addresses = Addresses::new(vec![place("a:1"), place("b:1")]);
        let (told, hinted) = ([place("c:1"), place("a:1")], [place("d:1")]);
        assert_eq!(
            addresses.round(&told, &hinted),
            ["a:1", "b:1", "c:1", "d:1"]
        );
        addresses.worked("d:1");
        assert_eq!(
            addresses.round(&told, &hinted),
            ["d:1", "a:1", "b:1", "c:1"]
        );
    }
}
