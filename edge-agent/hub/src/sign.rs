//! One display: what it shall show, what it shows, and why.

#[cfg(test)]
mod tests;
mod thread;

pub use self::thread::{Order, SignHandle};

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use frame::{Bitmap, Panel};
use hub_link::picture;
use hub_link::wire::{self, FailureCode, FrameHeader, Generation, to_agent::Kind};
use jiff::Timestamp;

use crate::clock::Clock;
use crate::glass_log::GlassLog;
use crate::panel::PanelDriver;
use crate::plan::{FrameId, Freshness, Plan};
use crate::report::Reports;
use crate::shelf::{LastShown, Shelf};

/// How often freshness goes to the disk. A restart in between makes a sign say "as of" a little too early, never too
/// late; writing every message would wear the card out.
const FRESHNESS_TO_DISK: Duration = Duration::from_secs(5 * 60);

/// With 64 displays, a Hello then has 200 kB.
const MAX_FRAMES_IN_HELLO: usize = 90;

/// The longest a display sleeps although nothing is due: a clock that is set meanwhile wakes it anyway.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// Everything about one display.
pub struct Sign {
    key: String,
    panel: Panel,
    shelf: Shelf,
    driver: Box<dyn PanelDriver>,
    log: GlassLog,
    clock: Clock,
    reports: Reports,
    /// The newest plan, while frames of it are still under way.
    pending: Option<Plan>,
    /// What the glass shows since this program started; `None`: not known.
    glass: Option<Glass>,
    /// A picture of the hub's own, such as the pairing code; it hides the plan.
    notice: Option<Bitmap>,
    /// A frame that hides the plan until an instant.
    identify: Option<(FrameId, Instant)>,
    freshness_on_disk: Option<Instant>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Glass {
    frame: FrameId,
    at: Option<Timestamp>,
    marked_since: Option<Timestamp>,
}

impl Sign {
    /// Everything that a display is made of; its glass is not known yet.
    pub fn new(
        key: String,
        panel: Panel,
        shelf: Shelf,
        driver: Box<dyn PanelDriver>,
        log: GlassLog,
        clock: Clock,
        reports: Reports,
    ) -> Self {
        Self {
            key,
            panel,
            shelf,
            driver,
            log,
            clock,
            reports,
            pending: None,
            glass: None,
            notice: None,
            identify: None,
            freshness_on_disk: None,
            stored_at: None,
            announced: None,
        }
    }

    /// The display as Hello describes it.
    pub fn describe(&self) -> wire::Display {
        wire::Display {
            key: self.key.clone(),
            panel: self.panel.to_string(),
            stored: self.shelf.generation(),
            frames: self.planned_frames(),
            shown: self.displayed(),
        }
    }

    /// The frames of the plan, and no more than fit into a Hello with many displays. What is not named is sent again,
    /// which costs little.
    fn planned_frames(&self) -> Vec<Bytes> {
        let planned: BTreeSet<[u8; wire::HASH_BYTES]> = self
            .shelf
            .plan()
            .iter()
            .flat_map(|plan| &plan.steps)
            .map(|step| step.frame.0)
            .collect();
        planned
            .into_iter()
            .take(MAX_FRAMES_IN_HELLO)
            .map(|hash| hash.to_vec().into())
            .collect()
    }

    /// Takes a frame.
    pub fn take_frame(&mut self, header: &FrameHeader, payload: &[u8]) {
        match self.decode(header, payload) {
            Ok((id, frame)) => match self.shelf.put_frame(id, frame) {
                Ok(()) => self.adopt_pending(),
                Err(error) => self.storage_failed(&error),
            },
            Err(why) => self.failed(FailureCode::BadFrame, why),
        }
    }

    fn decode(&self, header: &FrameHeader, payload: &[u8]) -> Result<(FrameId, Bitmap), String> {
        let id = FrameId(wire::frame_hash(&header.frame).map_err(|e| e.to_string())?);
        if (header.width, header.height) != (self.panel.width, self.panel.height) {
            return Err(format!(
                "the frame has {}x{} pixels, the panel {}",
                header.width, header.height, self.panel
            ));
        }
        let base = wire::frame_hash(&header.base).ok().map(FrameId);
        let base = base.and_then(|id| self.shelf.frame(&id)).map(Bitmap::rows);
        let rows = picture::decode(header.encoding(), payload, base, header.raw_length as usize)
            .map_err(|e| e.to_string())?;
        let frame = Bitmap::from_rows(&self.panel, rows).map_err(|e| e.to_string())?;
        if frame.hash().0 != id.0 {
            return Err("the pixels do not hash to the frame's name".to_owned());
        }
        Ok((id, frame))
    }

    /// Takes a plan; it becomes effective once all its frames are here.
    pub fn take_plan(&mut self, plan: &wire::Plan) {
        let plan = match Plan::from_wire(plan) {
            Ok(plan) => plan,
            Err(error) => return self.failed(FailureCode::BadMessage, error.to_string()),
        };
        let newest = self
            .pending
            .as_ref()
            .map(|p| p.generation)
            .max(self.shelf.generation());
        match newest {
            Some(newest) if plan.generation < newest => {
                self.failed(
                    FailureCode::OldGeneration,
                    format!("the display has {newest:?} already"),
                );
            }
            Some(newest) if plan.generation == newest && self.pending.is_none() => {
                self.report_stored(newest)
            }
            _ => {
                self.pending = Some(plan);
                self.adopt_pending();
            }
        }
    }

