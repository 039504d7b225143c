//! The time as the agent tells it, kept by the monotonic clock.
//!
//! A hub may wake up believing that it is 1970. Until the agent has told the time, the hub does not know it and says
//! so. Afterwards nothing but the agent moves it: no jump of the system's clock can flip a sign.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::{self, Lasting};

/// How much a quartz may be off: by this rate, an older reading loses its worth.
const DRIFT_PARTS_PER_MILLION: i128 = 100;

/// A reading that is so much earlier than what we have is no delayed message: the agent's clock was set back.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);

/// A reading that is so far from what we have is not believed at once: the agent's clock may have been set wrong, or
/// ours was; which of the two, only time can tell.
const LEAP: SignedDuration = SignedDuration::from_hours(24);

/// How long a leap must be told again and again until it is believed: time enough to mend a clock that was set wrong.
const BELIEVE_AFTER: Duration = Duration::from_secs(10 * 60);

/// How far apart readings may be that tell of the same leap.
const SAME_LEAP: SignedDuration = SignedDuration::from_mins(1);

/// Before this there was no agent: a clock that says so has not been set.
const FIRST_POSSIBLE: Timestamp = Timestamp::constant(1_577_836_800, 0);

/// What became of a time that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The clock was not set before.
    First,
    Taken,
    /// It is too far off to be believed at once; the clock goes on as it was.
    Held {
        /// How far, forwards or backwards.
        off: SignedDuration,
        /// Whether this is the first that is heard of it.
        new: bool,
    },
    /// The agent does not know the time itself.
    NotATime,
}

type Monotonic = Arc<dyn Fn() -> Duration + Send + Sync>;

/// A handle on the time; cheap to clone.
#[derive(Clone)]
pub struct Clock {
    monotonic: Monotonic,
    reading: Arc<Mutex<Readings>>,
    /// Where the time survives the program's death, within one boot of the machine.
    file: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Readings {
    /// What the clock goes by.
    good: Option<Reading>,
    /// A leap that is not believed yet: as first told.
    leap: Option<Reading>,
}

/// At `ticks` of the monotonic clock it was `at`.
#[derive(Clone, Copy, Debug)]
struct Reading {
    ticks: Duration,
    at: Timestamp,
}

/// A reading in terms that another process of the same boot understands.
#[derive(Serialize, Deserialize)]
struct Kept {
    boot: String,
    uptime_ms: u64,
    at: Timestamp,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

impl Clock {
    /// A clock that knows the time if this program knew it before, since the machine was started.
    pub fn open(file: PathBuf) -> Self {
        let start = Instant::now();
        let clock = Self {
            monotonic: Arc::new(move || start.elapsed()),
            reading: Arc::default(),
            file: Some(file),
        };
        if let Some(at) = clock.file.as_deref().and_then(recall) {
            clock.set(at);
        }
        clock
    }

    /// A clock over another source of monotonic time, which knows nothing yet.
    pub fn with_source(monotonic: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            monotonic: Arc::new(monotonic),
            reading: Arc::default(),
            file: None,
        }
    }

    /// The time, or `None` while nobody has told it.
    pub fn now(&self) -> Option<Timestamp> {
        let good = self.lock().good;
        good.map(|reading| self.carry(reading))
    }

    /// Takes the agent's time out of a message that has just arrived.
    ///
    /// A message is never early, only late: of two readings the later one is the better one, so long as drift does not
    /// explain it.
    pub fn set(&self, told: Timestamp) -> Told {
        if told < FIRST_POSSIBLE {
            return Told::NotATime;
        }
        let ticks = (self.monotonic)();
        let mut readings = self.lock();
        let Some(before) = readings.good else {
            readings.good = Some(Reading { ticks, at: told });
            return Told::First;
        };
        let ours = self.carry(before);
        let off = told.duration_since(ours);
        if off.abs() > LEAP {
            let known = readings
                .leap
                .filter(|leap| told.duration_since(self.carry(*leap)).abs() <= SAME_LEAP);
            let first = *readings
                .leap
                .insert(known.unwrap_or(Reading { ticks, at: told }));
            if ticks.saturating_sub(first.ticks) < BELIEVE_AFTER {
                let new = known.is_none();
                return Told::Held { off, new };
            }
        }
        readings.leap = None;
        let age = ticks.saturating_sub(before.ticks).as_micros() as i128;
        let drift = i64::try_from(age * DRIFT_PARTS_PER_MILLION / 1_000_000).unwrap_or(i64::MAX);
        let earliest = ours
            .saturating_sub(SignedDuration::from_micros(drift))
            .unwrap_or(ours);
        let set_back = ours.duration_since(told) > SET_BACK;
        let at = if set_back { told } else { told.max(earliest) };
        readings.good = Some(Reading { ticks, at });
        Told::Taken
    }

