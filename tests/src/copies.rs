//! Backups of an agent, restored here and elsewhere: several copies of one agent at the same time.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::admin::Admin;
use crate::places::port_of;
use crate::process::{Process, text};
use crate::programs::{start_agent, write_agent_config};
use crate::world::World;

/// What is not in a backup: it says which copy of the agent a folder is.
const INSTANCE: &str = "instance";

/// Another copy of the world's agent, with a portal of its own; killed when dropped.
#[derive(Debug)]
pub struct Copy {
    process: Process,
    /// An admin signed in there.
    pub admin: Admin,
}

impl Copy {
    /// Stops it.
    ///
    /// # Errors
    ///
    /// Fails when it ends other than well.
    pub async fn stop(self) -> Result<()> {
        self.process.stop().await
    }
}

impl World {
    /// Copies what a backup of the dead agent holds to a folder of that name.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be copied.
    pub fn back_up_agent(&self, name: &str) -> Result<()> {
        copy_all(&self.agent_data(), &self.stage.folder.join(name))
    }

    /// Puts the backup in the place of the dead agent's data.
    ///
    /// # Errors
    ///
    /// Fails when there is no such backup.
    pub fn restore_agent(&self, name: &str) -> Result<()> {
        fs::remove_dir_all(self.agent_data())?;
        copy_all(&self.stage.folder.join(name), &self.agent_data())
    }

    /// Starts an agent with the backup on another machine, so to say: with other ports, so that no hub finds it.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up.
    pub async fn restore_elsewhere(&self, name: &str) -> Result<Copy> {
        let data = self.stage.folder.join(format!("{name}-elsewhere"));
        copy_all(&self.stage.folder.join(name), &data)?;
        let (authority, google) = (&self.authority, &self.google_base);
        write_agent_config(&data, &self.stage, &self.plan, authority, google, [0, 0])?;
        let mut process = start_agent(&self.stage, &data)?;
        let ready = process.says("ready").await?;
        let port = port_of(&text(&ready, "portal")?)?;
        let mut admin = self.admin_at(&format!("https://portal.localhost:{port}"))?;
        admin.sign_in().await?;
        Ok(Copy { process, admin })
    }
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_name() == INSTANCE {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
