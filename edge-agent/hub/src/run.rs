//! A hub's life: build the displays, call the agent, stop in order.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use hub_link::code::PairingCode;
use hub_link::identity::Identity;
use tokio_util::sync::CancellationToken;

use crate::buttons::Buttons;
use crate::clock::Clock;
use crate::config::{Config, DisplayConfig, Driver};
use crate::control::Control;
use crate::glass_log::GlassLog;
use crate::link::{Link, LinkConfig, LinkEnded, Session};
use crate::logs::Logs;
use crate::notice::Notices;
use crate::pairing::Pairing;
use crate::panel::PanelDriver;
use crate::panel::simulated::SimulatedPanel;
use crate::report::Reports;
use crate::shelf::Shelf;
use crate::sign::{Parts, Sign, SignHandle};

/// How long displays may take to finish what they are drawing: a slow panel's full refresh.
const GRACE_PERIOD: Duration = Duration::from_secs(10);

/// Where to find the agent, and how to be paired with it.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    /// `HOST:PORT` each.
    pub places: Vec<String>,
    /// The code that the agent shows; `None`: the hub shows one.
    pub code: Option<PairingCode>,
    /// Whether agents that announce themselves on the LAN are called too.
    pub discover: bool,
}

/// Runs a hub with its data in `data` until `stop`, or until it shall start again.
///
/// # Errors
///
/// Fails when the data folder cannot be used. Whatever happens later is repaired or reported, not returned.
pub async fn run(
    config: Config,
    data: &Path,
    agents: Agents,
    logs: Logs,
    stop: CancellationToken,
) -> anyhow::Result<LinkEnded> {
    let identity = Identity::load_or_create(&data.join("keys").join("hub.key"))?;
    let clock = Clock::open(data.join("clock.json"));
    let reports = Reports::default();
    let boot = draw_boot();
    let buttons = Buttons::open(data.join("buttons.json"), boot);
    let mut signs = Vec::new();
    let mut threads = Vec::new();
    for display in &config.displays {
        let sign = sign(display, data, clock.clone(), reports.clone())
            .with_context(|| format!("set up the display {}", display.key))?;
        let (handle, thread) = SignHandle::start(sign).context("start a display's thread")?;
        signs.push(handle);
        threads.push(thread);
    }
    tracing::info!(hub.pin = %identity.pin(), displays = signs.len(), agents = ?agents.places, "hub is up");
    let keys = config.displays.iter().map(|display| display.key.clone());
    // Without it the hub has no buttons; its signs are as good as ever.
    let control = Control::open(
        data,
        keys.collect(),
        buttons.clone(),
        clock.clone(),
        reports.clone(),
    )
    .inspect_err(|error| tracing::warn!(%error, "nobody can tell this hub of buttons"))
    .ok();
    let session = Session {
        name: config.name,
        boot,
        pairing: pairing(data)?,
        signs,
        reports,
        clock,
        buttons,
        logs,
    };
    let panels = config.displays.iter().map(|display| display.panel);
    let link = Link::new(
        LinkConfig {
            identity,
            notices: Notices::new(panels.collect(), agents.places.first().map(String::as_str)),
            agents: agents.places,
            code: agents.code,
            discover: agents.discover,
        },
        session,
    );
    // Takes the displays' handles with it when it ends, which ends their threads.
    let ended = tokio::select! {
        ended = link.run(stop) => ended,
        () = listen(control.as_ref()) => LinkEnded::Stopped,
    };
    let joined =
        tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join())));
    if tokio::time::timeout(GRACE_PERIOD, joined).await.is_err() {
        tracing::warn!("a panel took longer than {GRACE_PERIOD:?} to finish; leaving it");
    }
    Ok(ended)
}

/// Never ends.
async fn listen(control: Option<&Control>) {
    match control {
        Some(control) => control.run().await,
        None => std::future::pending().await,
    }
}

/// Is paired with an agent, and nothing else; the hub itself may run later.
///
/// # Errors
///
/// Fails when the data folder cannot be used.
pub async fn pair(name: String, data: &Path, agents: Agents) -> anyhow::Result<()> {
    let identity = Identity::load_or_create(&data.join("keys").join("hub.key"))?;
    let boot = draw_boot();
    let session = Session {
        name,
        boot,
        pairing: pairing(data)?,
        signs: Vec::new(),
        reports: Reports::default(),
        clock: Clock::open(data.join("clock.json")),
        buttons: Buttons::open(data.join("buttons.json"), boot),
        logs: Logs::default(),
    };
    let config = LinkConfig {
        identity,
        notices: Notices::new(Vec::new(), None),
        agents: agents.places,
        code: agents.code,
        discover: agents.discover,
    };
    Link::new(config, session).pair().await;
    Ok(())
}

fn pairing(data: &Path) -> anyhow::Result<Pairing> {
    let file = data.join("agent.json");
    Pairing::open(file.clone()).with_context(|| {
        format!(
            "read which agent this hub belongs to from {}",
            file.display()
        )
    })
}

fn sign(
    display: &DisplayConfig,
    data: &Path,
    clock: Clock,
    reports: Reports,
) -> anyhow::Result<Sign> {
    let key = display.key.as_str();
    let shelf = Shelf::open(data.join("shelf").join(key)).context("open its shelf")?;
    let glass = data.join("glass");
    let log = GlassLog::open(&glass.join(format!("{key}.log"))).context("open its log")?;
    let driver: Box<dyn PanelDriver> = match display.driver {
        Driver::Simulated => Box::new(SimulatedPanel::new(
            glass.join(format!("{key}.png")),
            Duration::from_millis(display.refresh_ms),
        )?),
    };
    Ok(Sign::new(Parts {
        key: key.to_owned(),
        panel: display.panel,
        capacity: display.frames,
        shelf,
        driver,
        log,
        clock,
        reports,
    }))
}

fn draw_boot() -> [u8; 16] {
    let mut boot = [0; 16];
    // Only told apart from other starts: without randomness it stays all zeros.
    let _ = getrandom::fill(&mut boot);
    boot
}
