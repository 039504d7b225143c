//! What became of changes.

use std::time::Duration;

use jiff::Timestamp;

use crate::requests::List;

/// A change of one room that was announced and committed.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    /// Google's id of the room's calendar.
    pub(crate) calendar: String,
    /// The relay took Google's announcement.
    pub(crate) announced: Timestamp,
    /// The agent had committed the events.
    pub(crate) committed: Timestamp,
    /// What Google took to answer in between.
    pub(crate) answered_in: Duration,
}

impl Changed {
    /// From the announcement to the commit, without Google's own time.
    pub(crate) fn own(&self) -> Duration {
        between(self.announced, self.committed).saturating_sub(self.answered_in)
    }
}

/// From the first announcement to the last commit.
pub(crate) fn span_of_all(changed: &[Changed]) -> Duration {
    let first = changed.iter().map(|change| change.announced).min();
    let last = changed.iter().map(|change| change.committed).max();
    first
        .zip(last)
        .map_or(Duration::ZERO, |(first, last)| between(first, last))
}

/// How many of the lists are of a room that had been changed before.
pub(crate) fn caused(changed: &[Changed], lists: &[List]) -> usize {
    let is_caused = |list: &&List| {
        let before =
            |change: &&Changed| list.is_of(&change.calendar) && list.at >= change.announced;
        changed.iter().any(|change| before(&change))
    };
    lists.iter().filter(is_caused).count()
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
