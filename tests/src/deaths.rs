//! Programs that die as in a power cut, and whoever starts them again, as systemd does.

use anyhow::{Context, Result};

use crate::crash_points::CrashPoints;
use crate::process::Process;
use crate::programs::{AGENT, RELAY, hub_program, start_agent, start_hub};
use crate::world::World;

impl World {
    /// Kills the relay.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill_relay(&mut self) -> Result<()> {
        self.relay.take()?.kill().await
    }

    /// Starts the relay again where it was.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up.
    pub async fn start_relay(&mut self) -> Result<()> {
        self.relay.revive(&self.stage).await
    }

    /// Kills the agent.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill_agent(&mut self) -> Result<()> {
        let agent = self.agent.take().context("the agent is not running")?;
        agent.kill().await
    }

    /// Starts the agent again where it was.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up.
    pub async fn start_agent(&mut self) -> Result<()> {
        let mut agent = start_agent(&self.stage, &self.agent_data())?;
        agent.says("ready").await?;
        self.agent = Some(agent);
        Ok(())
    }

    /// Kills a hub.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill_hub(&mut self, name: &str) -> Result<()> {
        self.take_hub(name)?.kill().await
    }

    /// Starts a hub of the plan again, with what it has on disk.
    ///
    /// # Errors
    ///
    /// Fails when it is not in the plan or cannot be started.
    pub fn restart_hub(&mut self, name: &str) -> Result<()> {
        let planned = self.plan.hubs.iter().find(|hub| hub.name == name);
        let hub = planned.with_context(|| format!("no hub {name} is planned"))?;
        let process = start_hub(&self.stage, hub, &self.hub_address)?;
        self.hubs.insert(name.to_owned(), process);
        Ok(())
    }

    /// Kills a program by its name: the relay, the agent, or a hub.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill(&mut self, program: &str) -> Result<()> {
        self.take(program)?.kill().await
    }

    /// Waits for the death of a program that is to die by itself.
    ///
    /// # Errors
    ///
    /// Fails when it lives on.
    pub async fn dies(&mut self, program: &str) -> Result<()> {
        let status = self.take(program)?.ended().await?;
        tracing::debug!(program, %status, "a program died");
        Ok(())
    }

    /// Starts a program again that has died.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up.
    pub async fn revive(&mut self, program: &str) -> Result<()> {
        match program {
            AGENT => self.start_agent().await,
            RELAY => self.start_relay().await,
            _ => {
                let hub = self.hub_of(program)?;
                self.restart_hub(&hub)
            }
        }
    }

    /// Where programs are killed at their durable writes.
    ///
    /// # Errors
    ///
    /// Fails when the world was not planned so.
    pub fn crash_points(&self) -> Result<&CrashPoints> {
        let points = self.stage.crash_points.as_ref();
        points.context("the world was started without crash points")
    }

    /// The agent's or the relay's number among the system's processes.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub fn process_of(&self, program: &str) -> Result<u32> {
        let process = if program == AGENT {
            &self.agent
        } else {
            &self.relay.process
        };
        let running = process.as_ref();
        running
            .with_context(|| format!("{program} is not running"))?
            .id()
    }

    fn take(&mut self, program: &str) -> Result<Process> {
        match program {
            AGENT => self.agent.take().context("the agent is not running"),
            RELAY => self.relay.take(),
            _ => {
                let hub = self.hub_of(program)?;
                self.take_hub(&hub)
            }
        }
    }

    fn take_hub(&mut self, name: &str) -> Result<Process> {
        let running = self.hubs.remove(name);
        running.with_context(|| format!("no hub {name} is running"))
    }

    fn hub_of(&self, program: &str) -> Result<String> {
        let named = self
            .plan
            .hubs
            .iter()
            .find(|hub| hub_program(&hub.name) == program);
        Ok(named
            .with_context(|| format!("no program is called {program}"))?
            .name
            .clone())
    }
}
