//! One display: what it shall show, what it shows, and why.

mod glass;
mod intake;
mod showing;
#[cfg(test)]
mod tests;
mod thread;

pub use self::thread::{Order, SignHandle};

use std::time::{Duration, Instant};

use bytes::Bytes;
use frame::{Bitmap, Panel};
use hub_link::wire::{self, FailureCode, Generation, to_agent::Kind};
use jiff::Timestamp;

use self::glass::Glass;
use crate::clock::Clock;
use crate::glass_log::GlassLog;
use crate::panel::PanelDriver;
use crate::plan::{FrameId, Plan};
use crate::report::Reports;
use crate::shelf::Shelf;

/// With 64 displays, a Hello then has 200 kB.
const MAX_FRAMES_IN_HELLO: usize = 90;

/// The longest a display sleeps although nothing is due: a clock that is set meanwhile wakes it anyway.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// How often a disk that refused is asked again.
const ASK_DISK_AGAIN: Duration = Duration::from_secs(10);

/// Everything about one display.
pub struct Sign {
    key: String,
    panel: Panel,
    /// How many frames a plan may name.
    capacity: usize,
    shelf: Shelf,
    clock: Clock,
    reports: Reports,
    glass: Glass,
    /// The newest plan, while frames of it are still under way.
    pending: Option<Plan>,
    /// A picture of the hub's own, such as the pairing code; it hides the plan.
    notice: Option<Bitmap>,
    /// A frame that hides the plan until an instant.
    identify: Option<(FrameId, Instant)>,
    freshness_on_disk: Option<Instant>,
    /// When the disk refused last; `None`: everything is on it.
    disk_refused: Option<Instant>,
    /// When the plan was on the disk; `None` for one of before this program started.
    stored_at: Option<Timestamp>,
    /// The plan by which the agent was last told what the glass shows.
    announced: Option<Generation>,
}

impl std::fmt::Debug for Sign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sign")
            .field("key", &self.key)
            .field("glass", &self.glass)
            .finish_non_exhaustive()
    }
}

/// What a display is made of.
pub struct Parts {
    /// The hub's name for it.
    pub key: String,
    pub panel: Panel,
    /// How many frames a plan may name.
    pub capacity: usize,
    pub shelf: Shelf,
    pub driver: Box<dyn PanelDriver>,
    pub log: GlassLog,
    pub clock: Clock,
    pub reports: Reports,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Sign {
    /// A display whose glass is not known yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            key: parts.key,
            panel: parts.panel,
            capacity: parts.capacity,
            shelf: parts.shelf,
            clock: parts.clock,
            reports: parts.reports,
            glass: Glass::new(parts.driver, parts.log),
            pending: None,
            notice: None,
            identify: None,
            freshness_on_disk: None,
            disk_refused: None,
            stored_at: None,
            announced: None,
        }
    }

    /// The display as Hello describes it.
    pub fn describe(&self) -> wire::Display {
        wire::Display {
            key: self.key.clone(),
            panel: self.panel.to_string(),
            stored: self.shelf.stored(),
            frames: self.planned_frames(),
            shown: self.displayed(),
            capacity: u32::try_from(self.capacity).unwrap_or(u32::MAX),
        }
    }

    /// What the panel measures, with how often it has changed its picture.
    pub fn measure(&mut self) -> wire::DisplayTelemetry {
        let readings = self.glass.readings();
        wire::DisplayTelemetry {
            display: self.key.clone(),
            battery_mv: readings.battery_mv,
            battery_percent: readings.battery_percent,
            temperature_decidegrees: readings.temperature_decidegrees,
            signal_percent: readings.signal_percent,
            refreshes: self.glass.refreshes(),
        }
    }

    /// The frames of the stored plan, and no more than fit into a Hello with many displays. What is not named is sent
    /// again, which costs little.
    fn planned_frames(&self) -> Vec<Bytes> {
        let stored = self.shelf.plan().filter(|_| self.disk_refused.is_none());
        let frames = stored.map(Plan::frames).unwrap_or_default();
        frames
            .into_iter()
            .take(MAX_FRAMES_IN_HELLO)
            .map(|frame| frame.0.to_vec().into())
            .collect()
    }

    /// Brings the glass to what is due. Answers how long nothing else will be.
    pub fn refresh(&mut self) -> Duration {
        let nap = self.refresh_glass();
        match self.disk_refused {
            None => nap,
            Some(at) if at.elapsed() < ASK_DISK_AGAIN => nap.min(ASK_DISK_AGAIN),
            Some(_) => {
                self.settle();
                nap.min(ASK_DISK_AGAIN)
            }
        }
    }

    fn refresh_glass(&mut self) -> Duration {
        self.identify = self.identify.filter(|(_, until)| Instant::now() < *until);
        let now = self.clock.now();
        if let Some(notice) = self.notice.clone() {
            let frame = FrameId(notice.hash().0);
            self.bring(frame, None, &notice, None);
            return LONGEST_NAP;
        }
        if let Some((frame, until)) = self.identify
            && let Some(picture) = self.shelf.frame(&frame).cloned()
        {
            self.bring(frame, None, &picture, None);
            return until
                .saturating_duration_since(Instant::now())
                .min(LONGEST_NAP);
        }
        let Some(plan) = self.shelf.plan() else {
            return LONGEST_NAP;
        };
        let last = self
            .glass
            .frame()
            .or(self.shelf.last_shown().map(|shown| shown.frame));
        let due = plan.due(now, last);
        if let Some(frame) = self.shelf.frame(&due.frame) {
            let mark = plan
                .freshness
                .as_ref()
                .filter(|_| due.marked_since.is_some());
            let picture = match mark {
                Some(freshness) => freshness.mark.stamp(frame),
                None => frame.clone(),
            };
            self.bring(due.frame, due.marked_since, &picture, due.refresh);
        }
        match (due.until, self.clock.now()) {
            (Some(until), Some(now)) => {
                let nap = until.duration_since(now);
                Duration::try_from(nap)
                    .unwrap_or(Duration::ZERO)
                    .min(LONGEST_NAP)
            }
            _ => LONGEST_NAP,
        }
    }

    /// Asks the disk again to take what it refused.
    fn settle(&mut self) {
        match self.shelf.settle() {
            Ok(()) => {
                self.disk_refused = None;
                self.stored();
            }
            Err(error) => self.storage_failed(&error),
        }
    }

    /// The plan is on the disk.
    fn stored(&mut self) {
        self.stored_at = self.clock.now();
        self.freshness_on_disk = Some(Instant::now());
        if let Some(generation) = self.shelf.stored() {
            self.report_stored(generation);
        }
    }

    fn report_stored(&self, generation: Generation) {
        self.reports.send(Kind::Stored(wire::Stored {
            display: self.key.clone(),
            generation: Some(generation),
        }));
    }

    fn storage_failed(&mut self, error: &std::io::Error) {
        self.disk_refused = Some(Instant::now());
        self.failed(FailureCode::Storage, error.to_string());
    }

    fn failed(&self, code: FailureCode, detail: String) {
        tracing::warn!(display.key = %self.key, ?code, detail, "could not do what the agent asked");
        self.reports.send(Kind::Failed(wire::Failed {
            display: self.key.clone(),
            code: code.into(),
            detail,
        }));
    }
}
