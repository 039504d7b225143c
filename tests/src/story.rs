//! One room, one sign, one meeting whose title changes: what most stories about faults are about.

use anyhow::{Context, Result};
use frame::Renderer;

use crate::admin::Admin;
use crate::clock::clock;
use crate::plan::WorldPlan;
use crate::sign::Sign;
use crate::signs::link_all;
use crate::titles::Titles;
use crate::wait::eventually;
use crate::witness::Witness;
use crate::world::World;

/// A world with one sign, and everything that its glass was meant to show.
#[derive(Debug)]
pub struct Story {
    /// The world.
    pub world: World,
    /// Its admin.
    pub admin: Admin,
    /// Its sign.
    pub sign: Sign,
    /// Who watches the glass.
    witness: Witness,
    /// The newest picture that was meant.
    newest: String,
    titles: Titles,
    /// The meeting that runs now.
    pub meeting: String,
}

impl Story {
    /// Sets everything up; a meeting runs, and the sign shows it.
    ///
    /// # Errors
    ///
    /// Fails at the first step that is refused, and says which.
    pub async fn begin(plan: WorldPlan) -> Result<Self> {
        let mut world = World::start(plan).await?;
        let (admin, mut signs) = link_all(&mut world).await?;
        let sign = signs.remove(0);
        let mut titles = Titles::default();
        let meeting = world
            .calendar
            .add_now(&sign.room.calendar, &titles.draw())
            .await?;
        let mut story = Self {
            world,
            admin,
            sign,
            witness: Witness::default(),
            newest: String::new(),
            titles,
            meeting,
        };
        story.meant().await?;
        story.is_right().await.context("before anything happens")?;
        Ok(story)
    }

    /// Gives the meeting another title, in Google.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn change(&mut self) -> Result<()> {
        let title = self.titles.draw();
        self.world
            .calendar
            .rename(&self.sign.room.calendar, &self.meeting, &title)
            .await?;
        self.meant().await
    }

    /// Whatever the calendar has now is what the glass is meant to show from now on.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn meant(&mut self) -> Result<()> {
        let wanted = self
            .sign
            .expected(&self.world.calendar, &mut Renderer::new(), clock())
            .await?;
        self.newest = wanted.hash().to_string();
        self.witness.meant(&self.newest);
        Ok(())
    }

    /// Waits until the glass is right; then the hub's log of it must show that it never went back.
    ///
    /// # Errors
    ///
    /// Fails when it never is, or went back.
    pub async fn is_right(&self) -> Result<()> {
        self.sign.is_right(&self.world.calendar).await?;
        // The hub writes its log after the panel has changed.
        eventually("the log of the glass says so too", || async {
            let shown = self.sign.glass.now()?;
            Ok(shown
                .is_some_and(|shown| shown.hash == self.newest)
                .then_some(()))
        })
        .await?;
        self.seen().map(drop)
    }

    /// How many of the pictures that were meant the glass has shown.
    ///
    /// # Errors
    ///
    /// Fails when the glass ever went back.
    pub fn seen(&self) -> Result<usize> {
        self.witness.testifies(&self.sign.glass.history()?)
    }

    /// The hub's name.
    pub fn hub(&self) -> String {
        self.world.plan.hubs[0].name.clone()
    }
}
