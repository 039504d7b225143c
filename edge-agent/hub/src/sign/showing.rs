//! Bringing a display's glass to what is due, and telling of it.

use frame::Bitmap;
use hub_link::wire::{self, FailureCode, to_agent::Kind};
use jiff::Timestamp;

use super::Sign;
use super::glass::Shows;
use crate::plan::FrameId;
use crate::refresh::Refresh;
use crate::shelf::LastShown;

impl Sign {
    /// Has the glass show `picture` if it does not.
    pub(super) fn bring(
        &mut self,
        frame: FrameId,
        marked_since: Option<Timestamp>,
        picture: &Bitmap,
        wish: Option<Refresh>,
    ) {
        let shows_it = |shows: Shows| shows.frame == frame && shows.marked_since == marked_since;
        if self.glass.shows().is_some_and(shows_it) {
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
        let full_every = self.shelf.plan().and_then(|plan| plan.full_every);
        let refresh = match self.glass.show(picture, wish, full_every) {
            Ok(refresh) => refresh,
            Err(error) => return self.failed(FailureCode::Panel, error.to_string()),
        };
        let at = self.clock.now();
        let shows = Shows {
            frame,
            at,
            marked_since,
            refresh,
        };
        self.glass.shown(shows, self.shelf.generation());
        self.report_displayed();
        self.remember(frame, at, marked_since);
    }

    /// Has what the glass shows on the disk, for a successor of this process, and lets go of frames that nobody needs.
    fn remember(&mut self, frame: FrameId, at: Option<Timestamp>, marked_since: Option<Timestamp>) {
        let Some(at) = at else { return };
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
        let kept = self.shelf.put_shown(shown);
        if let Err(error) = kept.and_then(|()| self.shelf.sweep(needed)) {
            self.storage_failed(&error);
        }
    }

    pub(super) fn displayed(&self) -> Option<wire::Displayed> {
        let shows = self.glass.shows()?;
        let plan = self.shelf.plan()?;
        Some(wire::Displayed {
            display: self.key.clone(),
            generation: Some(plan.generation),
            frame: shows.frame.0.to_vec().into(),
            at_us: shows.at?.as_microsecond(),
            marked_since_us: shows.marked_since.map(Timestamp::as_microsecond),
            stored_at_us: self.stored_at.map_or(0, Timestamp::as_microsecond),
            refresh: wire::Refresh::from(shows.refresh).into(),
        })
    }

    fn report_displayed(&mut self) {
        self.announced = self.shelf.generation();
        if let Some(displayed) = self.displayed() {
            self.reports.send(Kind::Displayed(displayed));
        }
    }
}
