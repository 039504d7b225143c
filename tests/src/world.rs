//! The whole system on one machine: Google stand-in, relay, agent, hubs.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::calendar::Calendar;
use crate::certificates::{Authority, Identity};
use crate::glass::Glass;
use crate::plan::{HubPlan, WorldPlan};
use crate::process::{Process, text};
use crate::programs::{
    ANY_PORT, start_agent, start_hub, start_relay, start_stand_in, write_agent_config,
};

/// A running system; everything is killed and removed when it is dropped.
#[derive(Debug)]
pub struct World {
    pub(crate) plan: WorldPlan,
    folder: PathBuf,
    /// Removes the folder at the end, unless it is to be kept.
    _temporary: Option<tempfile::TempDir>,
    pub(crate) authority: Authority,
    relay_identity: Identity,
    portal_identity: Identity,
    google_identity: Identity,
    stand_in: Process,
    relay: Option<Process>,
    agent: Option<Process>,
    hubs: BTreeMap<String, Process>,
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
        let authority = Authority::new(&folder.join("authority"))?;
        let relay_identity = authority.sign("relay", &["relay.localhost"])?;
        let google_identity = authority.sign("google", &["google.localhost"])?;
        let portal_identity = authority.sign("portal", &["portal.localhost", "127.0.0.1"])?;
        let logs = folder.join("logs");

        let (mut stand_in, mut relay) = (
            start_stand_in(
                &plan.programme,
                &folder,
                &authority,
                &google_identity,
                &logs,
            )?,
            start_relay(ANY_PORT, &folder, &relay_identity, &logs)?,
        );
        let google = stand_in.says("ready").await?;
        let relay_said = relay.says("ready").await?;
        let google_base = text(&google, "base")?;
        let relay_base = text(&relay_said, "public_base")?;
        let calendar = Calendar::new(&google_base, &authority.certificate)?;

        write_agent_config(
            &plan,
            &folder,
            &authority,
            &google_base,
            [ANY_PORT, ANY_PORT],
        )?;
        let keys = folder.join("agent/keys");
        fs::create_dir_all(&keys)?;
        fs::copy(&portal_identity.certificate, keys.join("portal.crt"))?;
        fs::copy(&portal_identity.key, keys.join("portal.key"))?;
        let mut agent = start_agent(&folder, &logs)?;
        let ready = agent.says("ready").await?;
        let portal_port = port_of(&text(&ready, "portal")?)?;

        let mut world = Self {
            edit_page: text(&google, "edit")?,
            portal: format!("https://portal.localhost:{portal_port}"),
            hub_address: text(&ready, "hubs")?,
            plan,
            folder,
            _temporary: temporary,
            authority,
            relay_identity,
            portal_identity,
            google_identity,
            stand_in,
            relay: Some(relay),
            agent: Some(agent),
            hubs: BTreeMap::new(),
            relay_base,
            google_base,
            calendar,
        };
        // From now on the ports are kept, so that a restart is found again where it was.
        write_agent_config(
            &world.plan,
            &world.folder,
            &world.authority,
            &world.google_base,
            [&format!("127.0.0.1:{portal_port}"), &world.hub_address],
        )?;
        for hub in world.plan.hubs.clone() {
            let process = start_hub(&hub, &world.folder, &world.hub_address, &logs)?;
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
        Ok(format!("https://127.0.0.1:{}", port_of(&self.portal)?))
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

    /// Kills the relay as a power cut would.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill_relay(&mut self) -> Result<()> {
        self.relay
            .take()
            .context("the relay is not running")?
            .kill()
            .await
    }

    /// Starts the relay again where it was.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up.
    pub async fn start_relay(&mut self) -> Result<()> {
        let listen = format!("127.0.0.1:{}", port_of(&self.relay_base)?);
        let mut relay = start_relay(&listen, &self.folder, &self.relay_identity, &self.logs())?;
        relay.says("ready").await?;
        self.relay = Some(relay);
        Ok(())
    }

