//! The relay of a world and what stands before it: nothing, a web server, or the names of a relay that is deployed
//! elsewhere.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};

use crate::certificates::Identity;
use crate::deployed::{Deployed, Front};
use crate::places::port_of;
use crate::plan::WorldPlan;
use crate::process::{Process, text};
use crate::programs::{Served, start_relay};
use crate::stage::Stage;
use crate::web_server::Site;

/// A relay under its public address.
#[derive(Debug)]
pub(crate) struct Relay {
    /// Its address, such as `https://relay.localhost:4711`.
    pub(crate) base: String,
    /// Its process; absent while it is dead, and where it is deployed elsewhere.
    pub(crate) process: Option<Process>,
    /// Its own port.
    port: u16,
    identity: Identity,
    before: Before,
}

#[derive(Debug)]
enum Before {
    Nothing,
    WebServer(Box<Process>),
    Names {
        #[expect(dead_code, reason = "it works for as long as it is kept")]
        front: Front,
    },
}

impl Relay {
    /// Starts it as planned, or goes to the one that is deployed.
    ///
    /// # Errors
    ///
    /// Fails when something does not come up.
    pub(crate) async fn start(
        stage: &Stage,
        plan: &WorldPlan,
        identity: &Identity,
    ) -> Result<Self> {
        let mut relay = Self {
            base: String::new(),
            process: None,
            port: 0,
            identity: identity.clone(),
            before: Before::Nothing,
        };
        if let Some(deployed) = Deployed::wished()? {
            relay.base = deployed.base();
            let front = Front::start(deployed, identity).await?;
            relay.before = Before::Names { front };
            return Ok(relay);
        }
        let Some(server) = plan.web_server else {
            relay.revive(stage).await?;
            return Ok(relay);
        };
        // The relay has to know the web server's port and the web server the relay's; neither can tell a port that it
        // has taken.
        let public = free_port()?;
        relay.port = free_port()?;
        relay.base = format!("https://relay.localhost:{public}");
        let site = Site {
            port: public,
            relay: relay.port,
            identity,
        };
        relay.before = Before::WebServer(Box::new(server.start(stage, &site)?));
        relay.revive(stage).await?;
        Ok(relay)
    }

    /// Starts the process, again where it was.
    pub(crate) async fn revive(&mut self, stage: &Stage) -> Result<()> {
        let served = match &self.before {
            Before::WebServer(_) => Served::ToWebServer(&self.base),
            _ => Served::Encrypted(&self.identity),
        };
        let mut process = start_relay(stage, self.port, &served)?;
        let ready = process.says("ready").await?;
        self.base = text(&ready, "public_base")?;
        if let Before::Nothing = self.before {
            self.port = port_of(&self.base)?;
        }
        self.process = Some(process);
        Ok(())
    }

    /// Gives the process away, to be killed.
    pub(crate) fn take(&mut self) -> Result<Process> {
        let why = if self.is_deployed() {
            "the relay is deployed elsewhere"
        } else {
            "the relay is not running"
        };
        self.process.take().context(why)
    }

    /// Whether it is deployed elsewhere, and nobody here can kill it or look into its folder.
    pub(crate) fn is_deployed(&self) -> bool {
        matches!(self.before, Before::Names { .. })
    }

    /// Stops everything in order.
    pub(crate) async fn stop(self) -> Result<()> {
        if let Some(process) = self.process {
            process.stop().await?;
        }
        match self.before {
            Before::WebServer(server) => server.stop().await,
            Before::Nothing | Before::Names { .. } => Ok(()),
        }
    }
}

/// A port of loopback that nobody listens on.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
