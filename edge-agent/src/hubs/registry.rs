//! Which hubs are connected, and how to reach them. The newest connection of a hub wins; but when two programs with one
//! key take the place from each other in turns, the one that has it keeps it.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use edge_api::id::HubId;
use hub_link::close::CloseReason;
use hub_link::wire;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::store::{Desired, Picture};

/// How many earlier programs of a hub are remembered.
const BOOTS: usize = 4;

/// How long a hub counts as cloned after the last sign of it.
const CLONED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What a hub's session can be told.
#[derive(Clone, Debug)]
pub(crate) enum SessionOrder {
    /// A display has a new plan, which is stored.
    Show {
        /// The hub's name for the display.
        key: String,
        desired: Arc<Desired>,
        freshness: Option<wire::Freshness>,
    },
    /// Rooms have been verified again.
    Freshness(wire::FreshnessUpdate),
    /// The agent has another key.
    Keys(wire::AgentKeys),
    /// Start the hub's program again.
    Reboot,
    /// Show a picture for a while.
    Identify {
        /// The hub's name for the display.
        key: String,
        picture: Arc<Picture>,
        for_: Duration,
    },
}

/// A connected hub.
#[derive(Debug)]
struct Entry {
    number: u64,
    since: Timestamp,
    address: SocketAddr,
    boot: Vec<u8>,
    orders: UnboundedSender<SessionOrder>,
    end: End,
}

/// How a session is told to end, and why.
#[derive(Clone, Debug)]
pub(crate) struct End {
    token: CancellationToken,
    reason: Arc<OnceLock<CloseReason>>,
}

/// The programs that have spoken with a hub's key.
#[derive(Debug, Default)]
struct Boots {
    recent: VecDeque<Vec<u8>>,
    cloned_at: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct State {
    last_number: u64,
    sessions: HashMap<HubId, Entry>,
    boots: HashMap<HubId, Boots>,
}

/// A handle on all sessions; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry(Arc<Mutex<State>>);

/// A session's place. Dropping it leaves the registry, unless a newer session has taken the place.
#[derive(Debug)]
#[must_use = "dropping it makes the hub count as away"]
pub(crate) struct Place {
    registry: Registry,
    hub: HubId,
    number: u64,
    pub(crate) orders: UnboundedReceiver<SessionOrder>,
    /// A newer connection of the same hub takes over, or the hub is forgotten.
    pub(crate) end: End,
}

/// Another program with the same key has the hub's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cloned;

impl End {
    fn new() -> Self {
        Self {
            token: CancellationToken::new(),
            reason: Arc::default(),
        }
    }

    fn come(&self, reason: CloseReason) {
        // The first reason is the one.
        let _ = self.reason.set(reason);
        self.token.cancel();
    }

    /// Waits until the session shall end, and says why.
    pub(crate) async fn reason(&self) -> CloseReason {
        self.token.cancelled().await;
        self.reason.get().copied().unwrap_or(CloseReason::Replaced)
    }
}

impl Registry {
    /// Takes the hub's place for a program of it, from an older session if there is one.
    ///
    /// Refused when two programs use the hub's key in turns and the other one is connected: the signs would be driven
    /// from two places.
    pub(crate) fn enter(
        &self,
        hub: &HubId,
        boot: &[u8],
        address: SocketAddr,
        since: Timestamp,
    ) -> Result<Place, Cloned> {
        let (orders, inbox) = unbounded_channel();
        let end = End::new();
        let mut state = self.lock();
        let cloned = state
            .boots
            .entry(hub.clone())
            .or_default()
            .came(boot, since);
        if cloned
            && state
                .sessions
                .get(hub)
                .is_some_and(|entry| entry.boot != boot)
        {
            return Err(Cloned);
        }
        state.last_number += 1;
        let number = state.last_number;
        let entry = Entry {
            number,
            since,
            address,
            boot: boot.to_vec(),
            orders,
            end: end.clone(),
        };
        if let Some(older) = state.sessions.insert(hub.clone(), entry) {
            older.end.come(CloseReason::Replaced);
        }
        Ok(Place {
            registry: self.clone(),
            hub: hub.clone(),
            number,
            orders: inbox,
            end,
        })
    }

    /// Ends a hub's session, if there is one.
    pub(crate) fn end(&self, hub: &HubId, reason: CloseReason) {
        if let Some(entry) = self.lock().sessions.get(hub) {
            entry.end.come(reason);
        }
    }

    /// Ends every session.
    pub(crate) fn end_all(&self, reason: CloseReason) {
        for entry in self.lock().sessions.values() {
            entry.end.come(reason);
        }
    }

