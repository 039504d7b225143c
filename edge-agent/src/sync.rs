//! Keeps what is known of the rooms as Google has it.
//!
//! Bottom up: [`tokens`] access to an account · [`pushes`] whether announcements arrive (pure) · [`schedule`] who is
//! listed when (pure) · [`room`] one list · [`calendars`] which rooms there are · [`watch`] channels · [`run`] the task
//! that turns signals and time into lists · [`keep`] the task that keeps channels, tokens and the list of rooms in order ·
//! [`people`] the task that finds the names of organisers.

mod calendars;
mod keep;
mod people;
mod pushes;
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

use self::room::Lister;
use self::run::Run;
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
    };
    // Followed before anything is read, so that nothing changes unseen in between.
    let (for_run, for_keep) = (lister.bus.follow(), lister.bus.follow());
    let for_people = lister.bus.follow();
    let rooms_changed = Arc::new(Notify::new());
    let (acknowledge, to_acknowledge) = mpsc::unbounded_channel();
    let run = Run::new(
        lister.clone(),
        pace.round,
        Arc::clone(&rooms_changed),
        acknowledge,
    );
    tasks.spawn(run.run(signals, for_run, stop.clone()));
    tasks.spawn(run::acknowledge(
        lister.google.clone(),
        to_acknowledge,
        stop.clone(),
    ));
    tasks.spawn(people::run(lister.clone(), for_people, stop.clone()));
    tasks.spawn(keep::run(lister, for_keep, rooms_changed, stop));
}
