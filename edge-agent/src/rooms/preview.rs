//! What a display would show, for people: the same renderer, the same pixels, on a thread of its own so that no sign
//! has to wait for somebody who edits a layout.

mod samples;

use std::sync::Arc;
use std::time::Duration;

use edge_api::id::RoomId;
use edge_api::layouts::Sample;
use edge_api::settings::Privacy;
use frame::{Panel, SignState};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::drawer::{DrawError, Drawer, Drawing, Urgency};
use super::fonts::SignFonts;
use super::images;
use super::listed::Rooms;
use super::look::Look;
use super::subject::clock;
use crate::store::{Store, StoreError};

/// Previews that may wait for one another. Whoever types in an editor asks several times a second.
const AT_ONCE: usize = 4;

/// The renderer bounds its work for one picture to a fraction of this.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest panel that is previewed, in pixels: the largest one there is.
const MAX_PIXELS: u32 = 1872 * 1404;

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PreviewError {
    #[error("the panel has more pixels than any panel that is sold; name a smaller one")]
    TooLarge,
    #[error("other previews are being drawn; try again in a moment")]
    Busy,
    #[error("there is no such room; reload the page")]
    UnknownRoom,
    #[error("draw the preview")]
    Draw(#[from] DrawError),
    #[error("read what the preview shows")]
    Store(#[from] StoreError),
}

/// Draws previews; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Previews {
    drawer: Drawer,
    places: Arc<Semaphore>,
    store: Store,
}

impl Previews {
    /// Starts the thread.
    pub(crate) fn start(store: Store, fonts: SignFonts) -> std::io::Result<Self> {
        Ok(Self {
            drawer: Drawer::start(fonts)?,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            store,
        })
    }

    /// The picture as a PNG.
    pub(crate) async fn draw(
        &self,
        look: Look,
        mut state: SignState,
        panel: Panel,
    ) -> Result<Vec<u8>, PreviewError> {
        if panel.width.saturating_mul(panel.height) > MAX_PIXELS {
            return Err(PreviewError::TooLarge);
        }
        let _place = self.places.try_acquire().map_err(|_| PreviewError::Busy)?;
        state.pictures = images::of_layout(&self.store, &look).await?;
        let drawing = Drawing::Sign {
            state: Box::new(state),
            look,
        };
        let drawn = timeout(PATIENCE, self.drawer.draw(Urgency::Now, drawing, panel)).await;
        let picture = drawn.map_err(|_| PreviewError::Busy)??;
        Ok(picture.bitmap.to_png())
    }

    /// What a room looks like at `now` with nothing withheld.
    pub(crate) async fn room(
        &self,
        id: &RoomId,
        now: Timestamp,
    ) -> Result<SignState, PreviewError> {
        let listed = Rooms::default().get(&self.store, id).await?;
        let listed = listed.ok_or(PreviewError::UnknownRoom)?;
        let settings = &listed.room.settings;
        Ok(SignState {
            locale: settings.locale.clone().unwrap_or_default(),
            clock: clock(settings.clock),
            ..SignState::of_room(listed.state(Privacy::Full, now, true))
        })
    }
}

/// A made-up state.
pub(crate) fn sample(sample: Sample) -> SignState {
    samples::state(sample)
}
