//! Which hubs are connected, and how to reach them. The newest connection of a hub wins.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_api::id::HubId;
use hub_link::wire;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::store::{Desired, Picture};

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
    orders: UnboundedSender<SessionOrder>,
    replaced: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    last_number: u64,
    sessions: HashMap<HubId, Entry>,
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
    /// Cancelled when a newer connection of the same hub takes over.
    pub(crate) replaced: CancellationToken,
}

impl Registry {
    /// Takes the hub's place, from an older session if there is one.
    pub(crate) fn enter(&self, hub: &HubId, address: SocketAddr, since: Timestamp) -> Place {
        let (orders, inbox) = unbounded_channel();
        let replaced = CancellationToken::new();
        let mut state = self.lock();
        state.last_number += 1;
        let number = state.last_number;
        let entry = Entry {
            number,
            since,
            address,
            orders,
            replaced: replaced.clone(),
        };
        if let Some(older) = state.sessions.insert(hub.clone(), entry) {
            older.replaced.cancel();
        }
        Place {
            registry: self.clone(),
            hub: hub.clone(),
            number,
            orders: inbox,
            replaced,
        }
    }

    /// Tells a hub's session; says whether there is one. A hub that is away learns from the store when it is back.
    pub(crate) fn tell(&self, hub: &HubId, order: SessionOrder) -> bool {
        let state = self.lock();
        state
            .sessions
            .get(hub)
            .is_some_and(|entry| entry.orders.send(order).is_ok())
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

    #[test]
    fn the_newest_connection_of_a_hub_wins() {
        let registry = Registry::default();
        let hub: HubId = "ab".repeat(32).parse().unwrap();
        let address = ([127, 0, 0, 1], 1).into();
        let older = registry.enter(&hub, address, Timestamp::UNIX_EPOCH);
        let mut newer = registry.enter(&hub, address, Timestamp::UNIX_EPOCH);
        assert!(older.replaced.is_cancelled());
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
