//! Whether Google's announcements of one room arrive. Pure: the clock is an argument.
//!
//! Google owes an announcement for every channel that it opens, which proves the way through the relay, and for every
//! change; a change that a list finds unasked is one that was not announced yet. What has not come within a minute is
//! missed. Two that are missed, and the room is listed as often as one that nobody announces; two in a row that come
//! lift the doubt.

use jiff::{SignedDuration, Timestamp};

use crate::store::DOUBTFUL;

/// How long Google may take. Announcements come within seconds; a list that sees a change first is not rare.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// So many in a row, and the way works again.
const CONVINCING: u32 = 2;

/// What has come and what has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pushes {
    owed_since: Option<Timestamp>,
    missed: u32,
    come_in_a_row: u32,
    /// `missed` is another than was last told.
    untold: bool,
}

impl Pushes {
    /// As it was when the agent last ran.
    pub(super) fn with_missed(missed: u32) -> Self {
        Self {
            missed,
            ..Self::default()
        }
    }

    /// Something happened that Google has to announce.
    pub(super) fn owe(&mut self, now: Timestamp) {
        self.owed_since.get_or_insert(now);
    }

    /// An announcement has come.
    pub(super) fn come(&mut self) {
        self.owed_since = None;
        self.come_in_a_row = self.come_in_a_row.saturating_add(1);
        if self.missed > 0 && self.come_in_a_row >= CONVINCING {
            self.missed = 0;
            self.untold = true;
        }
    }

    /// Nothing could come: the relay was not connected.
    pub(super) fn forgive(&mut self) {
        self.owed_since = None;
    }

    /// Counts what has not come in time. Answers how many are missed, when that is news.
    pub(super) fn count(&mut self, now: Timestamp) -> Option<u32> {
        if self
            .owed_since
            .is_some_and(|since| now.duration_since(since) > GRACE)
        {
            self.owed_since = None;
            self.come_in_a_row = 0;
            self.missed = self.missed.saturating_add(1);
            self.untold = true;
        }
        std::mem::take(&mut self.untold).then_some(self.missed)
    }

    /// Whether to ask as often as if nothing was announced.
    pub(super) fn are_doubtful(&self) -> bool {
        self.missed >= DOUBTFUL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_435_200 + seconds).unwrap()
    }

    #[test]
    fn two_that_do_not_come_within_a_minute_are_a_reason_to_doubt() {
        let mut pushes = Pushes::default();
        pushes.owe(at(0));
        assert_eq!(pushes.count(at(60)), None, "it may still come");
        assert_eq!(pushes.count(at(61)), Some(1));
        assert_eq!(pushes.count(at(62)), None, "told once");
        assert!(!pushes.are_doubtful());
        pushes.owe(at(100));
        assert_eq!(pushes.count(at(161)), Some(2));
        assert!(pushes.are_doubtful());
    }

    #[test]
    fn one_that_comes_late_but_within_the_minute_is_not_missed() {
        let mut pushes = Pushes::default();
        pushes.owe(at(0));
        pushes.come();
        assert_eq!(pushes.count(at(600)), None);
    }

    #[test]
    fn two_in_a_row_that_come_lift_the_doubt_and_one_between_two_missed_does_not() {
        let mut pushes = Pushes::with_missed(2);
        pushes.come();
        assert!(pushes.are_doubtful());
        pushes.owe(at(0));
        assert_eq!(pushes.count(at(61)), Some(3));
        pushes.come();
        assert!(pushes.are_doubtful());
        pushes.come();
        assert_eq!(pushes.count(at(62)), Some(0));
        assert!(!pushes.are_doubtful());
    }

    #[test]
    fn the_first_thing_owed_is_the_one_that_is_waited_for() {
        let mut pushes = Pushes::default();
        pushes.owe(at(0));
        pushes.owe(at(50));
        assert_eq!(pushes.count(at(61)), Some(1));
    }

    #[test]
    fn what_could_not_come_is_not_missed() {
        let mut pushes = Pushes::default();
        pushes.owe(at(0));
        pushes.forgive();
        assert_eq!(pushes.count(at(600)), None);
    }
}
