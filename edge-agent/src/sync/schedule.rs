//! Who is listed when. Pure: the clock and the dice are arguments.
//!
//! A room is listed at once when it is new or Google says it changed, again 20 seconds after an announced change, at
//! its local midnight, and in a round that finds what nobody announced. One list per room at a time. Only what was
//! known *before* a list was begun is acknowledged after it: a change that Google announces while its answer is under
//! way may not be in it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use edge_api::id::RoomId;
use google_calendar::window::next_midnight;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::news::Trace;
use crate::relay::{Acknowledgement, CalendarSignal};

use super::pushes::Pushes;

/// The round, while Google announces changes: only what an announcement missed waits for it.
const ROUND_WITH_PUSHES: SignedDuration = SignedDuration::from_mins(10);

/// The round, while nothing is announced: a change waits this long at most.
const ROUND_WITHOUT_PUSHES: SignedDuration = SignedDuration::from_mins(5);

/// After an announced change the room is looked at once more: a list may be answered by a part of Google that has not
/// heard of the change yet.
const SECOND_LOOK: SignedDuration = SignedDuration::from_secs(20);

/// A room that cannot be listed is tried after 2, 4, 8 … seconds, at most so many.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_secs(300);

/// A refusal that only a person can lift is asked about again after this long.
const HOPELESS: SignedDuration = SignedDuration::from_mins(15);

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
    /// Will not work until somebody does something.
    Refused,
}

/// A list to begin now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) room: RoomId,
    /// When the announcements that led to it passed the hops; empty when none did.
    pub(super) trace: Trace,
}

/// A room to keep listed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    pub(super) zone: TimeZone,
    /// The channel on which Google announces its changes; none while there is none.
    pub(super) channel: Option<String>,
    /// How many announcements were missed when that was last looked at.
    pub(super) missed_pushes: u32,
}

/// All rooms that are kept listed.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    rooms: BTreeMap<RoomId, Progress>,
    /// Another round than the usual ones, from the configuration.
    round: Option<SignedDuration>,
}

#[derive(Debug)]
struct Progress {
    kept: Kept,
    due: Timestamp,
    /// Announced on each channel and not yet listed.
    heard: HashMap<String, CalendarSignal>,
    /// What was known when the running list was begun.
    listing: Option<Vec<CalendarSignal>>,
    /// Something was announced while the list ran.
    dirty: bool,
    failures: u32,
    pushes: Pushes,
    /// The channel on which something was announced last.
    heard_on: Option<String>,
}

impl Schedule {
    /// A schedule with nothing on it; `round` replaces the usual rounds.
    pub(super) fn new(round: Option<SignedDuration>) -> Self {
        Self {
            rooms: BTreeMap::new(),
            round,
        }
    }

    /// Takes the rooms to keep listed, all of them: new ones are due at once. What was announced for one that is no
    /// longer among them comes back, to be acknowledged: nobody will list it.
    pub(super) fn keep(
        &mut self,
        rooms: Vec<(RoomId, Kept)>,
        now: Timestamp,
    ) -> Vec<Acknowledgement> {
        let mut before = std::mem::take(&mut self.rooms);
        for (id, kept) in rooms {
            let progress = match before.remove(&id) {
                Some(known) if known.kept.zone == kept.zone => known.keep(kept, now),
                // In another zone its days are others: list them now.
                Some(known) => Progress {
                    due: now,
                    dirty: true,
                    ..known.keep(kept, now)
                },
                None => Progress::new(kept, now),
            };
            self.rooms.insert(id, progress);
        }
        let dropped = before
            .into_values()
            .flat_map(|progress| progress.heard.into_values());
        dropped.map(|signal| signal.acknowledgement()).collect()
    }

    /// Google announced a change of `room`. False when the room is not kept listed.
    pub(super) fn announced(&mut self, room: &RoomId, signal: CalendarSignal) -> bool {
        let Some(progress) = self.rooms.get_mut(room) else {
            return false;
        };
        progress.pushes.come();
        progress.heard_on = Some(signal.channel.clone());
        if progress.listing.is_some() {
            progress.dirty = true;
        } else {
            progress.due = progress.due.min(signal.heard_at);
        }
        let heard = progress.heard.entry(signal.channel.clone());
        heard
            .and_modify(|known| {
                known.number = known.number.max(signal.number);
                // The first announcement that is still unanswered is the one whose latency counts.
                known.received_at = known.received_at.min(signal.received_at);
                known.heard_at = known.heard_at.min(signal.heard_at);
            })
            .or_insert(signal);
        true
    }

