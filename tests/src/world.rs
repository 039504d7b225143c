//! The whole system on one machine: Google stand-in, relay, agent, hubs.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::calendar::Calendar;
use crate::certificates::{Authority, Identity};
use crate::crash_points::CrashPoints;
use crate::glass::Glass;
use crate::places::port_of;
use crate::plan::{HubPlan, WorldPlan};
use crate::process::{Process, text};
use crate::programs::{start_agent, start_hub, start_stand_in, write_agent_config};
use crate::relay::Relay;
use crate::stage::Stage;

/// A running system; everything is killed and removed when it is dropped.
#[derive(Debug)]
pub struct World {
    pub(crate) plan: WorldPlan,
    pub(crate) stage: Stage,
    /// Removes the folder at the end, unless it is to be kept.
    _temporary: Option<tempfile::TempDir>,
    pub(crate) authority: Authority,
    pub(crate) relay_identity: Identity,
    portal_identity: Identity,
    google_identity: Identity,
    stand_in: Process,
    pub(crate) relay: Relay,
    pub(crate) agent: Option<Process>,
    pub(crate) hubs: BTreeMap<String, Process>,
    /// The relay's address, such as `https://relay.localhost:4711`.
    pub relay_base: String,
    /// The stand-in's address.
    pub google_base: String,
    /// The stand-in's page for editing events by hand.
    pub edit_page: String,
    /// The portal's address by name.
    pub portal: String,
    /// Where hubs dial.
    pub hub_address: String,
    /// The calendars, as somebody with Google Calendar open has them.
    pub calendar: Calendar,
}

impl World {
    /// Starts everything in a temporary folder.
    ///
    /// # Errors
    ///
    /// Fails, with the end of the log, when a program does not come up.
    pub async fn start(plan: WorldPlan) -> Result<Self> {
        let temporary = tempfile::Builder::new()
            .prefix("placard-world-")
            .tempdir()?;
        let folder = temporary.path().to_owned();
        Self::start_in(plan, folder, Some(temporary)).await
    }

    async fn start_in(
        plan: WorldPlan,
        folder: PathBuf,
        temporary: Option<tempfile::TempDir>,
    ) -> Result<Self> {
        let stage = Stage {
            places: plan.places.clone(),
            crash_points: plan
                .crash_points
                .then(|| CrashPoints::new(folder.join("crash")))
                .transpose()?,
            folder: folder.clone(),
        };
        let authority = Authority::new(&folder.join("authority"))?;
        let relay_identity = authority.sign("relay", &["relay.localhost", "connect.localhost"])?;
        let google_identity = authority.sign("google", &["google.localhost"])?;
        let lan = plan.places.agent.address.to_string();
        let portal_identity = authority.sign("portal", &["portal.localhost", &lan])?;

        let mut stand_in = start_stand_in(&stage, &plan.programme, &authority, &google_identity)?;
        let relay = Relay::start(&stage, &plan, &relay_identity).await?;
        let google = stand_in.says("ready").await?;
        let google_base = text(&google, "base")?;
        let calendar = Calendar::new(&google_base, &authority.certificate, &plan.places.names())?;

        let agent_data = stage.agent_data();
        write_agent_config(&agent_data, &stage, &plan, &authority, &google_base, [0, 0])?;
        let keys = agent_data.join("keys");
        fs::create_dir_all(&keys)?;
        fs::copy(&portal_identity.certificate, keys.join("portal.crt"))?;
        fs::copy(&portal_identity.key, keys.join("portal.key"))?;
        let mut agent = start_agent(&stage, &agent_data)?;
        let ready = agent.says("ready").await?;
        let portal_port = port_of(&text(&ready, "portal")?)?;
        let hubs_port = port_of(&text(&ready, "hubs")?)?;

        let mut world = Self {
            edit_page: text(&google, "edit")?,
            portal: format!("https://portal.localhost:{portal_port}"),
            hub_address: format!("{lan}:{hubs_port}"),
            plan,
            stage,
            _temporary: temporary,
            authority,
            relay_identity,
            portal_identity,
            google_identity,
            stand_in,
            relay_base: relay.base.clone(),
            relay,
            agent: Some(agent),
            hubs: BTreeMap::new(),
            google_base,
            calendar,
        };
        // From now on the ports are kept, so that a restart is found again where it was.
        let ports = [portal_port, hubs_port];
        write_agent_config(
            &agent_data,
            &world.stage,
            &world.plan,
            &world.authority,
            &world.google_base,
            ports,
        )?;
        for hub in world.plan.hubs.clone() {
            let process = start_hub(&world.stage, &hub, &world.hub_address)?;
            world.hubs.insert(hub.name, process);
        }
        Ok(world)
    }

    /// The portal by its LAN address instead of its name.
    ///
    /// # Errors
    ///
    /// Fails when the portal's address has no port.
    pub fn portal_lan(&self) -> Result<String> {
        let address = self.stage.places.agent.address;
        Ok(format!("https://{address}:{}", port_of(&self.portal)?))
    }

    /// The running hub of that name.
    ///
    /// # Errors
    ///
    /// Fails when there is none.
    pub fn hub(&mut self, name: &str) -> Result<&mut Process> {
        self.hubs
            .get_mut(name)
            .with_context(|| format!("no hub {name} is running"))
    }

    /// The glass of a display, by hub and key.
    pub fn glass(&self, hub: &str, key: &str) -> Glass {
        Glass::new(&self.hub_data(hub).join("glass"), key)
    }

    /// All displays of the plan: hub, key, panel.
    pub fn displays(&self) -> Vec<(String, String, String)> {
        let of = |hub: &HubPlan| {
            let name = hub.name.clone();
            hub.displays
                .clone()
                .into_iter()
                .map(move |(key, panel)| (name.clone(), key, panel))
                .collect::<Vec<_>>()
        };
        self.plan.hubs.iter().flat_map(of).collect()
    }

    /// Stops everything in order; fails when a program ends other than well.
    ///
    /// # Errors
    ///
    /// As said.
    pub async fn stop(mut self) -> Result<()> {
        for (_, hub) in std::mem::take(&mut self.hubs) {
            hub.stop().await?;
        }
        if let Some(agent) = self.agent.take() {
            agent.stop().await?;
        }
        self.relay.stop().await?;
        self.stand_in.stop().await
    }

    /// Whether the relay is one that is deployed elsewhere, and cannot be killed.
    pub(crate) fn relay_is_deployed(&self) -> bool {
        self.relay.is_deployed()
    }

    /// What Chromium has to pin to trust this run.
    pub fn pins(&self) -> Vec<String> {
        [
            &self.relay_identity,
            &self.portal_identity,
            &self.google_identity,
        ]
        .map(|i| i.pin.clone())
        .to_vec()
    }
}