    /// Writes down the time for a successor of this process.
    pub(crate) fn keep(&self) {
        let (Some(file), Some(at)) = (&self.file, self.now()) else {
            return;
        };
        let (Some(boot), Some(uptime_ms)) = (boot_id(), uptime_ms()) else {
            return;
        };
        let kept = serde_json::to_vec(&Kept {
            boot,
            uptime_ms,
            at,
        })
        .expect("three plain fields become JSON");
        if let Err(error) = disk::replace(file, &kept, Lasting::Crash) {
            tracing::warn!(%error, file = %file.display(), "cannot keep the time for a restart");
        }
    }

    fn carry(&self, reading: Reading) -> Timestamp {
        let passed = (self.monotonic)().saturating_sub(reading.ticks);
        let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        reading.at.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Readings> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn recall(file: &Path) -> Option<Timestamp> {
    let kept: Kept = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    if kept.boot != boot_id()? {
        return None;
    }
    let passed = uptime_ms()?.checked_sub(kept.uptime_ms)?;
    let passed = SignedDuration::from_millis(i64::try_from(passed).ok()?);
    kept.at.checked_add(passed).ok()
}

fn boot_id() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()
}

fn uptime_ms() -> Option<u64> {
    let text = fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some((seconds * 1000.0) as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
    }

    fn hand() -> (Arc<AtomicU64>, Clock) {
        let hand = Arc::new(AtomicU64::new(0));
        let moved = Arc::clone(&hand);
        let clock = Clock::with_source(move || Duration::from_millis(moved.load(Ordering::SeqCst)));
        (hand, clock)
    }

    #[test]
    fn the_time_is_unknown_until_told_and_then_runs() {
        let (hand, clock) = hand();
        assert_eq!(clock.now(), None);
        assert_eq!(clock.set(at(0)), Told::First);
        hand.store(1500, Ordering::SeqCst);
        assert_eq!(clock.now(), Some(at(1500)));
    }

    #[test]
    fn a_delayed_message_does_not_turn_the_clock_back() {
        let (hand, clock) = hand();
        clock.set(at(0));
        hand.store(1000, Ordering::SeqCst);
        assert_eq!(clock.set(at(400)), Told::Taken, "600 ms under way");
        assert!(clock.now().unwrap() >= at(999));
        clock.set(at(1300));
        assert_eq!(
            clock.now(),
            Some(at(1300)),
            "the one before was late itself"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_is_followed() {
        let (hand, clock) = hand();
        clock.set(at(0));
        hand.store(1000, Ordering::SeqCst);
        clock.set(at(-60_000));
        assert_eq!(clock.now(), Some(at(-60_000)));
    }

    #[test]
    fn a_clock_that_is_a_year_off_is_believed_only_when_it_stays_so() {
        const YEAR_MS: i64 = 365 * 86_400_000;
        let (hand, clock) = hand();
        clock.set(at(0));
        let minute = |n: u64| hand.store(n * 60_000, Ordering::SeqCst);
        minute(1);
        assert!(matches!(
            clock.set(at(60_000 - YEAR_MS)),
            Told::Held { new: true, .. }
        ));
        minute(9);
        assert!(matches!(
            clock.set(at(540_000 - YEAR_MS)),
            Told::Held { new: false, .. }
        ));
        assert_eq!(
            clock.now(),
            Some(at(540_000)),
            "the clock goes on as it was"
        );
        assert_eq!(
            clock.set(at(540_000)),
            Told::Taken,
            "the agent's clock was mended"
        );
        minute(10);
        assert!(matches!(
            clock.set(at(600_000 + YEAR_MS)),
            Told::Held { new: true, .. }
        ));
        minute(20);
        assert_eq!(
            clock.set(at(1_200_000 + YEAR_MS)),
            Told::Taken,
            "ours was wrong"
        );
        assert_eq!(clock.now(), Some(at(1_200_000 + YEAR_MS)));
    }

    #[test]
    fn an_agent_that_does_not_know_the_time_tells_none() {
        let (_, clock) = hand();
        assert_eq!(clock.set(Timestamp::UNIX_EPOCH), Told::NotATime);
        assert_eq!(clock.now(), None);
    }

    #[test]
    fn a_restarted_program_still_knows_the_time_until_the_machine_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock.json");
        let clock = Clock::open(file.clone());
        clock.set(at(0));
        clock.keep();
        let again = Clock::open(file.clone()).now().unwrap();
        assert!((at(0)..at(60_000)).contains(&again), "{again}");
        let text = fs::read_to_string(&file)
            .unwrap()
            .replace(boot_id().unwrap().trim(), "another boot");
        fs::write(&file, text).unwrap();
        assert_eq!(Clock::open(file).now(), None);
    }
}
