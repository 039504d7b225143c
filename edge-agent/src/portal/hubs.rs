//! Hubs, pairing, and what the signs need of the hubs' room.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::hubs::{Hub, Hubs, Pair, Pairing};
use edge_api::id::{DisplayId, HubId, RoomId};
use jiff::Timestamp;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::hubs::{DisplayError, HubView, PairError};

/// Longest name of a hub, in characters.
const MAX_NAME_CHARS: usize = 60;

/// What is known of a hub's presence.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    pub(super) name: String,
    pub(super) connected: bool,
    pub(super) since: Option<Timestamp>,
}

pub(super) async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<Hubs>, Refusal> {
    let mut hubs: Vec<Hub> = app.hubs.hubs().await?.into_iter().map(hub).collect();
    hubs.sort_by_cached_key(|hub| hub.name.to_lowercase());
    Ok(Json(Hubs {
        now: now(),
        listen: app.hubs.local_addr().to_string(),
        pairing: app.hubs.pairing_state(),
        hubs,
    }))
}

pub(super) async fn pair(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<Pair>,
) -> Result<Json<Pairing>, Refusal> {
    let name = body
        .name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > MAX_NAME_CHARS)
    {
        return Err(Refusal::new(
            ErrorCode::BadRequest,
            format!("A hub's name has at most {MAX_NAME_CHARS} characters."),
            "Take a shorter one.",
        ));
    }
    let subject = name.clone().unwrap_or_default();
    app.hubs
        .pair(&body.code, name)
        .map_err(|error| match error {
            PairError::NotACode(why) => Refusal::new(
                ErrorCode::PairingCode,
                format!("This is not a pairing code: {why}."),
                "Enter the code as the hub's panel or console shows it.",
            ),
        })?;
    caller.record(&app, Action::PairingOpened, subject).await?;
    Ok(Json(app.hubs.pairing_state()))
}

/// Who is there, for signs and repairs.
pub(super) async fn presence(app: &App) -> Result<HashMap<HubId, Presence>, Refusal> {
    let hubs = app.hubs.hubs().await?.into_iter();
    Ok(hubs
        .map(|hub| {
            let presence = Presence {
                name: hub.name,
                connected: hub.connected,
                since: hub.since,
            };
            (hub.id, presence)
        })
        .collect())
}

pub(super) async fn link_display(
    app: &App,
    display: &DisplayId,
    room: Option<&RoomId>,
) -> Result<(), Refusal> {
    Ok(app.hubs.link(display, room).await?)
}

pub(super) async fn identify_display(app: &App, display: &DisplayId) -> Result<(), Refusal> {
    Ok(app.hubs.identify(display).await?)
}

pub(super) async fn glass_png(app: &App, display: &DisplayId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(app.hubs.glass_png(display).await?)
}

impl From<DisplayError> for Refusal {
    fn from(error: DisplayError) -> Self {
        match error {
            DisplayError::UnknownDisplay => Self::not_found("display"),
            DisplayError::UnknownRoom => Self::not_found("room"),
            DisplayError::HubAway => Self::new(
                ErrorCode::HubOffline,
                "The hub that drives this display is not connected.",
                "Check that it has power and network; it comes back by itself.",
            ),
            DisplayError::Store(inner) => inner.into(),
            other => Self::internal(other),
        }
    }
}

fn hub(view: HubView) -> Hub {
    Hub {
        id: view.id,
        name: view.name,
        connected: view.connected,
        since: view.since,
        last_seen: view.last_seen,
        address: view.address,
        version: view.version,
        displays: view.displays,
    }
}
