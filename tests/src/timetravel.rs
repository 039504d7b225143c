//! Hours that a story has no time to wait for: clocks and ages are changed on disk, while the program that keeps them is
//! dead. What is changed is what the passing of time would have changed, and nothing else.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use frame::Bitmap;
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::world::World;

impl World {
    /// Makes it `verified_at` when every room was last compared with Google, for the dead agent and the dead hub, which
    /// has the `mark` that says so.
    ///
    /// # Errors
    ///
    /// Fails when either has nothing on disk.
    pub fn was_verified(
        &self,
        hub: &str,
        key: &str,
        verified_at: Timestamp,
        mark: &Bitmap,
    ) -> Result<()> {
        let database = Connection::open(self.agent_data().join("agent.db"))?;
        let rooms = database.execute(
            "UPDATE rooms SET verified_at = ?1 WHERE verified_at IS NOT NULL",
            [verified_at.as_microsecond()],
        )?;
        anyhow::ensure!(rooms > 0, "no room was ever compared with Google");
        edit(&self.plan_file(hub, key), |plan| {
            plan["freshness"]["verified_at"] = json!(verified_at);
            plan["freshness"]["mark"]["rows"] = json!(mark.rows());
        })
    }

    /// The instant that the plan on a hub's disk was last verified at.
    ///
    /// # Errors
    ///
    /// Fails when there is no such plan.
    pub fn verified_at(&self, hub: &str, key: &str) -> Result<Timestamp> {
        let plan: Value = serde_json::from_slice(&fs::read(self.plan_file(hub, key))?)?;
        let at = plan["freshness"]["verified_at"].as_str();
        Ok(at.context("the plan has freshness")?.parse()?)
    }

    /// Takes all but the first picture out of the plan on a dead hub's disk.
    ///
    /// # Errors
    ///
    /// Fails when there is no plan.
    pub fn forget_the_day(&self, hub: &str, key: &str) -> Result<()> {
        edit(&self.plan_file(hub, key), |plan| {
            if let Some(steps) = plan["steps"].as_array_mut() {
                steps.truncate(1);
            }
        })
    }

    /// Takes out of the plan on a dead hub's disk how long it may be taken for right.
    ///
    /// # Errors
    ///
    /// Fails when there is no plan.
    pub fn forget_freshness(&self, hub: &str, key: &str) -> Result<()> {
        edit(&self.plan_file(hub, key), |plan| {
            plan["freshness"] = Value::Null
        })
    }

    /// When the dead hub starts again, it will believe that it is `now`.
    ///
    /// # Errors
    ///
    /// Fails when the hub never knew the time.
    pub fn hub_believes(&self, hub: &str, now: Timestamp) -> Result<()> {
        let uptime = fs::read_to_string("/proc/uptime")?;
        let seconds: f64 = uptime
            .split_whitespace()
            .next()
            .context("the kernel knows its uptime")?
            .parse()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an uptime is positive and short"
        )]
        let uptime_ms = (seconds * 1000.0) as u64;
        edit(&self.hub_data(hub).join("clock.json"), |clock| {
            clock["uptime_ms"] = json!(uptime_ms);
            clock["at"] = json!(now);
        })
    }

    /// When the dead hub starts again, it will not know the time, as after a power cut without a battery.
    ///
    /// # Errors
    ///
    /// Fails when the hub never knew the time.
    pub fn hub_forgets_the_time(&self, hub: &str) -> Result<()> {
        fs::remove_file(self.hub_data(hub).join("clock.json")).context("the hub knew the time")
    }
}

fn edit(file: &Path, change: impl FnOnce(&mut Value)) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let mut value = serde_json::from_slice(&bytes)?;
    change(&mut value);
    Ok(fs::write(file, serde_json::to_vec(&value)?)?)
}
