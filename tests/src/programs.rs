//! How each program of a world is started.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::ToSpan;
use serde_json::{Value, json};

use crate::certificates::{Authority, Identity};
use crate::clock::clock;
use crate::places::Place;
use crate::plan::{HubPlan, Programme, WorldPlan};
use crate::process::{Process, Surroundings};
use crate::stage::Stage;

/// The agent's program.
pub const AGENT: &str = "edge-agent";
/// The relay's program.
pub const RELAY: &str = "cloud-relay-local";

/// How much the programs log; more with `RUST_LOG` of one's own is not needed often enough to have a switch.
const LOG: (&str, &str) = (
    "RUST_LOG",
    "info,edge_agent=debug,hub=debug,hub_link=debug,cloud_relay=debug",
);

/// The programme of a real conference. In the program, so that it does not need the folder that it was built from.
const FOSDEM: &[u8] = include_bytes!("../google-stand-in/fixtures/fosdem-2025.json");

/// Starts `binary` under `name` at its place; it writes below `data`.
fn start(
    stage: &Stage,
    place: &Place,
    [name, binary]: [&str; 2],
    arguments: &[String],
    data: &Path,
) -> Result<Process> {
    let mut environment = vec![(LOG.0.to_owned(), LOG.1.to_owned())];
    if let Some(points) = &stage.crash_points {
        environment.extend(points.environment(name, data)?);
    }
    let logs = stage.logs();
    let surroundings = Surroundings {
        namespace: place.namespace.as_deref(),
        environment,
        logs: &logs,
    };
    Process::start(name, binary, arguments, surroundings)
}

/// Starts the stand-in for Google.
pub(crate) fn start_stand_in(
    stage: &Stage,
    programme: &Programme,
    authority: &Authority,
    identity: &Identity,
) -> Result<Process> {
    let places = &stage.places;
    let mut arguments: Vec<String> = [
        "--listen",
        &places.google.listen(0),
        "--host",
        "google.localhost",
        "--resolve",
        &format!("relay.localhost={}", places.relay.address),
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
            let file = stage.folder.join("fosdem-2025.json");
            fs::write(&file, FOSDEM)?;
            arguments.extend(["--fosdem".to_owned(), path(&file)?.to_owned()]);
        }
        Programme::Rooms(names) => arguments.extend(rooms_in(stage, &rooms_file(names))?),
        Programme::Busy { rooms, events } => {
            arguments.extend(rooms_in(stage, &busy_file(*rooms, *events))?);
        }
    }
    let names = ["google-stand-in"; 2];
    start(
        stage,
        &places.google,
        names,
        &arguments,
        &stage.folder.join("google"),
    )
}

fn rooms_in(stage: &Stage, rooms: &Value) -> Result<[String; 2]> {
    let file = stage.folder.join("rooms.json");
    fs::write(&file, serde_json::to_string(rooms)?)?;
    Ok(["--rooms".to_owned(), path(&file)?.to_owned()])
}

/// A meeting of four hours that runs now, and after it half an hour every eighty minutes.
fn busy_file(rooms: usize, events: usize) -> Value {
    let now = clock();
    let meeting = |index: usize| {
        let (start, end) = match i64::try_from(index) {
            Ok(0) | Err(_) => (now - 1.hour(), now + 3.hours()),
            Ok(later) => {
                let start = now + (100 + 80 * later).minutes();
                (start, start + 30.minutes())
            }
        };
        json!({ "summary": format!("Meeting {index}"), "organiser": "Ada Lovelace", "start": start, "end": end })
    };
    let events: Vec<Value> = (0..events).map(meeting).collect();
    let room = |index: usize| json!({ "name": format!("Room {index:03}"), "events": events });
    json!({ "rooms": (0..rooms).map(room).collect::<Vec<_>>() })
}

fn rooms_file(names: &[String]) -> Value {
    json!({ "rooms": names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>() })
}

