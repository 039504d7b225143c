//! The glass of a display: what it shows, since when, and how it is brought to something else.

use std::fmt;

use frame::Bitmap;
use hub_link::wire::Generation;
use jiff::Timestamp;

use crate::glass_log::GlassLog;
use crate::panel::{PanelDriver, PanelError, Readings};
use crate::plan::FrameId;
use crate::refresh::{Change, Refresh};

/// A panel and what is known of its glass.
pub(super) struct Glass {
    driver: Box<dyn PanelDriver>,
    log: GlassLog,
    /// What it shows since this program started; `None`: not known.
    shows: Option<Shows>,
    /// The pixels of it, mark and all.
    picture: Option<Bitmap>,
    since_full: u32,
    refreshes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shows {
    pub(super) frame: FrameId,
    pub(super) at: Option<Timestamp>,
    pub(super) marked_since: Option<Timestamp>,
    pub(super) refresh: Refresh,
}

impl fmt::Debug for Glass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Glass")
            .field("shows", &self.shows)
            .finish_non_exhaustive()
    }
}

impl Glass {
    pub(super) fn new(driver: Box<dyn PanelDriver>, log: GlassLog) -> Self {
        Self {
            driver,
            log,
            shows: None,
            picture: None,
            since_full: 0,
            refreshes: 0,
        }
    }

    /// The frame that it shows, if that is known.
    pub(super) fn frame(&self) -> Option<FrameId> {
        self.shows.map(|shows| shows.frame)
    }

    /// Changes of the picture since this program started.
    pub(super) fn refreshes(&self) -> u64 {
        self.refreshes
    }

    pub(super) fn readings(&mut self) -> Readings {
        self.driver.readings()
    }

    /// What it shows, if that is known.
    pub(super) fn shows(&self) -> Option<Shows> {
        self.shows
    }

    /// Brings the panel to a picture, as gently as `wish` and its ghosts allow. Until it is done, nobody knows what the glass
    /// shows.
    pub(super) fn show(
        &mut self,
        picture: &Bitmap,
        wish: Option<Refresh>,
        full_every: Option<u32>,
    ) -> Result<Refresh, PanelError> {
        let before = self.picture.take();
        self.shows = None;
        let change = Change::plan(before.as_ref(), picture, wish, self.since_full, full_every);
        self.driver.show(&change)?;
        let refresh = change.refresh;
        self.since_full = match refresh {
            Refresh::Full => 0,
            Refresh::Fast | Refresh::Partial => self.since_full.saturating_add(1),
        };
        self.refreshes += 1;
        self.picture = Some(picture.clone());
        Ok(refresh)
    }

    /// The panel is done; `generation` is the plan by which it shows this.
    pub(super) fn shown(&mut self, shows: Shows, generation: Option<Generation>) {
        self.log
            .append(shows.at, shows.frame, shows.marked_since, generation);
        self.shows = Some(shows);
    }
}
