//! Whether this copy of the agent serves hubs, or has given way to another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use edge_api::id::HubId;
use hub_link::wire::{Hello, Incarnation};
use jiff::Timestamp;

use super::incarnation::{Verdict, judge};
use crate::store::{Store, StoreError};

/// After so long, a copy that serves hubs is the one: it takes no place from another one any more. Longer than hubs that
/// were switched on together with a restored machine take to come.
const SETTLED_AFTER: Duration = Duration::from_secs(60 * 60);

/// Whether this copy serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Active,
    Passive,
}

/// A handle on this copy's standing; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Standings {
    store: Store,
    passive: Arc<AtomicBool>,
}

impl Standings {
    /// Takes up the standing of the copy whose instance is `instance`.
    pub(crate) async fn load(store: Store, instance: Vec<u8>) -> Result<Self, StoreError> {
        let copy = store.begin_copy(instance).await?;
        if let Some(since) = copy.passive_since {
            tracing::warn!(%since, "this copy of the agent has given way to another one and serves no hubs; to change that: edge-agent hubs take-over");
        }
        Ok(Self {
            store,
            passive: Arc::new(AtomicBool::new(copy.passive_since.is_some())),
        })
    }

    /// Whether this copy serves.
    pub(crate) fn place(&self) -> Place {
        if self.passive.load(Ordering::SeqCst) {
            Place::Passive
        } else {
            Place::Active
        }
    }

    /// Since when it does not.
    pub(crate) async fn passive_since(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.store.copy().await?.0.passive_since)
    }

    /// Who this copy is, for Welcome.
    pub(super) async fn incarnation(&self) -> Result<Incarnation, StoreError> {
        let (copy, newest) = self.store.copy().await?;
        Ok(Incarnation {
            epoch: newest.epoch,
            instance: copy.instance.into(),
        })
    }

    /// Compares this copy with the one that a hub knows, and does what follows from it.
    pub(super) async fn meet(&self, hub: &HubId, hello: &Hello) -> Result<Place, StoreError> {
        if self.place() == Place::Passive {
            return Ok(Place::Passive);
        }
        let (copy, newest) = self.store.copy().await?;
        match judge(&copy, newest, hello) {
            Verdict::GoOn => {
                // A hub that was served by this copy comes back to it.
                let ours = hello
                    .seen
                    .as_ref()
                    .is_some_and(|seen| seen.instance == copy.instance);
                if ours && copy.may_claim {
                    self.store.has_served().await?;
                }
            }
            Verdict::TakeEpoch(epoch) => {
                if self.store.raise_epoch(epoch).await? {
                    tracing::warn!(hub.id = %hub, epoch, "the hub has newer plans than this agent ever made: took a new epoch");
                }
            }
            Verdict::Claim(epoch) => {
                self.store.has_served().await?;
                if self.store.raise_epoch(epoch).await? {
                    tracing::warn!(hub.id = %hub, epoch, "another copy of this agent served the hub: took its place");
                }
            }
            Verdict::GiveWay => {
                self.give_way(hub).await?;
                return Ok(Place::Passive);
            }
        }
        Ok(Place::Active)
    }

    /// A hub has turned this copy away, or knows a newer one.
    pub(super) async fn give_way(&self, hub: &HubId) -> Result<(), StoreError> {
        if !self.passive.swap(true, Ordering::SeqCst) {
            tracing::error!(hub.id = %hub, "the hub is served by another copy of this agent, which came later: this one gives way and serves no hubs; to change that: edge-agent hubs take-over");
            self.store.give_way(now()).await?;
        }
        Ok(())
    }

    /// Waits until this copy is the one, and takes that down.
    pub(super) async fn settle(self) {
        tokio::time::sleep(SETTLED_AFTER).await;
        if self.place() == Place::Active
            && let Err(error) = self.store.has_served().await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot take down that this copy serves"
            );
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a copy gives way now")]
fn now() -> Timestamp {
    Timestamp::now()
}