/// How a relay is served to the world.
#[derive(Debug)]
pub(crate) enum Served<'a> {
    /// By itself, as this.
    Encrypted(&'a Identity),
    /// In plain HTTP to a web server, which has this public address.
    ToWebServer(&'a str),
}

/// Starts the relay; port 0 is any free one.
pub(crate) fn start_relay(stage: &Stage, port: u16, served: &Served<'_>) -> Result<Process> {
    let data = stage.folder.join("relay");
    let place = &stage.places.relay;
    fs::create_dir_all(&data)?;
    let listen = place.listen(port);
    let mut arguments = vec!["serve", "--listen", &listen, "--data", path(&data)?];
    match served {
        Served::Encrypted(identity) => {
            arguments.extend(["--public-host", "relay.localhost"]);
            arguments.extend(["--tls-cert", path(&identity.certificate)?]);
            arguments.extend(["--tls-key", path(&identity.key)?]);
        }
        Served::ToWebServer(base) => arguments.extend(["--public-base", base]),
    }
    let arguments: Vec<_> = arguments.into_iter().map(str::to_owned).collect();
    start(stage, place, [RELAY; 2], &arguments, &data)
}

/// Starts the agent, or a copy of it, with the folder of its data.
pub(crate) fn start_agent(stage: &Stage, data: &Path) -> Result<Process> {
    let arguments = ["serve", "--data", path(data)?].map(str::to_owned);
    let name = data.file_name().and_then(|name| name.to_str());
    let name = match name {
        None | Some("agent") => AGENT.to_owned(),
        Some(copy) => format!("{AGENT}-{copy}"),
    };
    start(stage, &stage.places.agent, [&name, AGENT], &arguments, data)
}

/// Writes the agent's configuration to the folder of its data, with the ports of portal and hubs; 0 is any free one.
pub(crate) fn write_agent_config(
    data: &Path,
    stage: &Stage,
    plan: &WorldPlan,
    authority: &Authority,
    google: &str,
    [portal, hubs]: [u16; 2],
) -> Result<()> {
    fs::create_dir_all(data)?;
    let places = &stage.places;
    let [portal, hubs] = [portal, hubs].map(|port| places.agent.listen(port));
    let mut config = format!(
        r#"[portal]
listen = "{portal}"
name = "portal.localhost"

[hubs]
listen = "{hubs}"
addresses = {others:?}

[outbound]
extra_ca = "{ca}"

[outbound.resolve]
"relay.localhost" = "{relay}"
"connect.localhost" = "{relay}"
"google.localhost" = "{google_address}"

[google]
authorise = "{google}/o/oauth2/v2/auth"
token = "{google}/token"
revoke = "{google}/revoke"
certs = "{google}/oauth2/v3/certs"
calendar = "{google}/calendar/v3"
people = "{google}/v1"
admin = "{google}/admin"
{sync}"#,
        others = plan.other_addresses,
        ca = path(&authority.certificate)?,
        relay = places.relay.address,
        google_address = places.google.address,
        sync = plan.sync_seconds.map_or_else(String::new, |round| format!(
            "\n[sync]\nround_seconds = {round}\n"
        )),
    );
    if let Some(fonts) = &plan.fonts {
        config += &format!("\n[signs]\nfonts = {:?}\n", path(fonts)?);
    }
    fs::write(data.join("agent.toml"), config)?;
    Ok(())
}

/// A path as an argument.
pub(crate) fn path(path: &Path) -> Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

/// Starts a hub, paired or not.
pub(crate) fn start_hub(stage: &Stage, hub: &HubPlan, agent: &str) -> Result<Process> {
    let data = stage.folder.join("hubs").join(&hub.name);
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
    let name = hub_program(&hub.name);
    start(stage, &stage.places.hubs, [&name, "hub"], &arguments, &data)
}

/// What the hub of that name is called among the programs.
pub fn hub_program(hub: &str) -> String {
    format!("hub-{hub}")
}
