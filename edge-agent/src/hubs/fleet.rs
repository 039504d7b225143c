//! What hubs measure and notice, in memory: the newest is all that counts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use edge_api::id::HubId;
use hub_link::wire::{DisplayTelemetry, LogLine, Telemetry};
use jiff::{SignedDuration, Timestamp};

use crate::store::is_battery_low;

/// Lines of a hub's log that are kept.
const LOG_LINES: usize = 200;

/// How often the batteries of a hub are taken down.
const POWER_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What a hub has told of itself since the agent was started.
#[derive(Clone, Debug, Default)]
pub(crate) struct HubTold {
    /// How far the hub's idea of the agent's time is ahead; a little behind is the way of the message.
    pub(crate) clock_ahead: Option<SignedDuration>,
    /// How far the clock of its operating system is ahead.
    pub(crate) system_clock_ahead: Option<SignedDuration>,
    /// By the hub's names.
    pub(crate) displays: HashMap<String, Measured>,
    /// What it could not do as a whole.
    pub(crate) problem: Option<String>,
    log: VecDeque<LogLine>,
    power_at: Option<Timestamp>,
    /// By the hub's names, the displays whose battery was low when it was last measured, and those whose was not.
    battery_low: HashMap<String, bool>,
}

/// What a panel measured last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) at: Timestamp,
    pub(crate) telemetry: DisplayTelemetry,
    sequence: u64,
}

/// A handle on what all hubs have told; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fleet(Arc<Mutex<HashMap<HubId, HubTold>>>);

impl Fleet {
    /// A connection begins: its datagrams are counted anew.
    pub(super) fn connected(&self, hub: &HubId) {
        let mut fleet = self.lock();
        let told = fleet.entry(hub.clone()).or_default();
        told.problem = None;
        for measured in told.displays.values_mut() {
            measured.sequence = 0;
        }
    }

    /// Takes down measurements. Answers batteries, by display, when it is time to store them: now and then, and when
    /// one has become low, or is so no more, because then its sign has to say so.
    pub(super) fn measured(
        &self,
        hub: &HubId,
        telemetry: Telemetry,
        now: Timestamp,
    ) -> Vec<(String, u32)> {
        let mut fleet = self.lock();
        let told = fleet.entry(hub.clone()).or_default();
        if telemetry.sent_at_us != 0 {
            told.clock_ahead = Some(between(telemetry.sent_at_us, now.as_microsecond()));
        }
        let ahead = telemetry.system_clock_ahead_us;
        told.system_clock_ahead = ahead.map(SignedDuration::from_micros);
        for display in telemetry.displays {
            let newer = told
                .displays
                .get(&display.display)
                .is_none_or(|known| known.sequence < telemetry.sequence);
            if newer {
                let measured = Measured {
                    at: now,
                    sequence: telemetry.sequence,
                    telemetry: display,
                };
                told.displays
                    .insert(measured.telemetry.display.clone(), measured);
            }
        }
        let powers = told.displays.values().map(|measured| &measured.telemetry);
        let powers: Vec<(String, u32)> = powers
            .filter_map(|measured| {
                Some((measured.display.clone(), measured.battery_percent?.min(100)))
            })
            .collect();
        let turned = told.batteries_turned(&powers);
        let due = told
            .power_at
            .is_none_or(|at| now.duration_since(at) >= POWER_EVERY);
        if powers.is_empty() || !(due || turned) {
            return Vec::new();
        }
        told.power_at = Some(now);
        powers
    }

    /// Keeps lines of a hub's log.
    pub(super) fn log(&self, hub: &HubId, lines: Vec<LogLine>) {
        let mut fleet = self.lock();
        let log = &mut fleet.entry(hub.clone()).or_default().log;
        log.extend(lines);
        let more = log.len().saturating_sub(LOG_LINES);
        log.drain(..more);
    }

    /// What a hub could not do as a whole.
    pub(super) fn problem(&self, hub: &HubId, problem: String) {
        self.lock().entry(hub.clone()).or_default().problem = Some(problem);
    }

