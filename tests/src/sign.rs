//! A display that shows a room, and what it should show.

use anyhow::{Context, Result};
use frame::{Panel, Renderer};
use jiff::Timestamp;

use crate::calendar::{Calendar, Room};
use crate::clock::clock;
use crate::expected;
use crate::glass::Glass;
use crate::wait::eventually;

/// A display that shows a room.
#[derive(Clone, Debug)]
pub struct Sign {
    /// The display's key at its hub.
    pub key: String,
    /// The display's id at the agent.
    pub display: String,
    /// The panel.
    pub panel: Panel,
    /// Its glass.
    pub glass: Glass,
    /// The room it is linked to.
    pub room: Room,
}

impl Sign {
    /// What the glass should show now, by this crate's own reading of the stand-in.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn expected(
        &self,
        calendar: &Calendar,
        renderer: &mut Renderer,
        now: Timestamp,
    ) -> Result<frame::Bitmap> {
        let bookings = calendar.bookings(&self.room.calendar).await?;
        let state = expected::state(
            &self.room.name,
            &self.room.calendar,
            &self.room.zone,
            &bookings,
            now,
        );
        Ok(expected::picture(renderer, &state, &self.panel))
    }

    /// Waits until the glass shows exactly the expected pixels.
    ///
    /// # Errors
    ///
    /// Fails when it never does; the expected picture is then left beside the glass for a person to compare.
    pub async fn is_right(&self, calendar: &Calendar) -> Result<()> {
        let renderer = std::cell::RefCell::new(Renderer::new());
        let outcome = eventually(
            &format!("display {} shows what {} has", self.key, self.room.name),
            || async {
                let wanted = {
                    let bookings = calendar.bookings(&self.room.calendar).await?;
                    let state = expected::state(
                        &self.room.name,
                        &self.room.calendar,
                        &self.room.zone,
                        &bookings,
                        clock(),
                    );
                    expected::picture(&mut renderer.borrow_mut(), &state, &self.panel)
                };
                Ok((self.glass.pixels()? == wanted).then_some(()))
            },
        )
        .await;
        if outcome.is_err() {
            let wanted = self
                .expected(calendar, &mut Renderer::new(), clock())
                .await?;
            let beside = self.glass.picture().with_extension("expected.png");
            std::fs::write(&beside, wanted.to_png())?;
            return outcome.with_context(|| {
                format!(
                    "compare {} with {}",
                    self.glass.picture().display(),
                    beside.display()
                )
            });
        }
        outcome
    }
}
