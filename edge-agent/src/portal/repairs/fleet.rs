//! What needs a hand at hubs and displays.

use edge_api::repairs::{Repair, RepairCode};

use crate::hubs::{DisplayView, HubView};
use crate::portal::app::App;
use crate::portal::refusal::Refusal;
use crate::store::BATTERY_LOW_PERCENT;

/// Below this a display loses messages.
const SIGNAL_WEAK_PERCENT: u32 = 30;

const HUBS_PAGE: &str = "/m/hubs";

/// Another copy of the agent has this one's place.
pub(super) async fn passive(app: &App) -> Result<Option<Repair>, Refusal> {
    Ok(app.hubs.passive_since().await?.map(|since| Repair {
        code: RepairCode::AgentPassive,
        what: "This is an old copy of the agent: another one, restored later, serves the hubs."
            .to_owned(),
        consequence: "Nothing that is changed here reaches a sign.".to_owned(),
        action: "Switch this machine off. If it is the one that should serve: stop it, run `edge-agent hubs take-over`, \
                 and start it again."
            .to_owned(),
        page: HUBS_PAGE.to_owned(),
        since: Some(since),
    }))
}

/// Hubs that are away, used twice, or cannot do something, the gravest first.
pub(super) fn hubs(hubs: &[HubView]) -> Vec<Repair> {
    let away = hubs.iter().filter(|hub| !hub.connected).map(|hub| Repair {
        code: RepairCode::HubOffline,
        what: format!("The hub {} is not connected.", hub.name),
        consequence: "Its signs go on by their plan, and say since when they are out of date."
            .to_owned(),
        action: "Check that it has power and network; it comes back by itself.".to_owned(),
        page: HUBS_PAGE.to_owned(),
        since: hub.since,
    });
    let cloned = hubs.iter().filter_map(|hub| {
        Some(Repair {
            code: RepairCode::HubCloned,
            what: format!("Two machines call as the hub {}.", hub.name),
            consequence: "One of them is sent away, and its signs are not kept up to date.".to_owned(),
            action: "Was its card copied? Delete keys/hub.key and agent.json in the copy's data folder, then pair it."
                .to_owned(),
            page: HUBS_PAGE.to_owned(),
            since: Some(hub.cloned_since?),
        })
    });
    let failed = hubs.iter().filter_map(|hub| {
        Some(Repair {
            code: RepairCode::HubFailed,
            what: format!("{}: {}", hub.name, hub.problem.as_ref()?),
            consequence: "Its signs go by the time that it has kept.".to_owned(),
            action: "Check the clocks of both machines.".to_owned(),
            page: HUBS_PAGE.to_owned(),
            since: None,
        })
    });
    away.chain(cloned).chain(failed).collect()
}

/// Displays that failed, whose battery is nearly empty, or that are hardly in reach.
pub(super) fn displays(hubs: &[HubView]) -> Vec<Repair> {
    let displays = || {
        hubs.iter()
            .flat_map(|hub| hub.displays.iter().map(move |display| (hub, display)))
    };
    let failed = displays().filter_map(|(_, display)| failed(display));
    let low = displays().filter_map(|(hub, display)| battery_low(hub, display));
    let weak = displays().filter_map(|(hub, display)| signal_weak(hub, display));
    failed.chain(low).chain(weak).collect()
}

fn failed(display: &DisplayView) -> Option<Repair> {
    let what = display.problem.as_ref()?;
    Some(Repair {
        code: RepairCode::DisplayFailed,
        what: format!("The panel {} failed: {what}", display.key),
        consequence: "Its glass may show an old picture, or none.".to_owned(),
        action: "Check its cable and power, then link it again.".to_owned(),
        page: "/m".to_owned(),
        since: None,
    })
}

fn battery_low(hub: &HubView, display: &DisplayView) -> Option<Repair> {
    let percent = display
        .battery_percent
        .filter(|percent| *percent < BATTERY_LOW_PERCENT)?;
    let days = match display.battery_days {
        Some(0) => "for less than a day".to_owned(),
        Some(1) => "for about a day".to_owned(),
        Some(days) => format!("for about {days} days"),
        None => "not for long".to_owned(),
    };
    Some(Repair {
        code: RepairCode::BatteryLow,
        what: format!(
            "The battery of {} at {} has {percent} % left.",
            display.key, hub.name
        ),
        consequence: format!("The sign works {days}; then its glass keeps the last picture."),
        action: "Change or charge the battery.".to_owned(),
        page: HUBS_PAGE.to_owned(),
        since: display.measured_at,
    })
}

fn signal_weak(hub: &HubView, display: &DisplayView) -> Option<Repair> {
    let percent = display
        .signal_percent
        .filter(|percent| *percent < SIGNAL_WEAK_PERCENT)?;
    Some(Repair {
        code: RepairCode::SignalWeak,
        what: format!(
            "{} hears the hub {} with {percent} % signal.",
            display.key, hub.name
        ),
        consequence: "Changes reach the sign late, and its battery drains sooner.".to_owned(),
        action: "Move the hub or the display, or put another hub near it.".to_owned(),
        page: HUBS_PAGE.to_owned(),
        since: display.measured_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(display: impl FnOnce(&mut DisplayView)) -> HubView {
        let mut one = DisplayView {
            id: "disp_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            key: "n1".to_owned(),
            panel: "800x480".to_owned(),
            measured_at: None,
            battery_mv: None,
            battery_percent: None,
            battery_days: None,
            temperature_decidegrees: None,
            signal_percent: None,
            problem: None,
        };
        display(&mut one);
        HubView {
            id: "ab".repeat(32).parse().unwrap(),
            name: "North".to_owned(),
            connected: true,
            since: None,
            last_seen: None,
            address: None,
            version: None,
            reconnects: 0,
            clock_ahead: None,
            system_clock_ahead: None,
            cloned_since: None,
            problem: None,
            displays: vec![one],
        }
    }

    fn codes(display: impl FnOnce(&mut DisplayView)) -> Vec<RepairCode> {
        let hub = hub(display);
        displays(&[hub]).iter().map(|repair| repair.code).collect()
    }

    #[test]
    fn a_battery_below_fifteen_percent_and_a_signal_below_thirty_need_a_hand() {
        assert_eq!(codes(|d| d.battery_percent = Some(15)), []);
        assert_eq!(
            codes(|d| d.battery_percent = Some(14)),
            [RepairCode::BatteryLow]
        );
        assert_eq!(codes(|d| d.signal_percent = Some(30)), []);
        assert_eq!(
            codes(|d| d.signal_percent = Some(29)),
            [RepairCode::SignalWeak]
        );
        assert_eq!(codes(|_| {}), [], "mains power and a cable");
    }

    #[test]
    fn a_low_battery_says_how_long_it_will_do() {
        let low = hub(|d| (d.battery_percent, d.battery_days) = (Some(9), Some(12)));
        let repair = displays(&[low]).remove(0);
        assert!(repair.consequence.contains("about 12 days"), "{repair:?}");
    }

    #[test]
    fn a_hub_that_is_away_or_used_twice_needs_a_hand() {
        let mut away = hub(|_| {});
        away.connected = false;
        away.cloned_since = Some(jiff::Timestamp::UNIX_EPOCH);
        let codes: Vec<RepairCode> = hubs(&[away]).iter().map(|repair| repair.code).collect();
        assert_eq!(codes, [RepairCode::HubOffline, RepairCode::HubCloned]);
        assert!(hubs(&[hub(|_| {})]).is_empty());
    }
}
