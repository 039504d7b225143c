//! Where else an agent may be: at a second address, or twice, as when a backup was restored and the old machine is
//! switched on again.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::places::port_of;
use crate::process::{Process, text};
use crate::programs::{AGENT, start_agent, write_agent_config};
use crate::world::World;

/// The folder of the machine that broke.
const OLD_MACHINE: &str = "old-machine";

impl World {
    /// From now on the agent tells hubs of another address, `HOST:PORT`. Takes a restart.
    ///
    /// # Errors
    ///
    /// Fails when the agent does not come up again.
    pub async fn agent_is_also_at(&mut self, address: String) -> Result<()> {
        self.plan.other_addresses = vec![address];
        let ports = [port_of(&self.portal)?, port_of(&self.hub_address)?];
        self.kill(AGENT).await?;
        write_agent_config(
            &self.agent_data(),
            &self.stage,
            &self.plan,
            &self.authority,
            &self.google_base,
            ports,
        )?;
        self.revive(AGENT).await
    }

    /// The agent's machine breaks, and another one, with that [backup](Self::back_up_agent), takes its place and addresses.
    ///
    /// # Errors
    ///
    /// Fails when the agent does not come up from the backup.
    pub async fn replace_machine(&mut self, backup: &str) -> Result<()> {
        self.kill(AGENT).await?;
        fs::rename(self.agent_data(), self.old_machine())?;
        fs::create_dir(self.agent_data())?;
        self.restore_agent(backup)?;
        self.revive(AGENT).await
    }

    /// Switches the machine that broke on again, beside the one that has its place; answers where hubs would find it.
    ///
    /// # Errors
    ///
    /// Fails when the old agent does not come up.
    pub async fn switch_on_the_old_machine(&self) -> Result<(Process, String)> {
        let data = self.old_machine();
        write_agent_config(
            &data,
            &self.stage,
            &self.plan,
            &self.authority,
            &self.google_base,
            [0, 0],
        )?;
        let mut agent = start_agent(&self.stage, &data)?;
        let ready = agent.says("ready").await?;
        let port = port_of(&text(&ready, "hubs")?)?;
        let (host, _) = self.hub_address.rsplit_once(':').context("a port")?;
        Ok((agent, format!("{host}:{port}")))
    }

    /// What the agent on the old machine has logged.
    ///
    /// # Errors
    ///
    /// Fails when it was never switched on.
    pub fn log_of_the_old_machine(&self) -> Result<String> {
        let log = self.logs().join(format!("{AGENT}-{OLD_MACHINE}.log"));
        fs::read_to_string(&log).with_context(|| format!("read {}", log.display()))
    }

    fn old_machine(&self) -> PathBuf {
        self.stage.folder.join(OLD_MACHINE)
    }
}
