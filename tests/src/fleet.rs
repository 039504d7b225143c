//! A fleet of simulated hubs that the agent lets in, in a process of its own.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::{Process, Surroundings, output_of};
use crate::world::World;

/// What every display of a fleet has.
pub const PANEL: &str = "800x480";

/// How long a thousand hubs may take for anything; speed is judged by the rows.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// When nothing has come for so long, nothing more will.
const QUIET: Duration = Duration::from_secs(5);

/// Running hubs; killed when dropped.
#[derive(Debug)]
pub struct Fleet {
    process: Process,
    hubs: u64,
}

impl Fleet {
    /// Makes the keys of so many hubs, and has the agent let them in.
    ///
    /// # Errors
    ///
    /// Fails when the agent refuses them.
    pub async fn admit(world: &World, hubs: usize) -> Result<()> {
        let mut fleet = Self::start(world, hubs, 0).await?;
        let said = fleet.process.says("hubs").await?;
        fleet.process.kill().await?;
        let data = world.agent_data().display().to_string();
        let pins = said["hubs"].as_array().context("the fleet says its pins")?;
        let pins: Vec<&str> = pins.iter().filter_map(Value::as_str).collect();
        ensure!(pins.len() == hubs, "{} of {hubs} pins are text", pins.len());
        let arguments = [&["hubs", "admit", "--data", &data], &pins[..]].concat();
        output_of("edge-agent", &arguments).await?;
        Ok(())
    }

    /// Starts the first so many of them; they dial at once.
    ///
    /// # Errors
    ///
    /// Fails when the program cannot be started.
    pub async fn start(world: &World, hubs: usize, displays: usize) -> Result<Self> {
        let data = world.logs().with_file_name("fleet");
        std::fs::create_dir_all(&data)?;
        let keys = output_of(
            "edge-agent",
            &[
                "hubs",
                "keys",
                "--data",
                &world.agent_data().display().to_string(),
            ],
        )
        .await?;
        let pin = keys
            .split_whitespace()
            .nth(1)
            .context("the agent says its key")?;
        let arguments = [
            "simulate".to_owned(),
            format!("--data={}", data.display()),
            format!("--agent={}", world.hub_address),
            format!("--pin={pin}"),
            format!("--hubs={hubs}"),
            format!("--displays={displays}"),
            format!("--panel={PANEL}"),
        ];
        let logs = world.logs();
        let surroundings = Surroundings {
            namespace: None,
            environment: Vec::new(),
            logs: &logs,
        };
        Ok(Self {
            process: Process::start("fleet", "hub", &arguments, surroundings)?,
            hubs: hubs as u64,
        })
    }

    /// Waits until every hub is connected by another connection than the first `connects` of them. Answers when the first
    /// one dialled and when the last one was welcomed, in microseconds since 1970.
    ///
    /// # Errors
    ///
    /// Fails when some do not connect within a quarter of an hour.
    pub async fn is_complete(&mut self, connects: u64) -> Result<(i64, i64)> {
        let hubs = self.hubs;
        let said = self
            .says("every hub is connected", |said| {
                said["connected"].as_u64() == Some(hubs)
                    && said["connects"].as_u64() >= Some(connects + hubs)
            })
            .await?;
        let time = |key: &str| said[key].as_i64().with_context(|| format!("no {key}"));
        Ok((time("dialled_at_us")?, time("complete_at_us")?))
    }

    /// Waits until as many plans have come as there are displays, and no more come.
    ///
    /// # Errors
    ///
    /// Fails when some get none within a quarter of an hour.
    pub async fn is_quiet(&mut self, displays: usize) -> Result<()> {
        let all = self.hubs * displays as u64;
        self.says("every display has a plan", |said| {
            said["plans"].as_u64() >= Some(all)
        })
        .await?;
        loop {
            let before = self.count("plans").await?;
            tokio::time::sleep(QUIET).await;
            if self.count("plans").await? == before {
                return Ok(());
            }
        }
    }

    /// One of the fleet's counts.
    ///
    /// # Errors
    ///
    /// Fails when the program has ended or does not count that.
    pub async fn count(&mut self, what: &str) -> Result<u64> {
        let said = self.process.says("connects").await?;
        said[what]
            .as_u64()
            .with_context(|| format!("no {what} in {said}"))
    }

    /// Switches all of it off at once.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be waited for.
    pub async fn kill(self) -> Result<()> {
        self.process.kill().await
    }

    async fn says(&mut self, what: &str, enough: impl Fn(&Value) -> bool) -> Result<Value> {
        let begun = Instant::now();
        loop {
            let said = self.process.says("connects").await?;
            if enough(&said) {
                return Ok(said);
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "did not happen within {PATIENCE:?}: {what}; the fleet says {said}"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
