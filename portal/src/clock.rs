//! The agent's clock, as far as the browser knows it: ages must not depend on a browser that is wrong.

use std::time::Duration;

use jiff::Timestamp;
use leptos::prelude::*;

use crate::browser;
use crate::when;

/// How often ages are written anew. They change by the second only in their first minute.
const TICK: Duration = Duration::from_secs(5);

/// The agent's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// How far the agent is ahead of the browser, in milliseconds.
    ahead: RwSignal<i64>,
    /// The browser's clock at the last tick, in milliseconds.
    tick: RwSignal<i64>,
}

impl Clock {
    /// Starts ticking; stops with the owner it was made under.
    pub(crate) fn start() -> Self {
        let clock = Self {
            ahead: RwSignal::new(0),
            tick: RwSignal::new(browser::now_ms()),
        };
        let every = set_interval_with_handle(move || clock.tick.set(browser::now_ms()), TICK);
        if let Ok(handle) = every {
            on_cleanup(move || handle.clear());
        }
        clock
    }

    /// The clock of this portal, which the app provides.
    pub(crate) fn here() -> Self {
        use_context().expect("App provides the clock before it draws any page")
    }

    /// The agent says what time it is.
    pub(crate) fn learn(self, now: Timestamp) {
        self.ahead.set(now.as_millisecond() - browser::now_ms());
        self.tick.set(browser::now_ms());
    }

    /// How long ago `at` was, in words; follows the clock.
    pub(crate) fn ago(self, at: Timestamp) -> String {
        when::ago(self.since(at))
    }

    /// How long something has been so since `at`, in words; follows the clock.
    pub(crate) fn lasting(self, at: Timestamp) -> String {
        when::lasting(self.since(at))
    }

    /// How long until `at`, in words; follows the clock.
    pub(crate) fn until(self, at: Timestamp) -> String {
        when::until(-self.since(at))
    }

    /// Seconds since `at`.
    fn since(self, at: Timestamp) -> i64 {
        (self.tick.get() + self.ahead.get() - at.as_millisecond()) / 1_000
    }
}
