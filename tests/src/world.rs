//! The whole system on one machine: Google stand-in, relay, agent, hubs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::admin::Admin;
use crate::calendar::Calendar;
use crate::certificates::{Authority, Identity};
use crate::glass::Glass;
use crate::process::{Process, output_of};

/// The stand-in's OAuth client that the admin enters under Google App.
pub const CLIENT_ID: &str = "471108152342-placard.apps.googleusercontent.com";
/// Its secret.
pub const CLIENT_SECRET: &str = "stand-in-client-secret";

/// What the stand-in's calendars hold.
#[derive(Clone, Debug)]
pub enum Programme {
    /// The FOSDEM 2025 programme, shifted to now.
    Fosdem,
    /// A few rooms of which nothing is booked.
    Rooms(Vec<String>),
}

/// One hub of a world and its displays: key and panel size.
#[derive(Clone, Debug)]
pub struct HubPlan {
    /// The hub's name.
    pub name: String,
    /// `(key, panel)` such as `("north-1", "800x480")`.
    pub displays: Vec<(String, String)>,
}

impl HubPlan {
    /// A hub with one display for each panel size, named after the hub.
    pub fn new(name: &str, panels: &[&str]) -> Self {
        let displays = panels
            .iter()
            .enumerate()
            .map(|(index, panel)| {
                (
                    format!("{}-{}", name.to_lowercase(), index + 1),
                    (*panel).to_owned(),
                )
            })
            .collect();
        Self {
            name: name.to_owned(),
            displays,
        }
    }
}

/// What to start.
#[derive(Clone, Debug)]
pub struct WorldPlan {
    /// What the calendars hold.
    pub programme: Programme,
    /// The hubs; they are started, not paired.
    pub hubs: Vec<HubPlan>,
    /// How often the agent lists rooms unasked, if not as often as in production.
    pub sync_seconds: Option<u32>,
}

impl WorldPlan {
    /// One room, one hub, one display of 800×480.
    pub fn small() -> Self {
        Self {
            programme: Programme::Rooms(vec!["Alder".into()]),
            hubs: vec![HubPlan::new("North", &["800x480"])],
            sync_seconds: None,
        }
    }
}

