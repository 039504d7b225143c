//! Hubs as people look at them.

use std::collections::HashMap;

use edge_api::id::{DisplayId, HubId};
use hub_link::wire::Level;
use jiff::{SignedDuration, Timestamp};

use super::fleet::HubTold;
use super::{Hubs, battery, now};
use crate::store::{Display, Hub, Power, StoreError};

/// A paired hub, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HubView {
    pub(crate) id: HubId,
    pub(crate) name: String,
    pub(crate) connected: bool,
    /// Since when it is connected; while it is away, since when it is that.
    pub(crate) since: Option<Timestamp>,
    pub(crate) last_seen: Option<Timestamp>,
    /// Where it calls from, while it is connected.
    pub(crate) address: Option<String>,
    pub(crate) version: Option<String>,
    /// How often it has come back since it was paired.
    pub(crate) reconnects: u64,
    /// How far its idea of the agent's time is ahead.
    pub(crate) clock_ahead: Option<SignedDuration>,
    /// How far the clock of its operating system is ahead.
    pub(crate) system_clock_ahead: Option<SignedDuration>,
    /// Since when two programs use its key in turns.
    pub(crate) cloned_since: Option<Timestamp>,
    /// What it could not do as a whole.
    pub(crate) problem: Option<String>,
    /// What it drives.
    pub(crate) displays: Vec<DisplayView>,
}

/// A display, as the hub's page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DisplayView {
    pub(crate) id: DisplayId,
    pub(crate) key: String,
    pub(crate) panel: String,
    /// When it measured what follows.
    pub(crate) measured_at: Option<Timestamp>,
    pub(crate) battery_mv: Option<u32>,
    pub(crate) battery_percent: Option<u32>,
    pub(crate) battery_days: Option<u32>,
    /// Tenths of a degree Celsius.
    pub(crate) temperature_decidegrees: Option<i32>,
    pub(crate) signal_percent: Option<u32>,
    pub(crate) problem: Option<String>,
}

/// A line of a hub's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogView {
    /// Absent when the hub did not know the time.
    pub(crate) at: Option<Timestamp>,
    pub(crate) level: Level,
    pub(crate) text: String,
}

impl Hubs {
    /// Every paired hub, by name.
    pub(crate) async fn hubs(&self) -> Result<Vec<HubView>, StoreError> {
        let store = &self.0.rooms.store;
        let (displays, hubs) = (self.displays().await?, store.hubs().await?);
        let mut powers: HashMap<DisplayId, Vec<Power>> = HashMap::new();
        for (display, power) in store.power_history().await? {
            powers.entry(display).or_default().push(power);
        }
        let now = now();
        Ok(hubs
            .into_iter()
            .map(|hub| {
                let told = self.0.rooms.fleet.told(&hub.id);
                let of_hub = displays.iter().filter(|display| display.hub == hub.id);
                let views = of_hub.map(|display| {
                    let history = powers.get(&display.id).map(Vec::as_slice);
                    display_view(display, &told, history.unwrap_or_default(), now)
                });
                let views = views.collect();
                self.hub_view(hub, views, &told, now)
            })
            .collect())
    }

    fn hub_view(
        &self,
        hub: Hub,
        displays: Vec<DisplayView>,
        told: &HubTold,
        now: Timestamp,
    ) -> HubView {
        let registry = &self.0.rooms.registry;
        let connected = registry.connected(&hub.id);
        HubView {
            connected: connected.is_some(),
            since: connected.map(|(since, _)| since).or(hub.last_seen),
            last_seen: hub.last_seen,
            address: connected.map(|(_, address)| address.to_string()),
            version: hub.version,
            reconnects: hub.connects.saturating_sub(1),
            clock_ahead: told.clock_ahead,
            system_clock_ahead: told.system_clock_ahead,
            cloned_since: registry.cloned(&hub.id, now),
            problem: told.problem.clone(),
            displays,
            id: hub.id,
            name: hub.name,
        }
    }

    /// What a hub noticed lately, the oldest first; `None` when there is no such hub.
    pub(crate) async fn log(&self, hub: &HubId) -> Result<Option<Vec<LogView>>, StoreError> {
        if self.0.rooms.store.hub(hub).await?.is_none() {
            return Ok(None);
        }
        let lines = self.0.rooms.fleet.log_of(hub).into_iter();
        let views = lines.map(|line| LogView {
            at: Some(line.at_us)
                .filter(|us| *us != 0)
                .and_then(|us| Timestamp::from_microsecond(us).ok()),
            level: line.level(),
            text: line.text,
        });
        Ok(Some(views.collect()))
    }

    /// Since when this copy of the agent serves no hubs, since another one does.
    pub(crate) async fn passive_since(&self) -> Result<Option<Timestamp>, StoreError> {
        self.0.rooms.standings.passive_since().await
    }

    /// Whether a standby key is at hand: without one, a lost key means pairing every hub again.
    pub(crate) fn has_standby_key(&self) -> bool {
        self.0.rooms.keys.borrow().standby().is_some()
    }
}

fn display_view(
    display: &Display,
    told: &HubTold,
    history: &[Power],
    now: Timestamp,
) -> DisplayView {
    let measured = told.displays.get(&display.key);
    let telemetry = measured.map(|measured| &measured.telemetry);
    DisplayView {
        id: display.id.clone(),
        key: display.key.clone(),
        panel: display.panel.clone(),
        measured_at: measured.map(|measured| measured.at),
        battery_mv: telemetry.and_then(|told| told.battery_mv),
        battery_percent: telemetry.and_then(|told| told.battery_percent),
        battery_days: battery::days_left(history, now),
        temperature_decidegrees: telemetry.and_then(|told| told.temperature_decidegrees),
        signal_percent: telemetry.and_then(|told| told.signal_percent),
        problem: display.problem.clone(),
    }
}
