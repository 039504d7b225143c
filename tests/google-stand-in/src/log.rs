//! What was asked and what was pushed, for tests to look at. No tokens, no bodies.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// Entries kept; a test that needs more should look more often.
const KEPT: usize = 5000;

/// A bounded list of JSON objects, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<VecDeque<Value>>);

impl Log {
    pub(crate) fn add(&self, entry: Value) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn all(&self) -> Vec<Value> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
