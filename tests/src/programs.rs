//! How each program of a world is started.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::certificates::{Authority, Identity};
use crate::plan::{HubPlan, Programme, WorldPlan};
use crate::process::Process;

/// Any free port of loopback.
pub(crate) const ANY_PORT: &str = "127.0.0.1:0";

/// How much the programs log; more with `RUST_LOG` of one's own is not needed often enough to have a switch.
const LOG: (&str, &str) = (
    "RUST_LOG",
    "info,edge_agent=debug,hub=debug,hub_link=debug,cloud_relay=debug",
);

/// Starts the stand-in for Google.
pub(crate) fn start_stand_in(
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

/// Starts the relay.
pub(crate) fn start_relay(
    listen: &str,
    folder: &Path,
    identity: &Identity,
    logs: &Path,
) -> Result<Process> {
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

/// Starts the agent.
pub(crate) fn start_agent(folder: &Path, logs: &Path) -> Result<Process> {
    let data = folder.join("agent");
    let arguments = ["serve", "--data", path(&data)?].map(str::to_owned);
    Process::start("edge-agent", "edge-agent", &arguments, &[LOG], logs)
}

/// Writes the agent's configuration; `listen` is for portal and hubs.
pub(crate) fn write_agent_config(
    plan: &WorldPlan,
    folder: &Path,
    authority: &Authority,
    google: &str,
    [portal, hubs]: [&str; 2],
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
{sync}"#,
        ca = path(&authority.certificate)?,
        sync = plan.sync_seconds.map_or_else(String::new, |round| format!(
            "\n[sync]\nround_seconds = {round}\n"
        )),
    );
    fs::write(data.join("agent.toml"), config)?;
    Ok(())
}

/// A path as an argument.
pub(crate) fn path(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

/// Starts a hub, paired or not.
pub(crate) fn start_hub(hub: &HubPlan, folder: &Path, agent: &str, logs: &Path) -> Result<Process> {
    let data = folder.join("hubs").join(&hub.name);
    fs::create_dir_all(&data)?;
    let mut config = format!("name = {:?}\n", hub.name);
    for (key, panel) in &hub.displays {
        config +=
            &format!("\n[[display]]\nkey = {key:?}\npanel = {panel:?}\ndriver = \"simulated\"\n");
    }
    let file = data.join("hub.toml");
    fs::write(&file, config)?;
    let arguments = [
        "run",
        "--data",
        path(&data)?,
        "--agent",
        agent,
        "--config",
        path(&file)?,
    ]
    .map(str::to_owned);
    Process::start(
        &format!("hub-{}", hub.name),
        "hub",
        &arguments,
        &[LOG],
        logs,
    )
}
