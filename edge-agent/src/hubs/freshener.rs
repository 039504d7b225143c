//! Tells hubs that what they show has been verified again: one small message per hub, and not more often than needed.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use edge_api::id::{HubId, RoomId};
use hub_link::wire;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::registry::{Registry, SessionOrder};
use crate::news::News;
use crate::rooms::drawer::Drawer;
use crate::rooms::freshness;
use crate::store::{Room, Store, StoreError};

/// How long verified rooms are collected before hubs are told. Signs go stale after a quarter of an hour at the
/// earliest: a few seconds do not matter, a message for each of a hundred rooms would.
const COLLECT_FOR: Duration = Duration::from_secs(3);

/// Follows the news of verified rooms.
#[derive(Debug)]
pub(super) struct Freshener {
    pub(super) store: Store,
    pub(super) drawer: Drawer,
    pub(super) registry: Registry,
}

impl Freshener {
    pub(super) async fn run(self, mut news: Receiver<News>) {
        let mut verified: BTreeSet<RoomId> = BTreeSet::new();
        let mut tell_at: Option<Instant> = None;
        loop {
            let due = async {
                match tell_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                piece = news.recv() => match piece {
                    Ok(News::RoomVerified { room }) => {
                        verified.insert(room);
                    }
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => match self.store.rooms().await {
                        Ok(rooms) => verified.extend(rooms.into_iter().filter(|room| room.linked).map(|room| room.id)),
                        Err(error) => log(&error),
                    },
                    Err(RecvError::Closed) => return,
                },
                () = due => {
                    tell_at = None;
                    if let Err(error) = self.tell(std::mem::take(&mut verified)).await {
                        log(&error);
                    }
                    continue;
                }
            }
            tell_at.get_or_insert_with(|| Instant::now() + COLLECT_FOR);
        }
    }

    async fn tell(&self, rooms: BTreeSet<RoomId>) -> Result<(), StoreError> {
        let mut updates: HashMap<HubId, wire::FreshnessUpdate> = HashMap::new();
        for id in rooms {
            let displays = self.store.displays_of_room(&id).await?;
            if displays.is_empty() {
                continue;
            }
            let Some(room) = self.store.room(&id).await? else {
                continue;
            };
            for display in displays {
                let Some(freshness) = self.freshness(&room, &display.panel).await else {
                    continue;
                };
                updates
                    .entry(display.hub)
                    .or_default()
                    .displays
                    .push(wire::DisplayFreshness {
                        display: display.key,
                        freshness: Some(freshness),
                    });
            }
        }
        for (hub, update) in updates {
            self.registry.tell(&hub, SessionOrder::Freshness(update));
        }
        Ok(())
    }

    async fn freshness(&self, room: &Room, panel: &str) -> Option<wire::Freshness> {
        // A panel that is not understood has no plan either; that was logged there.
        let panel = panel.parse().ok()?;
        freshness::of_room(&self.drawer, room, panel)
            .await
            .ok()
            .flatten()
    }
}

fn log(error: &StoreError) {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "hubs were not told what was verified"
    );
}