    /// Everything that a hub has told.
    pub(crate) fn told(&self, hub: &HubId) -> HubTold {
        self.lock().get(hub).cloned().unwrap_or_default()
    }

    /// The lines of a hub's log that are kept, the oldest first.
    pub(crate) fn log_of(&self, hub: &HubId) -> Vec<LogLine> {
        let fleet = self.lock();
        let told = fleet.get(hub);
        told.map(|told| told.log.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// A hub is no longer ours.
    pub(super) fn forget(&self, hub: &HubId) {
        self.lock().remove(hub);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<HubId, HubTold>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HubTold {
    /// Whether a battery has become low, is so no more, or is known for the first time.
    fn batteries_turned(&mut self, powers: &[(String, u32)]) -> bool {
        let mut turned = false;
        for (display, percent) in powers {
            let was = self.battery_low.get(display).copied();
            let is = is_battery_low(was.unwrap_or(false), *percent);
            if was != Some(is) {
                self.battery_low.insert(display.clone(), is);
                turned = true;
            }
        }
        turned
    }
}

/// Microseconds that anybody may have sent: those beyond all sense are as far as a duration goes.
fn between(later: i64, earlier: i64) -> SignedDuration {
    SignedDuration::from_micros(later.saturating_sub(earlier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub() -> HubId {
        "ab".repeat(32).parse().unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn telemetry(sequence: u64, percent: u32) -> Telemetry {
        Telemetry {
            sent_at_us: at(0).as_microsecond(),
            sequence,
            system_clock_ahead_us: Some(-86_400_000_000),
            displays: vec![DisplayTelemetry {
                display: "n1".to_owned(),
                battery_percent: Some(percent),
                ..DisplayTelemetry::default()
            }],
        }
    }

    #[test]
    fn a_datagram_that_was_overtaken_changes_nothing() {
        let fleet = Fleet::default();
        let percent = || fleet.told(&hub()).displays["n1"].telemetry.battery_percent;
        fleet.measured(&hub(), telemetry(2, 50), at(1));
        fleet.measured(&hub(), telemetry(1, 90), at(2));
        assert_eq!(percent(), Some(50));
        fleet.connected(&hub());
        fleet.measured(&hub(), telemetry(1, 49), at(3));
        assert_eq!(percent(), Some(49), "a new connection counts anew");
        let told = fleet.told(&hub());
        assert_eq!(told.clock_ahead, Some(SignedDuration::from_secs(-3)));
        assert_eq!(
            told.system_clock_ahead,
            Some(SignedDuration::from_hours(-24))
        );
    }

    #[test]
    fn batteries_are_stored_now_and_then_not_every_minute() {
        let fleet = Fleet::default();
        let due = |sequence, seconds| {
            !fleet
                .measured(&hub(), telemetry(sequence, 50), at(seconds))
                .is_empty()
        };
        assert!(due(1, 0));
        assert!(!due(2, 60));
        assert!(!due(3, 3599));
        assert!(due(4, 3600));
    }

    #[test]
    fn a_battery_that_becomes_low_is_stored_at_once_and_one_that_swings_is_not() {
        let fleet = Fleet::default();
        let due = |sequence, percent| {
            let told = telemetry(sequence, percent);
            !fleet.measured(&hub(), told, at(sequence as i64)).is_empty()
        };
        assert!(due(1, 16), "the first one");
        assert!(due(2, 14), "now it is low");
        assert!(!due(3, 16) && !due(4, 14) && !due(5, 19), "it swings");
        assert!(due(6, 90), "it was changed");
    }

    #[test]
    fn a_talkative_hub_keeps_its_last_lines() {
        let fleet = Fleet::default();
        for n in 0..300 {
            let line = LogLine {
                text: n.to_string(),
                ..LogLine::default()
            };
            fleet.log(&hub(), vec![line]);
        }
        let log = fleet.log_of(&hub());
        assert_eq!((log.len(), log[0].text.as_str()), (LOG_LINES, "100"));
    }
}
