//! The budget of requests as all tasks of sync share it.

use std::sync::{Arc, Mutex, MutexGuard};

use super::budget::Budget;

/// One [`Budget`] for all; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Quota(Arc<Mutex<Budget>>);

impl Quota {
    /// Never held over an await.
    pub(super) fn lock(&self) -> MutexGuard<'_, Budget> {
        self.0
            .lock()
            .expect("nobody panics while holding the budget")
    }
}
