//! Keeps what is known of the rooms as Google has it.
//!
//! Bottom up: [`dead_grant`] why an account does not work any more (pure) · [`tokens`] access to an account · [`backoff`] how long to wait after a failure (pure) · [`budget`] how much
//! Google may be asked (pure), [`quota`] the same for all tasks · [`pushes`] whether announcements arrive (pure) ·
//! [`progress`] where one room stands (pure) · [`schedule`] who is listed when (pure) · [`room`] one list · [`calendars`] which rooms there are · [`watch`] channels · [`orphans`] those that nobody knows · [`run`] the task
//! that turns signals and time into lists · [`keep`] the task that keeps channels, tokens and the list of rooms in order ·
//! [`people`] the task that finds the names of organisers.

mod backoff;
mod budget;
mod calendars;
mod chance;
mod dead_grant;
mod keep;
mod orphans;
mod people;
mod progress;
mod pushes;
mod quota;
mod room;
mod run;
mod schedule;
#[cfg(test)]
mod tests;
mod tokens;
mod watch;

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::keep::Changed;
use self::quota::Quota;
use self::room::Lister;
use self::run::{Out, Run};
use self::tokens::Tokens;
use crate::config;
use crate::google::{Google, RelaySide};
use crate::news::Bus;
use crate::relay::CalendarSignal;
use crate::store::Store;

/// Starts reading calendars: on `tasks`, until `stop`. `signals` are
/// [`Relay::calendar_signals`]; `pace` comes from the configuration.
///
/// [`Relay::calendar_signals`]: crate::relay::Relay::calendar_signals
pub(crate) fn start<R: RelaySide>(
    store: Store,
    google: Google<R>,
    signals: mpsc::Receiver<CalendarSignal>,
    pace: config::Sync,
    bus: Bus,
    tasks: &TaskTracker,
    stop: CancellationToken,
) {
    let lister = Lister {
        tokens: Tokens::new(store.clone(), google.clone(), bus.clone()),
        store,
        google,
        bus,
        quota: Quota::default(),
    };
    // Followed before anything is read, so that nothing changes unseen in between.
    let (for_run, for_keep) = (lister.bus.follow(), lister.bus.follow());
    let for_people = lister.bus.follow();
    let rooms_changed = Arc::new(Notify::new());
    let (acknowledge, to_acknowledge) = mpsc::unbounded_channel();
    let (orphaned, orphans) = mpsc::unbounded_channel();
    let lists_changed = Arc::new(Notify::new());
    let out = Out {
        acknowledge,
        orphaned,
        lists_changed: Arc::clone(&lists_changed),
    };
    let run = Run::new(lister.clone(), pace.round, Arc::clone(&rooms_changed), out);
    tasks.spawn(run.run(signals, for_run, stop.clone()));
    tasks.spawn(run::acknowledge(
        lister.google.clone(),
        to_acknowledge,
        stop.clone(),
    ));
    tasks.spawn(orphans::run(lister.clone(), orphans, stop.clone()));
    tasks.spawn(people::run(lister.clone(), for_people, stop.clone()));
    let changed = Changed {
        rooms: rooms_changed,
        lists: lists_changed,
    };
    tasks.spawn(keep::run(lister, for_keep, changed, stop));
}
