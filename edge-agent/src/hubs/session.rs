//! One hub's connection, from its Hello to its end.

use std::collections::HashMap;

use edge_api::id::{DisplayId, HubId};
use hub_link::agent_end::{self, HubCall, HubLink};
use hub_link::close::CloseReason;
use hub_link::codec::WriteMessageError;
use hub_link::wire::{self, Capability, Hello, to_hub};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use super::listener::{ListenError, Listener};
use super::needs::{Rooms, now};
use super::registry::Place;
use super::sending::{SendError, Sending};
use super::standing::Place as Standing;
use crate::news::News;
use crate::store::{Display, SeenDisplay, StoreError};

/// The most displays one hub may describe: what its stream limits are made for.
const MAX_DISPLAYS: usize = 64;

/// How much longer the hubs may take to come back, for each that is connected, when the agent stops: so long takes a
/// handshake.
const SPREAD_MS_PER_HUB: usize = 1;

/// What this agent makes of the additions to the first release.
const CAPABILITIES: &[Capability] = Capability::ALL;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    #[error("the hub's call failed")]
    Call(#[from] agent_end::CallError),
    #[error("read or write what is known of the hub")]
    Store(#[from] StoreError),
    #[error("welcome the hub")]
    Welcome(#[from] WriteMessageError),
    #[error("send the hub what it lacks")]
    Send(#[from] SendError),
    #[error("the hub describes more than {MAX_DISPLAYS} displays, or one of them twice")]
    Displays,
    #[error("two programs with this hub's key call in turns; one of them was sent away")]
    Cloned,
    #[error("follow what the hub reports")]
    Listen(#[from] ListenError),
}

impl SessionError {
    /// How the hub is told.
    fn reason(&self) -> CloseReason {
        match self {
            Self::Displays => CloseReason::BadDisplays,
            Self::Cloned => CloseReason::Cloned,
            Self::Store(_)
            | Self::Listen(ListenError::Store(_))
            | Self::Send(SendError::Store(_)) => CloseReason::Internal,
            Self::Listen(ListenError::BadFrame) => CloseReason::BadFrame,
            Self::Listen(ListenError::Read(error)) => CloseReason::of_unreadable(error),
            Self::Call(_) | Self::Welcome(_) | Self::Send(SendError::Write(_)) => {
                CloseReason::Protocol
            }
        }
    }
}

/// Serves a hub whose key is paired.
pub(super) async fn run(
    rooms: Rooms,
    hub: HubId,
    call: HubCall,
    stop: CancellationToken,
) -> Result<(), SessionError> {
    let (hello, link) = call.hello().await?;
    let connection = link.connection.clone();
    let outcome = greet(rooms.clone(), hub.clone(), hello, link, stop).await;
    let reason = match &outcome {
        Ok(reason) => *reason,
        Err(error) => error.reason(),
    };
    // Before we close, which would take the place of the hub's reason.
    let closed = connection.close_reason();
    reason.close(&connection);
    if closed.as_ref().and_then(CloseReason::of) == Some(CloseReason::OutdatedAgent) {
        rooms.standings.give_way(&hub).await?;
        rooms.registry.end_all(CloseReason::Passive);
    }
    tracing::info!(hub.id = %hub, closed = ?closed, %reason, "a hub has gone");
    rooms.bus.send(News::HubsChanged);
    rooms.store.hub_left(&hub, now()).await?;
    outcome.map(drop)
}

/// Judges a Hello, and serves the hub if it is welcome. Answers why the connection ends.
async fn greet(
    rooms: Rooms,
    hub: HubId,
    hello: Hello,
    link: HubLink,
    stop: CancellationToken,
) -> Result<CloseReason, SessionError> {
    let address = link.connection.remote_address();
    let seen = describe(&hello)?;
    if rooms.standings.meet(&hub, &hello).await? == Standing::Passive {
        rooms.registry.end_all(CloseReason::Passive);
        return Ok(CloseReason::Passive);
    }
    // Before anything is read from the store, so that no plan that is stored meanwhile is missed.
    let place = rooms
        .registry
        .enter(&hub, &hello.boot, address, now())
        .map_err(|_| SessionError::Cloned)?;
    let arrived = rooms
        .store
        .hub_arrived(&hub, &hello.version, &address.to_string(), seen, now())
        .await?;
    // Forgotten while it said Hello; whoever forgets it after this sees its place.
    let Some(arrived) = arrived else {
        return Ok(CloseReason::Revoked);
    };
    rooms.fleet.connected(&hub);
    tracing::info!(hub.id = %hub, %address, displays = arrived.displays.len(), "a hub is connected");
    rooms.bus.send(News::HubsChanged);
    for display in arrived.changed {
        rooms.bus.send(News::LinksChanged { display });
    }
    serve(rooms, hub, arrived.displays, hello, link, place, stop).await
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

async fn serve(
    rooms: Rooms,
    hub: HubId,
    displays: Vec<Display>,
    hello: Hello,
    link: HubLink,
    place: Place,
    stop: CancellationToken,
) -> Result<CloseReason, SessionError> {
    let HubLink {
        connection,
        mut orders,
        reports,
        caller: _caller,
    } = link;
    let (receipts, stored) = unbounded_channel();
    let ids: HashMap<String, DisplayId> = displays
        .iter()
        .map(|display| (display.key.clone(), display.id.clone()))
        .collect();
    let listener = Listener {
        store: rooms.store.clone(),
        bus: rooms.bus.clone(),
        fleet: rooms.fleet.clone(),
        hub: hub.clone(),
        displays: ids,
        receipts,
    };
    let keys = rooms.keys.borrow().to_wire();
    let welcome = wire::Welcome {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        capabilities: Capability::bits(CAPABILITIES),
        incarnation: Some(rooms.standings.incarnation().await?),
        keys: Some(keys),
        addresses: rooms.addresses.to_vec(),
        spread_ms: u32::try_from(rooms.registry.count() * SPREAD_MS_PER_HUB).unwrap_or(u32::MAX),
    };
    orders
        .order(to_hub::Kind::Welcome(welcome), now().as_microsecond())
        .await?;
    let end = place.end.clone();
    let mut sending = Sending::new(rooms, displays, &hello, connection.clone(), orders);
    // Each is a loop of its own, since reading a message must not be cancelled half way.
    tokio::select! {
        // The reason first: a place that was taken over has no orders any more either.
        biased;
        reason = end.reason() => Ok(reason),
        () = stop.cancelled() => Ok(CloseReason::ShuttingDown),
        outcome = listener.run(hello, reports) => outcome.map(|()| CloseReason::Done).map_err(Into::into),
        outcome = listener.measure(&connection) => outcome.map(|()| CloseReason::Protocol).map_err(Into::into),
        outcome = sending.run(place, stored) => outcome.map(|never| match never {}).map_err(Into::into),
    }
}
