//! What a promise's test has to show for itself: which faults it caused, how often, and how often a glass was right after
//! them.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::json;

/// The evidence for one promise.
#[derive(Debug)]
pub struct Evidence {
    promise: u8,
    faults: BTreeMap<String, Fault>,
}

#[derive(Debug, Default)]
struct Fault {
    count: u64,
    seen: u64,
}

impl Evidence {
    /// For the promise of that number in the design.
    pub fn of(promise: u8) -> Self {
        Self {
            promise,
            faults: BTreeMap::new(),
        }
    }

    /// `fault` happened `count` times.
    pub fn happened(&mut self, fault: &str, count: u64) {
        self.faults.entry(fault.to_owned()).or_default().count += count;
    }

    /// A glass was looked at after `fault`, and was right.
    pub fn seen_on_glass(&mut self, fault: &str) {
        self.faults.entry(fault.to_owned()).or_default().seen += 1;
    }

    /// `fault` happened once, and then a glass was looked at and was right.
    pub fn survived(&mut self, fault: &str) {
        self.happened(fault, 1);
        self.seen_on_glass(fault);
    }

    /// Prints a line of JSON for each fault.
    ///
    /// # Errors
    ///
    /// Fails when there is none, or one never happened, or no glass was looked at after it: such a test proves nothing.
    pub fn print(self) -> Result<()> {
        ensure!(
            !self.faults.is_empty(),
            "promise {} was not tested by any fault",
            self.promise
        );
        for (fault, Fault { count, seen }) in &self.faults {
            let line = json!({ "promise": self.promise, "fault": fault, "count": count, "seen on glass": seen });
            println!("{line}");
            ensure!(
                *count > 0 && *seen > 0,
                "promise {}: `{fault}` proves nothing",
                self.promise
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_without_counts_is_none() {
        assert!(Evidence::of(1).print().is_err());
        let mut unseen = Evidence::of(1);
        unseen.happened("the agent was killed", 3);
        assert!(unseen.print().is_err());
        let mut seen = Evidence::of(1);
        seen.survived("the agent was killed");
        assert!(seen.print().is_ok());
    }
}