    /// Kills the agent as a power cut would.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill_agent(&mut self) -> Result<()> {
        self.agent
            .take()
            .context("the agent is not running")?
            .kill()
            .await
    }

    /// Starts the agent again where it was.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up.
    pub async fn start_agent(&mut self) -> Result<()> {
        let mut agent = start_agent(&self.folder, &self.logs())?;
        agent.says("ready").await?;
        self.agent = Some(agent);
        Ok(())
    }

    /// Kills a hub as a power cut would.
    ///
    /// # Errors
    ///
    /// Fails when it is not running.
    pub async fn kill_hub(&mut self, name: &str) -> Result<()> {
        self.hubs
            .remove(name)
            .with_context(|| format!("no hub {name} is running"))?
            .kill()
            .await
    }

    /// Starts a hub of the plan again, with what it has on disk.
    ///
    /// # Errors
    ///
    /// Fails when it is not in the plan or cannot be started.
    pub fn restart_hub(&mut self, name: &str) -> Result<()> {
        let hub = self
            .plan
            .hubs
            .iter()
            .find(|h| h.name == name)
            .with_context(|| format!("no hub {name} is planned"))?;
        let process = start_hub(hub, &self.folder, &self.hub_address, &self.logs())?;
        self.hubs.insert(name.to_owned(), process);
        Ok(())
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
        if let Some(relay) = self.relay.take() {
            relay.stop().await?;
        }
        self.stand_in.stop().await
    }

    /// How often the agent has listed events so far.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn listings(&self) -> Result<usize> {
        let requests = self.calendar.requests().await?;
        let lists_events = |r: &&serde_json::Value| {
            r["method"] == "GET"
                && r["path"]
                    .as_str()
                    .is_some_and(|p| p.starts_with("/calendar/") && p.ends_with("/events"))
        };
        Ok(requests.iter().filter(lists_events).count())
    }

    /// Posts to a webhook address as Google does, with a token of one's own.
    ///
    /// # Errors
    ///
    /// Fails when the relay does not answer.
    pub async fn post_webhook(
        &self,
        address: &str,
        channel: &str,
        token: &str,
    ) -> Result<reqwest::StatusCode> {
        let answer = crate::admin::client(&self.authority.certificate)?
            .post(address)
            .header("X-Goog-Channel-ID", channel)
            .header("X-Goog-Channel-Token", token)
            .header("X-Goog-Message-Number", "7")
            .header("X-Goog-Resource-State", "exists")
            .header("X-Goog-Resource-ID", "resource")
            .header(
                "X-Goog-Resource-URI",
                "https://www.googleapis.com/calendar/v3/calendars/x/events",
            )
            .send()
            .await?;
        Ok(answer.status())
    }

    /// The folder of the agent's data.
    pub fn agent_data(&self) -> PathBuf {
        self.folder.join("agent")
    }

    /// How many pictures a hub has planned for a display, the present one included.
    ///
    /// # Errors
    ///
    /// Fails when the hub has no plan on disk.
    pub fn planned(&self, hub: &str, key: &str) -> Result<usize> {
        let plan = self.hub_data(hub).join("shelf").join(key).join("plan.json");
        let plan: serde_json::Value = serde_json::from_slice(&fs::read(plan)?)?;
        Ok(plan["steps"].as_array().map_or(0, Vec::len))
    }

    /// The folder of the relay's data.
    pub fn relay_data(&self) -> PathBuf {
        self.folder.join("relay")
    }

    /// The folder of a hub's data.
    pub fn hub_data(&self, name: &str) -> PathBuf {
        self.folder.join("hubs").join(name)
    }

    /// The folder of the programs' logs.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
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

fn port_of(address: &str) -> Result<u16> {
    let port = address
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    port.with_context(|| format!("no port in `{address}`"))
}
