//! A hub's life: build the displays, call the agent, stop in order.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use hub_link::identity::Identity;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, DisplayConfig, Driver};
use crate::glass_log::GlassLog;
use crate::link::Link;
use crate::notice::Notices;
use crate::pairing::Pairing;
use crate::panel::PanelDriver;
use crate::panel::simulated::SimulatedPanel;
use crate::report::Reports;
use crate::shelf::Shelf;
use crate::sign::{Sign, SignHandle};

/// How long displays may take to finish what they are drawing: a slow panel's full refresh.
const GRACE_PERIOD: Duration = Duration::from_secs(10);

/// Runs a hub with its data in `data` until `stop`.
///
/// # Errors
///
/// Fails when the data folder cannot be used. Whatever happens later is repaired or reported, not returned.
pub async fn run(
    config: Config,
    data: &Path,
    agent: String,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let identity = Identity::load_or_create(&data.join("keys").join("hub.key"))?;
    let pairing_file = data.join("agent.json");
    let pairing = Pairing::open(pairing_file.clone()).with_context(|| {
        format!(
            "read which agent this hub belongs to from {}",
            pairing_file.display()
        )
    })?;
    let clock = Clock::open(data.join("clock.json"));
    let reports = Reports::default();
    let mut signs = Vec::new();
    let mut threads = Vec::new();
    for display in &config.displays {
        let sign = sign(display, data, clock.clone(), reports.clone())
            .with_context(|| format!("set up the display {}", display.key))?;
        let (handle, thread) = SignHandle::start(sign).context("start a display's thread")?;
        signs.push(handle);
        threads.push(thread);
    }
    tracing::info!(hub.pin = %identity.pin(), displays = signs.len(), agent, "hub is up");
    let link = Link {
        agent,
        name: config.name,
        identity,
        pairing,
        signs,
        reports,
        clock,
        notices: Notices::new(
            config
                .displays
                .iter()
                .map(|display| display.panel)
                .collect(),
        ),
    };
    // Takes the displays' handles with it when it ends, which ends their threads.
    link.run(stop).await;
    let joined =
        tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join())));
    if tokio::time::timeout(GRACE_PERIOD, joined).await.is_err() {
        tracing::warn!("a panel took longer than {GRACE_PERIOD:?} to finish; leaving it");
    }
    Ok(())
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
    Ok(Sign::new(
        key.to_owned(),
        display.panel,
        shelf,
        driver,
        log,
        clock,
        reports,
    ))
}