    /// Begins the lists that are due, announced ones first, at most `room_for`.
    pub(super) fn begin(&mut self, now: Timestamp, room_for: usize) -> Vec<Job> {
        let mut due: Vec<(&RoomId, &mut Progress)> = self
            .rooms
            .iter_mut()
            .filter(|(_, progress)| progress.listing.is_none() && progress.due <= now)
            .collect();
        due.sort_by_key(|(_, progress)| (progress.heard.is_empty(), progress.due));
        due.into_iter()
            .take(room_for)
            .map(|(room, progress)| Job {
                room: room.clone(),
                trace: progress.begin(),
            })
            .collect()
    }

    /// A list that was begun has ended. Answers what may be acknowledged now. `dice` is any number, fresh each time.
    pub(super) fn ended(
        &mut self,
        room: &RoomId,
        how: Ended,
        now: Timestamp,
        dice: u64,
    ) -> Vec<Acknowledgement> {
        match self.rooms.get_mut(room) {
            Some(progress) => progress.ended(how, self.round, now, dice),
            None => Vec::new(),
        }
    }

    /// Everything is looked at again at once, as after news that were missed or an account that works again.
    pub(super) fn all_due(&mut self, now: Timestamp) {
        for progress in self.rooms.values_mut() {
            progress.due = progress.due.min(now);
            progress.dirty |= progress.listing.is_some();
        }
    }

    /// How many announcements of which rooms have been missed, where that is news. Nothing can come while `listening` is
    /// false.
    pub(super) fn missed_pushes(&mut self, now: Timestamp, listening: bool) -> Vec<(RoomId, u32)> {
        let mut news = Vec::new();
        for (room, progress) in &mut self.rooms {
            if !listening {
                progress.pushes.forgive();
            }
            news.extend(
                progress
                    .pushes
                    .count(now)
                    .map(|missed| (room.clone(), missed)),
            );
        }
        news
    }

    /// When the next list is due that does not run yet.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let waiting = self
            .rooms
            .values()
            .filter(|progress| progress.listing.is_none());
        waiting.map(|progress| progress.due).min()
    }
}

impl Progress {
    fn new(kept: Kept, now: Timestamp) -> Self {
        Self {
            pushes: Pushes::with_missed(kept.missed_pushes),
            kept,
            due: now,
            heard: HashMap::new(),
            listing: None,
            dirty: false,
            failures: 0,
            heard_on: None,
        }
    }

    /// A channel that Google has just opened owes an announcement, which may have come before we knew of the channel.
    fn keep(mut self, kept: Kept, now: Timestamp) -> Self {
        if kept.channel.is_some()
            && kept.channel != self.kept.channel
            && kept.channel != self.heard_on
        {
            self.pushes.owe(now);
        }
        self.kept = kept;
        self
    }

    fn begin(&mut self) -> Trace {
        self.dirty = false;
        let known: Vec<CalendarSignal> = self.heard.values().cloned().collect();
        let trace = Trace {
            webhook_at: known.iter().map(|signal| signal.received_at).min(),
            hint_at: known.iter().map(|signal| signal.heard_at).min(),
            listed_at: None,
        };
        self.listing = Some(known);
        trace
    }

    fn ended(
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
                if changed
                    && known.is_empty()
                    && self.heard.is_empty()
                    && self.kept.channel.is_some()
                {
                    self.pushes.owe(now);
                }
                self.due = self.next_look(!known.is_empty(), round, now, dice);
                self.forget(&known);
                known.iter().map(CalendarSignal::acknowledgement).collect()
            }
            Ended::Failed { retry_after } => {
                self.failures = self.failures.saturating_add(1);
                self.due = after(now, backoff(self.failures, retry_after, dice));
                Vec::new()
            }
            Ended::Refused => {
                self.failures = self.failures.saturating_add(1);
                self.due = after(now, HOPELESS);
                Vec::new()
            }
        }
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

/// 2, 4, 8 … seconds plus up to a second of jitter, or what Google asked for if that is longer.
fn backoff(failures: u32, retry_after: Option<Duration>, dice: u64) -> SignedDuration {
    let doubled = SignedDuration::from_secs(1 << failures.min(9)).min(LONGEST_BACKOFF);
    let asked = retry_after.and_then(|wait| SignedDuration::try_from(wait).ok());
    let jitter = SignedDuration::from_millis((dice % 1000) as i64);
    asked
        .unwrap_or_default()
        .max(doubled)
        .saturating_add(jitter)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
