//! One hub's connection, from its Hello to its end.

use std::collections::HashMap;

use edge_api::id::{DisplayId, HubId};
use hub_link::agent_end::{self, HubCall, HubLink};
use hub_link::close::CloseReason;
use hub_link::codec::WriteMessageError;
use hub_link::control::Outbox;
use hub_link::quinn::Connection;
use hub_link::wire::{self, Hello, to_hub};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::desired::{Delivery, Reported};
use super::listener::{ListenError, Listener};
use super::registry::{Place, Registry, SessionOrder};
use crate::news::{Bus, News};
use crate::rooms::drawer::Drawer;
use crate::rooms::freshness;
use crate::store::{Desired, Display, SeenDisplay, Store, StoreError};

/// The most displays one hub may describe: what its stream limits are made for.
const MAX_DISPLAYS: usize = 64;

/// What every session needs.
#[derive(Clone, Debug)]
pub(super) struct Rooms {
    pub(super) store: Store,
    pub(super) bus: Bus,
    pub(super) drawer: Drawer,
    pub(super) registry: Registry,
}

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    #[error("the hub's call failed")]
    Call(#[from] agent_end::CallError),
    #[error("read or write what is known of the hub")]
    Store(#[from] StoreError),
    #[error("write to the hub")]
    Write(#[from] WriteMessageError),
    #[error("the hub describes more than {MAX_DISPLAYS} displays, or one of them twice")]
    Displays,
    #[error("follow what the hub reports")]
    Listen(#[from] ListenError),
}

/// Serves a hub whose key is paired.
pub(super) async fn run(
    rooms: Rooms,
    hub: HubId,
    call: HubCall,
    stop: CancellationToken,
) -> Result<(), SessionError> {
    let address = call.remote();
    let (hello, link) = call.hello().await?;
    let connection = link.connection.clone();
    let seen = describe(&hello).inspect_err(|_| CloseReason::Protocol.close(&connection))?;
    let arrived = rooms
        .store
        .hub_arrived(&hub, &hello.version, &address.to_string(), seen, now())
        .await
        .inspect_err(|_| CloseReason::Internal.close(&connection))?;
    if let Some(highest) = hello.highest
        && rooms.store.overtake(highest).await?
    {
        tracing::warn!(hub.id = %hub, ?highest, "the hub has newer plans than this agent ever made: took a new epoch");
    }
    // Before anything is read from the store, so that no plan that is stored meanwhile is missed.
    let place = rooms.registry.enter(&hub, address, now());
    tracing::info!(hub.id = %hub, %address, displays = arrived.displays.len(), "a hub is connected");
    rooms.bus.send(News::HubsChanged);
    for display in arrived.changed {
        rooms.bus.send(News::LinksChanged { display });
    }
    let session = Session::new(rooms.clone(), arrived.displays, &hello);
    let outcome = session.serve(link, hello, place, stop).await;
    // Has the reason if the session has not closed it with another.
    CloseReason::Protocol.close(&connection);
    tracing::info!(hub.id = %hub, reason = ?connection.close_reason(), "a hub has gone");
    rooms.bus.send(News::HubsChanged);
    rooms.store.hub_left(&hub, now()).await?;
    outcome
}

fn describe(hello: &Hello) -> Result<Vec<SeenDisplay>, SessionError> {
    let mut seen: Vec<SeenDisplay> = Vec::with_capacity(hello.displays.len().min(MAX_DISPLAYS));
    for display in &hello.displays {
        if seen.len() == MAX_DISPLAYS || seen.iter().any(|earlier| earlier.key == display.key) {
            return Err(SessionError::Displays);
        }
        seen.push(SeenDisplay {
            new_id: DisplayId::new(&ulid::Ulid::new().to_string()).expect("a ULID makes an id"),
            key: display.key.clone(),
            panel: display.panel.clone(),
        });
    }
    Ok(seen)
}

struct Session {
    rooms: Rooms,
    displays: HashMap<String, Display>,
    reported: HashMap<String, Reported>,
}

impl Session {
    fn new(rooms: Rooms, displays: Vec<Display>, hello: &Hello) -> Self {
        Self {
            rooms,
            displays: displays
                .into_iter()
                .map(|display| (display.key.clone(), display))
                .collect(),
            reported: hello
                .displays
                .iter()
                .map(|display| (display.key.clone(), Reported::from_hello(display)))
                .collect(),
        }
    }

    async fn serve(
        mut self,
        link: HubLink,
        hello: Hello,
        mut place: Place,
        stop: CancellationToken,
    ) -> Result<(), SessionError> {
        let HubLink {
            connection,
            mut orders,
            reports,
        } = link;
        let listener = Listener {
            store: self.rooms.store.clone(),
            bus: self.rooms.bus.clone(),
            displays: self
                .displays
                .iter()
                .map(|(key, display)| (key.clone(), display.id.clone()))
                .collect(),
        };
        let welcome = wire::Welcome {
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        orders
            .order(to_hub::Kind::Welcome(welcome), now().as_microsecond())
            .await?;
        let replaced = place.replaced.clone();
        // Each is a loop of its own, since reading a message must not be cancelled half way.
        tokio::select! {
            // The reason first: a place that was taken over has no orders any more either.
            biased;
            () = replaced.cancelled() => {
                CloseReason::Replaced.close(&connection);
                Ok(())
            }
            () = stop.cancelled() => {
                CloseReason::ShuttingDown.close(&connection);
                Ok(())
            }
            outcome = listener.run(hello, reports) => Ok(outcome?),
            outcome = self.bring_and_follow(&connection, &mut orders, &mut place) => outcome,
        }
    }

    /// Brings the hub to what is stored, then passes on what changes.
    async fn bring_and_follow(
        &mut self,
        connection: &Connection,
        orders: &mut Outbox<wire::ToHub>,
        place: &mut Place,
    ) -> Result<(), SessionError> {
        let displays: Vec<Display> = self.displays.values().cloned().collect();
        let mut freshened = wire::FreshnessUpdate::default();
        for display in displays {
            let Some(desired) = self.rooms.store.desired(&display.id).await? else {
                continue;
            };
            let freshness = self.freshness(&display).await?;
            let delivery = self
                .delivery(&display.key, &desired, freshness.clone())
                .await?;
            match delivery {
                Some(delivery) => deliver(connection, orders, delivery).await?,
                // The plan is there; what the hub knows of its freshness may be five minutes old.
                None => {
                    freshened
                        .displays
                        .extend(freshness.map(|freshness| wire::DisplayFreshness {
                            display: display.key,
                            freshness: Some(freshness),
                        }))
                }
            }
        }
        if !freshened.displays.is_empty() {
            orders
                .order(to_hub::Kind::Freshness(freshened), now().as_microsecond())
                .await?;
        }
        while let Some(order) = place.orders.recv().await {
            self.obey(connection, orders, order).await?;
        }
        // The place was taken over, which is for whoever waits for that to say.
        std::future::pending().await
    }

    async fn obey(
        &mut self,
        connection: &Connection,
        orders: &mut Outbox<wire::ToHub>,
        order: SessionOrder,
    ) -> Result<(), SessionError> {
        match order {
            SessionOrder::Show {
                key,
                desired,
                freshness,
            } => {
                if let Some(delivery) = self.delivery(&key, &desired, freshness).await? {
                    deliver(connection, orders, delivery).await?;
                }
            }
            SessionOrder::Freshness(update) => {
                orders
                    .order(to_hub::Kind::Freshness(update), now().as_microsecond())
                    .await?;
            }
            SessionOrder::Identify { key, picture, for_ } => {
                let frame = self
                    .reported
                    .get_mut(&key)
                    .and_then(|reported| reported.send_frame(&key, &picture));
                if let Some((header, payload)) = frame {
                    agent_end::send_frame(connection, &header, payload).await?;
                }
                let identify = wire::Identify {
                    display: key,
                    frame: picture.hash.to_vec().into(),
                    for_ms: u32::try_from(for_.as_millis()).unwrap_or(u32::MAX),
                };
                orders
                    .order(to_hub::Kind::Identify(identify), now().as_microsecond())
                    .await?;
            }
        }
        Ok(())
    }

    async fn delivery(
        &mut self,
        key: &str,
        desired: &Desired,
        freshness: Option<wire::Freshness>,
    ) -> Result<Option<Delivery>, SessionError> {
        let Some(reported) = self.reported.get_mut(key) else {
            return Ok(None);
        };
        if reported.has(desired) {
            return Ok(None);
        }
        let lacking = reported.lacking(desired);
        let stored = match lacking.is_empty() {
            true => HashMap::new(),
            false => self.rooms.store.pictures(lacking).await?,
        };
        Ok(reported.bring_to(key, desired, &stored, freshness, now()))
    }

    async fn freshness(&self, display: &Display) -> Result<Option<wire::Freshness>, SessionError> {
        let Some(room) = &display.room else {
            return Ok(None);
        };
        let (Some(room), Ok(panel)) = (self.rooms.store.room(room).await?, display.panel.parse())
        else {
            return Ok(None);
        };
        // A mark that cannot be drawn is logged where it failed; the frame is worth showing all the same.
        Ok(freshness::of_room(&self.rooms.drawer, &room, panel)
            .await
            .unwrap_or_default())
    }
}

async fn deliver(
    connection: &Connection,
    orders: &mut Outbox<wire::ToHub>,
    delivery: Delivery,
) -> Result<(), SessionError> {
    for (header, payload) in delivery.frames {
        agent_end::send_frame(connection, &header, payload).await?;
    }
    orders
        .order(to_hub::Kind::Plan(delivery.plan), now().as_microsecond())
        .await?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a session tells the hub the time and decides what is due"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
