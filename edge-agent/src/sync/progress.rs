//! What is known of one room that is kept listed. Pure: the clock and the dice are arguments.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use google_calendar::window::next_midnight;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::news::Trace;
use crate::relay::{Acknowledgement, CalendarSignal};

use super::backoff;
use super::budget::Share;
use super::pushes::Pushes;

/// The round, while Google announces changes: only what an announcement missed waits for it.
const ROUND_WITH_PUSHES: SignedDuration = SignedDuration::from_mins(10);

/// The round, while nothing is announced: a change waits this long at most.
const ROUND_WITHOUT_PUSHES: SignedDuration = SignedDuration::from_mins(5);

/// After an announced change the room is looked at once more: a list may be answered by a part of Google that has not
/// heard of the change yet.
const SECOND_LOOK: SignedDuration = SignedDuration::from_secs(20);

/// A room that cannot be listed is tried at least this often.
pub(super) const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_secs(300);

/// An announcement says that Google is well: a room that failed is then tried this soon, whatever it has waited so far.
const LONGEST_WHEN_ANNOUNCED: SignedDuration = SignedDuration::from_secs(4);

/// A refusal that only a person can lift is asked about again after this long.
const HOPELESS: SignedDuration = SignedDuration::from_mins(15);

/// Lists of a room are remembered this long, so that one that changes all the time lets the others go first.
const LATELY: SignedDuration = SignedDuration::from_secs(60);

/// How a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Committed, or known to be as before.
    Listed {
        /// The room's events are others than at the list before of the same days.
        changed: bool,
    },
    /// May work later, not before the given wait if Google named one.
    Failed { retry_after: Option<Duration> },
    /// Google takes no more requests for now; the budget knows until when.
    Limited,
    /// Will not work until somebody does something.
    Refused,
}

/// A room to keep listed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    /// Whose requests its lists are.
    pub(super) account: String,
    pub(super) zone: TimeZone,
    /// The channel on which Google announces its changes; none while there is none.
    pub(super) channel: Option<String>,
    /// How many announcements were missed when that was last looked at.
    pub(super) missed_pushes: u32,
}

/// Where a room stands.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) kept: Kept,
    pub(super) pushes: Pushes,
    due: Timestamp,
    /// After a failure nothing is tried before, announced or not.
    not_before: Option<Timestamp>,
    /// Announced on each channel and not yet listed.
    heard: HashMap<String, CalendarSignal>,
    /// When the last of these was heard.
    last_heard: Option<Timestamp>,
    /// The channel on which something was announced last.
    heard_on: Option<String>,
    /// What was known when the running list was begun.
    listing: Option<Vec<CalendarSignal>>,
    /// Something was announced while the list ran.
    dirty: bool,
    /// While the list ran it was said that everything is to be looked at anew: what it failed of may be mended.
    anew: bool,
    failures: u32,
    /// When the lists of the last minute were begun.
    begun: VecDeque<Timestamp>,
}

impl Progress {
    pub(super) fn new(kept: Kept, now: Timestamp) -> Self {
        Self {
            pushes: Pushes::with_missed(kept.missed_pushes),
            kept,
            due: now,
            not_before: None,
            heard: HashMap::new(),
            last_heard: None,
            heard_on: None,
            listing: None,
            dirty: false,
            anew: false,
            failures: 0,
            begun: VecDeque::new(),
        }
    }

    /// A channel that Google has just opened owes an announcement, which may have come before we knew of the channel.
    pub(super) fn keep(mut self, kept: Kept, now: Timestamp) -> Self {
        if kept.channel.is_some()
            && kept.channel != self.kept.channel
            && kept.channel != self.heard_on
        {
            self.pushes.owe(now);
        }
        // In another zone its days are others, and another account may see what this one did not.
        if kept.zone != self.kept.zone || kept.account != self.kept.account {
            self.due_now(now);
        }
        self.kept = kept;
        self
    }

    pub(super) fn announced(&mut self, signal: CalendarSignal) {
        self.pushes.come();
        self.heard_on = Some(signal.channel.clone());
        self.last_heard = self.last_heard.max(Some(signal.heard_at));
        if self.listing.is_some() {
            self.dirty = true;
        } else {
            self.due = self.due.min(signal.heard_at);
        }
        let heard = self.heard.entry(signal.channel.clone());
        heard
            .and_modify(|known| {
                known.number = known.number.max(signal.number);
                // The first announcement that is still unanswered is the one whose latency counts.
                known.received_at = known.received_at.min(signal.received_at);
                known.heard_at = known.heard_at.min(signal.heard_at);
            })
            .or_insert(signal);
    }

