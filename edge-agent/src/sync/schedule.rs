//! Who is listed when. Pure: the clock and the dice are arguments.
//!
//! A room is listed at once when it is new or Google says it changed, again 20 seconds after an announced change, at
//! its local midnight, and in a round that finds what nobody announced. One list per room at a time. Only what was
//! known *before* a list was begun is acknowledged after it: a change that Google announces while its answer is under
//! way may not be in it.
//!
//! When not all that are due can go, because so many lists are under way or Google's limits are near, the newest
//! announced change goes first: somebody has just made it, and looks at the door. A room that changes all the time does
//! not keep the others from their turn, and every fourth list is that of whoever has waited longest, so that nobody
//! waits for ever.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use edge_api::id::RoomId;
use jiff::{SignedDuration, Timestamp};

use crate::news::Trace;
use crate::relay::{Acknowledgement, CalendarSignal};

use super::budget::{Budget, Share};
use super::progress::{Ended, Kept, Progress};

/// Of so many lists, one is of whoever has waited longest.
const TURNS: u32 = 4;

/// So many lists of a room in a minute are nothing special; with each so many more it stands further behind.
const USUAL: usize = 4;

/// A list to begin now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) room: RoomId,
    /// When the announcements that led to it passed the hops; empty when none did.
    pub(super) trace: Trace,
}

/// All rooms that are kept listed.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    rooms: BTreeMap<RoomId, Progress>,
    /// Another round than the usual ones, from the configuration.
    round: Option<SignedDuration>,
    /// Counts lists.
    turn: u32,
}

impl Schedule {
    /// A schedule with nothing on it; `round` replaces the usual rounds.
    pub(super) fn new(round: Option<SignedDuration>) -> Self {
        Self {
            round,
            ..Self::default()
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
                Some(known) => known.keep(kept, now),
                None => Progress::new(kept, now),
            };
            self.rooms.insert(id, progress);
        }
        before.into_values().flat_map(Progress::let_go).collect()
    }

    /// Google announced a change of `room`. False when the room is not kept listed.
    pub(super) fn announced(&mut self, room: &RoomId, signal: CalendarSignal) -> bool {
        let progress = self.rooms.get_mut(room);
        progress
            .map(|progress| progress.announced(signal))
            .is_some()
    }

    /// Begins lists that are due, at most `room_for` and no more than `budget` has requests for.
    pub(super) fn begin(
        &mut self,
        now: Timestamp,
        room_for: usize,
        budget: &mut Budget,
    ) -> Vec<Job> {
        let due = |progress: &Progress| progress.due().is_some_and(|due| due <= now);
        if room_for == 0 || !self.rooms.values().any(due) {
            return Vec::new();
        }
        let mut waiting: Vec<(&RoomId, &mut Progress)> = self
            .rooms
            .iter_mut()
            .filter(|(_, progress)| due(progress))
            .collect();
        // The first goes next; the others keep their order.
        waiting.sort_by_cached_key(|(_, progress)| {
            let standing = Reverse(progress.listed_lately(now) / USUAL);
            let announced = progress.share() == Share::Announced;
            let newest = progress.newest_change();
            Reverse((announced, standing, newest, Reverse(progress.due())))
        });
        let mut jobs = Vec::new();
        while jobs.len() < room_for {
            let of_patience = self.turn % TURNS == TURNS - 1;
            let affordable = |(_, progress): &&(&RoomId, &mut Progress)| {
                budget.free_at(&progress.kept.account, progress.share(), now) <= now
            };
            let mut candidates = waiting
                .iter()
                .enumerate()
                .filter(|(_, room)| affordable(room));
            let next = if of_patience {
                candidates.min_by_key(|(_, (_, progress))| progress.due())
            } else {
                candidates.next()
            };
            let Some(next) = next.map(|(index, _)| index) else {
                break;
            };
            let (room, progress) = waiting.remove(next);
            let taken = budget.take(&progress.kept.account, progress.share(), now);
            debug_assert!(taken, "it was free a moment ago");
            self.turn = self.turn.wrapping_add(1);
            jobs.push(Job {
                room: room.clone(),
                trace: progress.begin(now),
            });
        }
        jobs
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
            progress.due_now(now);
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

    /// When the next list can begin that does not run yet.
    pub(super) fn next_due(&self, now: Timestamp, budget: &Budget) -> Option<Timestamp> {
        let waiting = self.rooms.values().filter_map(|progress| {
            let free = budget.free_at(&progress.kept.account, progress.share(), now);
            // A request that is free now is free at any later time that is due.
            Some(if free > now {
                free.max(progress.due()?)
            } else {
                progress.due()?
            })
        });
        waiting.min()
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "schedule_properties.rs"]
mod properties;