/// A running system; everything is killed and removed when it is dropped.
#[derive(Debug)]
pub struct World {
    plan: WorldPlan,
    folder: PathBuf,
    /// Removes the folder at the end, unless it is to be kept.
    _temporary: Option<tempfile::TempDir>,
    authority: Authority,
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
            start_relay("127.0.0.1:0", &folder, &relay_identity, &logs)?,
        );
        let google = stand_in.says("ready").await?;
        let relay_said = relay.says("ready").await?;
        let google_base = text(&google, "base")?;
        let relay_base = text(&relay_said, "public_base")?;
        let calendar = Calendar::new(&google_base, &authority.certificate)?;

        write_agent_config(
            &folder,
            &authority,
            &google_base,
            "127.0.0.1:0",
            "127.0.0.1:0",
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
            &world.folder,
            &world.authority,
            &world.google_base,
            &format!("127.0.0.1:{portal_port}"),
            &world.hub_address,
        )?;
        for hub in world.plan.hubs.clone() {
            world.start_hub(&hub)?;
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

    /// An admin with a browser of their own, not signed in, at `origin`.
    ///
    /// # Errors
    ///
    /// Fails when the run's certificate cannot be read.
    pub fn admin_at(&self, origin: &str) -> Result<Admin> {
        Admin::new(origin, &self.authority.certificate)
    }

    /// The first admin: claims the agent, and connects relay and Google.
    ///
    /// # Errors
    ///
    /// Fails at the first step that is refused, and says which.
    pub async fn connected_admin(&self) -> Result<Admin> {
        let mut admin = self.admin_at(&self.portal)?;
        admin.claim(&self.setup_token().await?).await?;
        admin.enrol(&self.relay_base, &self.invite().await?).await?;
        self.register_client(&[admin.redirect_uri().await?]).await?;
        admin.save_google_app(CLIENT_ID, CLIENT_SECRET).await?;
        admin.connect_google().await?;
        Ok(admin)
    }

    /// Pairs every hub of the plan by the code that it shows.
    ///
    /// # Errors
    ///
    /// Fails when a hub shows no code or the agent refuses it.
    pub async fn pair_all(&mut self, admin: &mut Admin) -> Result<()> {
        for hub in self.plan.hubs.clone() {
            let code = self.pairing_code(&hub.name).await?;
            admin.pair(&code, &hub.name).await?;
            self.hub(&hub.name)?.says("connected").await?;
        }
        Ok(())
    }

    /// Tells the stand-in of the OAuth client, as an admin does in Google's console; with no redirect URI at first,
    /// because an agent has one only when it is enrolled.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn register_client(&self, redirect_uris: &[String]) -> Result<()> {
        self.calendar
            .register_client(&json!({
                "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": redirect_uris,
            }))
            .await
    }

    /// The token that claims the agent, as `edge-agent setup-token` prints it on the console.
    ///
    /// # Errors
    ///
    /// Fails when the agent was claimed already.
    pub async fn setup_token(&self) -> Result<String> {
        let data = self.agent_data();
        let printed = output_of("edge-agent", &["setup-token", "--data", path(&data)?]).await?;
        printed
            .split_whitespace()
            .last()
            .map(str::to_owned)
            .context("`edge-agent setup-token` printed nothing")
    }

    /// A fresh one-time invite of the relay, for the host owner.
    ///
    /// # Errors
    ///
    /// Fails when the relay's command does.
    pub async fn invite(&self) -> Result<String> {
        let data = self.folder.join("relay");
        let printed = output_of(
            "cloud-relay-local",
            &["invite", "--data", path(&data)?, "--host-owner"],
        )
        .await?;
        printed
            .split_whitespace()
            .last()
            .map(str::to_owned)
            .context("`cloud-relay-local invite` printed nothing")
    }

    /// The code that an unpaired hub shows.
    ///
    /// # Errors
    ///
    /// Fails when it shows none.
    pub async fn pairing_code(&mut self, hub: &str) -> Result<String> {
        text(&self.hub(hub)?.says("pairing_code").await?, "pairing_code")
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
        self.start_hub(&hub.clone())
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
        let lists_events = |r: &&Value| {
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

    fn start_hub(&mut self, hub: &HubPlan) -> Result<()> {
        let data = self.hub_data(&hub.name);
        fs::create_dir_all(&data)?;
        let mut config = format!("name = {:?}\n", hub.name);
        for (key, panel) in &hub.displays {
            config += &format!(
                "\n[[display]]\nkey = {key:?}\npanel = {panel:?}\ndriver = \"simulated\"\n"
            );
        }
        let file = data.join("hub.toml");
        fs::write(&file, config)?;
        let arguments = [
            "run",
            "--data",
            path(&data)?,
            "--agent",
            &self.hub_address,
            "--config",
            path(&file)?,
        ]
        .map(str::to_owned);
        let process = Process::start(
            &format!("hub-{}", hub.name),
            "hub",
            &arguments,
            &[LOG],
            &self.logs(),
        )?;
        self.hubs.insert(hub.name.clone(), process);
        Ok(())
    }
}

/// How much the programs log; more with `RUST_LOG` of one's own is not needed often enough to have a switch.
const LOG: (&str, &str) = (
    "RUST_LOG",
    "info,edge_agent=debug,hub=debug,hub_link=debug,cloud_relay=debug",
);

/// How near to a meeting's start or end a picture may be either of two.
pub const BOUNDARY: Duration = Duration::from_secs(2);

fn start_stand_in(
    programme: &Programme,
    folder: &Path,
    authority: &Authority,
    identity: &Identity,
    logs: &Path,
) -> Result<Process> {
    let mut arguments: Vec<String> = [
        "--listen",
        "127.0.0.1:0",
        "--host",
        "google.localhost",
        "--resolve",
        "relay.localhost=127.0.0.1",
    ]
    .map(str::to_owned)
    .into();
    for (flag, value) in [
        ("--tls-cert", &identity.certificate),
        ("--tls-key", &identity.key),
        ("--ca", &authority.certificate),
    ] {
        arguments.extend([flag.to_owned(), path(value)?.to_owned()]);
    }
    match programme {
        Programme::Fosdem => {
            let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("google-stand-in/fixtures/fosdem-2025.json");
            arguments.extend(["--fosdem".to_owned(), path(&fixture)?.to_owned()]);
        }
        Programme::Rooms(names) => {
            let file = folder.join("rooms.json");
            fs::write(&file, serde_json::to_string(&rooms_file(names))?)?;
            arguments.extend(["--rooms".to_owned(), path(&file)?.to_owned()]);
        }
    }
    Process::start(
        "google-stand-in",
        "google-stand-in",
        &arguments,
        &[LOG],
        logs,
    )
}

fn rooms_file(names: &[String]) -> Value {
    json!({ "rooms": names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>() })
}

fn start_relay(listen: &str, folder: &Path, identity: &Identity, logs: &Path) -> Result<Process> {
    let data = folder.join("relay");
    fs::create_dir_all(&data)?;
    let arguments = [
        "serve",
        "--listen",
        listen,
        "--public-host",
        "relay.localhost",
        "--data",
        path(&data)?,
        "--tls-cert",
        path(&identity.certificate)?,
        "--tls-key",
        path(&identity.key)?,
    ]
    .map(str::to_owned);
    Process::start(
        "cloud-relay-local",
        "cloud-relay-local",
        &arguments,
        &[LOG],
        logs,
    )
}

fn start_agent(folder: &Path, logs: &Path) -> Result<Process> {
    let data = folder.join("agent");
    let arguments = ["serve", "--data", path(&data)?].map(str::to_owned);
    Process::start("edge-agent", "edge-agent", &arguments, &[LOG], logs)
}

fn write_agent_config(
    folder: &Path,
    authority: &Authority,
    google: &str,
    portal: &str,
    hubs: &str,
) -> Result<()> {
    let data = folder.join("agent");
    fs::create_dir_all(&data)?;
    let config = format!(
        r#"[portal]
listen = "{portal}"
name = "portal.localhost"

[hubs]
listen = "{hubs}"

[outbound]
extra_ca = "{ca}"

[outbound.resolve]
"relay.localhost" = "127.0.0.1"
"google.localhost" = "127.0.0.1"

[google]
authorise = "{google}/o/oauth2/v2/auth"
token = "{google}/token"
revoke = "{google}/revoke"
certs = "{google}/oauth2/v3/certs"
calendar = "{google}/calendar/v3"
people = "{google}/v1"
"#,
        ca = path(&authority.certificate)?,
    );
    fs::write(data.join("agent.toml"), config)?;
    Ok(())
}

fn path(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

fn text(value: &Value, key: &str) -> Result<String> {
    value[key]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no text `{key}` in {value}"))
}

fn port_of(address: &str) -> Result<u16> {
    let port = address
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    port.with_context(|| format!("no port in `{address}`"))
}