    /// How many hubs are connected.
    pub(crate) fn count(&self) -> usize {
        self.lock().sessions.len()
    }

    /// Since when two programs use this hub's key in turns; `None` when they do not, or no longer.
    pub(crate) fn cloned(&self, hub: &HubId, now: Timestamp) -> Option<Timestamp> {
        self.lock().boots.get(hub)?.cloned(now)
    }

    /// Tells a hub's session; says whether there is one. A hub that is away learns from the store when it is back.
    pub(crate) fn tell(&self, hub: &HubId, order: SessionOrder) -> bool {
        let state = self.lock();
        state
            .sessions
            .get(hub)
            .is_some_and(|entry| entry.orders.send(order).is_ok())
    }

    /// Tells every session.
    pub(crate) fn tell_all(&self, order: &SessionOrder) {
        for entry in self.lock().sessions.values() {
            // A session that has just ended needs no orders.
            let _ = entry.orders.send(order.clone());
        }
    }

    /// Since when and from where a hub is connected; `None` when it is away.
    pub(crate) fn connected(&self, hub: &HubId) -> Option<(Timestamp, SocketAddr)> {
        self.lock()
            .sessions
            .get(hub)
            .map(|entry| (entry.since, entry.address))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Boots {
    /// A program has called; says whether it is one of several that take turns.
    fn came(&mut self, boot: &[u8], now: Timestamp) -> bool {
        if boot.is_empty() {
            return false;
        }
        // A program that comes back after another one has been there is no successor of it.
        let returned = self.recent.iter().any(|earlier| earlier == boot)
            && self.recent.back().is_some_and(|last| last != boot);
        if returned {
            self.cloned_at = Some(now);
        }
        self.recent.retain(|earlier| earlier != boot);
        self.recent.push_back(boot.to_vec());
        if self.recent.len() > BOOTS {
            self.recent.pop_front();
        }
        self.cloned(now).is_some()
    }

    fn cloned(&self, now: Timestamp) -> Option<Timestamp> {
        self.cloned_at
            .filter(|at| now.duration_since(*at) < CLONED_FOR)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.registry.lock();
        if state
            .sessions
            .get(&self.hub)
            .is_some_and(|entry| entry.number == self.number)
        {
            state.sessions.remove(&self.hub);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub() -> HubId {
        "ab".repeat(32).parse().unwrap()
    }

    fn address() -> SocketAddr {
        ([127, 0, 0, 1], 1).into()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn of_two_programs_with_one_key_the_one_that_is_connected_keeps_its_place() {
        let registry = Registry::default();
        let enter = |boot, seconds| registry.enter(&hub(), &[boot], address(), at(seconds));
        let first = enter(1, 0).unwrap();
        let second = enter(2, 1).unwrap();
        assert_eq!(
            enter(1, 2).unwrap_err(),
            Cloned,
            "it was here before the second one"
        );
        assert!(second.end.reason.get().is_none());
        assert_eq!(registry.cloned(&hub(), at(3)), Some(at(2)));
        assert!(
            enter(2, 3).is_ok(),
            "the one that is connected may connect again"
        );
        drop((first, second));
        assert_eq!(
            registry.cloned(&hub(), at(700)),
            None,
            "the other one was switched off"
        );
    }

    #[test]
    fn a_hub_that_is_forgotten_hears_why() {
        let registry = Registry::default();
        let place = registry.enter(&hub(), &[1], address(), at(0)).unwrap();
        registry.end(&hub(), CloseReason::Revoked);
        registry.end_all(CloseReason::Passive);
        assert_eq!(place.end.reason.get(), Some(&CloseReason::Revoked));
    }

    #[test]
    fn the_newest_connection_of_a_hub_wins() {
        let registry = Registry::default();
        let hub = hub();
        let older = registry.enter(&hub, &[1], address(), at(0)).unwrap();
        let mut newer = registry.enter(&hub, &[2], address(), at(1)).unwrap();
        assert_eq!(older.end.reason.get(), Some(&CloseReason::Replaced));
        assert_eq!(registry.cloned(&hub, at(1)), None, "it was started again");
        drop(older);
        assert!(
            registry.connected(&hub).is_some(),
            "the older one leaves without the newer one's place"
        );
        assert!(registry.tell(
            &hub,
            SessionOrder::Freshness(wire::FreshnessUpdate::default())
        ));
        assert!(newer.orders.try_recv().is_ok());
        drop(newer);
        assert!(!registry.tell(
            &hub,
            SessionOrder::Freshness(wire::FreshnessUpdate::default())
        ));
    }
}