    /// Takes newer freshness. Older freshness is of a message that a newer plan has overtaken.
    pub fn take_freshness(&mut self, freshness: &wire::Freshness) {
        let freshness = match Freshness::from_wire(freshness) {
            Ok(freshness) => freshness,
            Err(error) => return self.failed(FailureCode::BadMessage, error.to_string()),
        };
        let Some(before) = self.shelf.plan().and_then(|plan| plan.freshness.as_ref()) else {
            return;
        };
        if *before == freshness || before.verified_at > freshness.verified_at {
            return;
        }
        let durable = self
            .freshness_on_disk
            .is_none_or(|at| at.elapsed() >= FRESHNESS_TO_DISK);
        if durable {
            self.freshness_on_disk = Some(Instant::now());
        }
        if let Err(error) = self.shelf.put_freshness(freshness, durable) {
            self.storage_failed(&error);
        }
    }

    /// Shows a frame for a while.
    pub fn identify(&mut self, frame: &[u8], for_: Duration) {
        match wire::frame_hash(frame) {
            Ok(hash) => self.identify = Some((FrameId(hash), Instant::now() + for_)),
            Err(error) => self.failed(FailureCode::BadMessage, error.to_string()),
        }
    }

    /// Shows a picture of the hub's own in place of the plan, or the plan again.
    pub fn notice(&mut self, picture: Option<Bitmap>) {
        self.notice = picture;
    }

    fn adopt_pending(&mut self) {
        let here = |plan: &Plan| {
            plan.steps
                .iter()
                .all(|step| self.shelf.frame(&step.frame).is_some())
        };
        let Some(plan) = self.pending.take_if(|plan| here(plan)) else {
            return;
        };
        let generation = plan.generation;
        match self.shelf.put_plan(plan) {
            Ok(()) => {
                self.stored_at = self.clock.now();
                self.freshness_on_disk = Some(Instant::now());
                self.report_stored(generation);
            }
            Err(error) => self.storage_failed(&error),
        }
    }

    /// Brings the glass to what is due. Answers how long nothing else will be.
    pub fn refresh(&mut self) -> Duration {
        self.identify = self.identify.filter(|(_, until)| Instant::now() < *until);
        let now = self.clock.now();
        if let Some(notice) = self.notice.clone() {
            let frame = FrameId(notice.hash().0);
            self.bring(frame, None, &notice);
            return LONGEST_NAP;
        }
        if let Some((frame, until)) = self.identify
            && let Some(picture) = self.shelf.frame(&frame).cloned()
        {
            self.bring(frame, None, &picture);
            return until
                .saturating_duration_since(Instant::now())
                .min(LONGEST_NAP);
        }
        let Some(plan) = self.shelf.plan() else {
            return LONGEST_NAP;
        };
        let last = self
            .glass
            .map(|glass| glass.frame)
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
            self.bring(due.frame, due.marked_since, &picture);
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

    /// Has the glass show `picture` if it does not.
    fn bring(&mut self, frame: FrameId, marked_since: Option<Timestamp>, picture: &Bitmap) {
        if self
            .glass
            .is_some_and(|glass| glass.frame == frame && glass.marked_since == marked_since)
        {
            // A plan can change nothing that the glass shows; the agent waits to hear that it is there.
            if self.announced != self.shelf.generation() {
                self.report_displayed();
            }
            return;
        }
        self.reports.send(Kind::Refreshing(wire::Refreshing {
            display: self.key.clone(),
            frame: frame.0.to_vec().into(),
        }));
        // Until the panel is done, nobody knows what it shows.
        self.glass = None;
        if let Err(error) = self.driver.show(picture) {
            return self.failed(FailureCode::Panel, error.to_string());
        }
        let at = self.clock.now();
        self.glass = Some(Glass {
            frame,
            at,
            marked_since,
        });
        self.report_displayed();
        self.log
            .append(at, frame, marked_since, self.shelf.generation());
        if let Some(at) = at {
            let shown = LastShown {
                frame,
                at,
                marked_since,
            };
            let pending = self.pending.as_ref();
            let needed = |id: &FrameId| {
                *id == frame
                    || pending.is_some_and(|plan| plan.steps.iter().any(|step| step.frame == *id))
            };
            let kept = self
                .shelf
                .put_shown(shown)
                .and_then(|()| self.shelf.sweep(needed));
            if let Err(error) = kept {
                self.storage_failed(&error);
            }
        }
    }

    fn displayed(&self) -> Option<wire::Displayed> {
        let glass = self.glass?;
        let plan = self.shelf.plan()?;
        Some(wire::Displayed {
            display: self.key.clone(),
            generation: Some(plan.generation),
            frame: glass.frame.0.to_vec().into(),
            at_us: glass.at?.as_microsecond(),
            marked_since_us: glass.marked_since.map(Timestamp::as_microsecond),
            stored_at_us: self.stored_at.map_or(0, Timestamp::as_microsecond),
        })
    }

    fn report_displayed(&mut self) {
        self.announced = self.shelf.generation();
        if let Some(displayed) = self.displayed() {
            self.reports.send(Kind::Displayed(displayed));
        }
    }

    fn report_stored(&self, generation: Generation) {
        self.reports.send(Kind::Stored(wire::Stored {
            display: self.key.clone(),
            generation: Some(generation),
        }));
    }

    fn storage_failed(&self, error: &io::Error) {
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
