//! Tells hubs that what they show has been verified again: one small message per hub, and not more often than needed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use edge_api::id::{DisplayId, HubId, RoomId};
use hub_link::wire;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::registry::{Registry, SessionOrder};
use crate::news::News;
use crate::rooms::drawer::Drawer;
use crate::rooms::freshness;
use crate::rooms::listed::Rooms;
use crate::rooms::subject::{Subject, SubjectError};
use crate::store::{Display, Store, StoreError};

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
        let mut displays: BTreeMap<DisplayId, Display> = BTreeMap::new();
        for id in rooms {
            let shown = self.store.displays_of_room(&id).await?;
            displays.extend(shown.into_iter().map(|one| (one.id.clone(), one)));
        }
        let mut updates: HashMap<HubId, wire::FreshnessUpdate> = HashMap::new();
        let mut rooms = Rooms::default();
        for display in displays.into_values() {
            let Some(freshness) = self.freshness(&display, &mut rooms).await? else {
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
        for (hub, update) in updates {
            self.registry.tell(&hub, SessionOrder::Freshness(update));
        }
        Ok(())
    }

    async fn freshness(
        &self,
        display: &Display,
        rooms: &mut Rooms,
    ) -> Result<Option<wire::Freshness>, StoreError> {
        match Subject::load(&self.store, display, rooms).await {
            Ok(subject) => Ok(freshness::of_subject(&self.drawer, &subject)
                .await
                .unwrap_or_default()),
            Err(SubjectError::Store(error)) => Err(error),
            // A panel that is not understood has no plan either; that was logged there.
            Err(SubjectError::Panel(_)) => Ok(None),
        }
    }
}

fn log(error: &StoreError) {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "hubs were not told what was verified"
    );
}