    /// Looks at the room at once, whatever happened before.
    pub(super) fn due_now(&mut self, now: Timestamp) {
        self.not_before = None;
        self.due = self.due.min(now);
        self.dirty |= self.listing.is_some();
        self.anew |= self.listing.is_some();
    }

    /// When it is to be listed next; `None` while it is being listed.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let due = self
            .not_before
            .map_or(self.due, |earliest| earliest.max(self.due));
        self.listing.is_none().then_some(due)
    }

    pub(super) fn share(&self) -> Share {
        if self.heard.is_empty() {
            Share::Routine
        } else {
            Share::Announced
        }
    }

    /// When the newest unlisted change was heard of.
    pub(super) fn newest_change(&self) -> Option<Timestamp> {
        self.last_heard
    }

    /// How often it was listed in the last minute.
    pub(super) fn listed_lately(&self, now: Timestamp) -> usize {
        let lately = |at: &&Timestamp| now.duration_since(**at) < LATELY;
        self.begun.iter().filter(lately).count()
    }

    pub(super) fn begin(&mut self, now: Timestamp) -> Trace {
        self.begun.retain(|at| now.duration_since(*at) < LATELY);
        self.begun.push_back(now);
        self.dirty = false;
        self.anew = false;
        let known: Vec<CalendarSignal> = self.heard.values().cloned().collect();
        let trace = Trace {
            webhook_at: known.iter().map(|signal| signal.received_at).min(),
            hint_at: known.iter().map(|signal| signal.heard_at).min(),
            listed_at: None,
        };
        self.listing = Some(known);
        trace
    }

    /// The list that was begun has ended. Answers what may be acknowledged.
    pub(super) fn ended(
        &mut self,
        how: Ended,
        round: Option<SignedDuration>,
        now: Timestamp,
        dice: u64,
    ) -> Vec<Acknowledgement> {
        let known = self.listing.take().unwrap_or_default();
        match how {
            Ended::Listed { changed } => {
                self.failures = 0;
                self.not_before = None;
                if changed
                    && known.is_empty()
                    && self.heard.is_empty()
                    && self.kept.channel.is_some()
                {
                    self.pushes.owe(now);
                }
                self.due = self.next_look(!known.is_empty(), round, now, dice);
                self.forget(&known);
                return known.iter().map(CalendarSignal::acknowledgement).collect();
            }
            Ended::Failed { retry_after } => {
                self.failures = self.failures.saturating_add(1);
                let wait = |longest| backoff::wait(self.failures, longest, retry_after, dice);
                self.due = after(now, wait(LONGEST_BACKOFF));
                self.not_before = Some(after(now, wait(LONGEST_WHEN_ANNOUNCED)));
            }
            // Due as before: it is the budget that makes it wait, and all others of the account with it.
            Ended::Limited => self.due = self.due.min(now),
            Ended::Refused => {
                self.failures = self.failures.saturating_add(1);
                self.due = after(now, HOPELESS);
                let wait = backoff::wait(self.failures, LONGEST_WHEN_ANNOUNCED, None, dice);
                self.not_before = Some(after(now, wait));
            }
        }
        if self.anew {
            self.due_now(now);
        }
        Vec::new()
    }

    /// What was announced and will not be listed by anybody.
    pub(super) fn let_go(self) -> impl Iterator<Item = Acknowledgement> {
        self.heard
            .into_values()
            .map(|signal| signal.acknowledgement())
    }

    /// What was known before the list is dealt with; what came since stays.
    fn forget(&mut self, known: &[CalendarSignal]) {
        for listed in known {
            if let Some(heard) = self.heard.get(&listed.channel)
                && heard.number <= listed.number
            {
                self.heard.remove(&listed.channel);
            }
        }
        if self.heard.is_empty() {
            self.last_heard = None;
        }
    }

    fn next_look(
        &self,
        was_announced: bool,
        round: Option<SignedDuration>,
        now: Timestamp,
        dice: u64,
    ) -> Timestamp {
        if self.dirty {
            return now;
        }
        let announced = self.kept.channel.is_some() && !self.pushes.are_doubtful();
        let round = round.unwrap_or(if announced {
            ROUND_WITH_PUSHES
        } else {
            ROUND_WITHOUT_PUSHES
        });
        // Up to a tenth earlier, so that many rooms spread out.
        let early = SignedDuration::from_millis((dice % 1000) as i64 * round.as_secs() / 10);
        let mut next = after(now, round.saturating_sub(early));
        if was_announced {
            next = next.min(after(now, SECOND_LOOK));
        }
        next.min(next_midnight(now, &self.kept.zone))
    }
}

fn after(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
