//! Setting what displays show.

use edge_api::id::DisplayId;
use edge_api::settings::DisplaySettings;

use super::{DisplayError, Hubs};
use crate::news::News;
use crate::store::NotSet;

impl Hubs {
    /// Sets what a display shows besides its room, and how.
    pub(crate) async fn set(
        &self,
        display: &DisplayId,
        settings: DisplaySettings,
    ) -> Result<(), DisplayError> {
        match self.0.rooms.store.set_display(display, settings).await? {
            Ok(()) => {
                self.look_again(display);
                Ok(())
            }
            Err(NotSet::Display) => Err(DisplayError::UnknownDisplay),
            Err(NotSet::Room) => Err(DisplayError::UnknownRoom),
            Err(NotSet::Layout) => Err(DisplayError::UnknownLayout),
        }
    }

    /// Has a display planned again: something that it shows is another one now.
    pub(crate) fn look_again(&self, display: &DisplayId) {
        self.0.rooms.bus.send(News::LinksChanged {
            display: display.clone(),
        });
    }
}
