//! What a display is sent: frames, plans, freshness. Whatever makes no sense is refused by name and changes nothing.

use std::time::{Duration, Instant};

use frame::Bitmap;
use hub_link::picture;
use hub_link::wire::{self, FailureCode, FrameHeader};

use super::Sign;
use crate::plan::{FrameId, Freshness, Plan};

/// How often freshness goes to the disk. A restart in between makes a sign say "as of" a little too early, never too
/// late; writing every message would wear the card out.
const FRESHNESS_TO_DISK: Duration = Duration::from_secs(5 * 60);

impl Sign {
    /// Takes a frame.
    pub fn take_frame(&mut self, header: &FrameHeader, payload: &[u8]) {
        match self.decode(header, payload) {
            Ok((id, frame)) => {
                if let Err(error) = self.shelf.put_frame(id, frame) {
                    self.storage_failed(&error);
                }
                self.adopt_pending();
            }
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
        let plan = match Plan::from_wire(plan, self.clock.now(), self.capacity) {
            Ok(plan) => plan,
            Err(error) => return self.failed(error.code(), error.to_string()),
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
                if self.disk_refused.is_none() {
                    self.report_stored(newest);
                }
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

    /// The connection has ended: what was under way will not come.
    pub fn forget_pending(&mut self) {
        self.pending = None;
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
        match self.shelf.put_plan(plan) {
            Ok(()) => {
                self.disk_refused = None;
                self.stored();
            }
            Err(error) => self.storage_failed(&error),
        }
    }
}
