//! The wall of signs, and linking displays to rooms.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::id::{DisplayId, HubId, RoomId};
use edge_api::route;
use edge_api::signs::{Link, Shown, Sign, SignProblem, SignProblemCode, SignRoom, Signs};
use http::StatusCode;
use jiff::Timestamp;

use super::app::{App, now};
use super::body::{DisplayPath, JsonBody};
use super::caller::Caller;
use super::hubs::Presence;
use super::picture::{hex, version};
use super::receipts::receipt;
use super::refusal::Refusal;
use super::rooms::is_stale;
use crate::store;

/// Receipts that are searched for each display's last latency; enough for a morning's changes on every door.
const RECENT_RECEIPTS: u32 = 500;

pub(super) async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<Signs>, Refusal> {
    let now = now();
    let wall = Wall {
        now,
        hubs: super::hubs::presence(&app).await?,
        rooms: app
            .store
            .rooms()
            .await?
            .into_iter()
            .map(|r| (r.id.clone(), r))
            .collect(),
        latencies: latencies(app.store.receipts(RECENT_RECEIPTS).await?),
    };
    let mut signs: Vec<Sign> = app
        .store
        .displays()
        .await?
        .into_iter()
        .map(|d| wall.sign(d))
        .collect();
    signs.sort_by_cached_key(|sign| {
        let room = sign.room.as_ref().map(|r| r.name.to_lowercase());
        (
            room.is_none(),
            room,
            sign.hub_name.to_lowercase(),
            sign.key.clone(),
        )
    });
    Ok(Json(Signs { now, signs }))
}

pub(super) async fn link(
    State(app): State<App>,
    caller: Caller,
    DisplayPath(display): DisplayPath,
    JsonBody(link): JsonBody<Link>,
) -> Result<StatusCode, Refusal> {
    let room = app
        .store
        .room(&link.room)
        .await?
        .ok_or_else(|| Refusal::not_found("room"))?;
    let key = key_of(&app, &display).await?;
    super::hubs::link_display(&app, &display, Some(&link.room)).await?;
    caller
        .record(
            &app,
            Action::DisplayLinked,
            format!("{key} → {}", room.name),
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn unlink(
    State(app): State<App>,
    caller: Caller,
    DisplayPath(display): DisplayPath,
) -> Result<StatusCode, Refusal> {
    let key = key_of(&app, &display).await?;
    super::hubs::link_display(&app, &display, None).await?;
    caller.record(&app, Action::DisplayUnlinked, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn key_of(app: &App, display: &DisplayId) -> Result<String, Refusal> {
    let found = app.store.display(display).await?;
    Ok(found.ok_or_else(|| Refusal::not_found("display"))?.key)
}

/// What all signs are drawn from.
struct Wall {
    now: Timestamp,
    hubs: HashMap<HubId, Presence>,
    rooms: HashMap<RoomId, store::Room>,
    latencies: HashMap<DisplayId, u64>,
}

impl Wall {
    fn sign(&self, display: store::Display) -> Sign {
        let hub = self.hubs.get(&display.hub);
        let room = display.room.as_ref().and_then(|id| self.rooms.get(id));
        Sign {
            problem: self.problem(&display, hub, room),
            glass_url: display
                .shown
                .map(|shown| route::glass(&display.id, &version(&shown))),
            last_latency_ms: self.latencies.get(&display.id).copied(),
            hub_name: hub.map(|h| h.name.clone()).unwrap_or_default(),
            room: room.map(|r| SignRoom {
                id: r.id.clone(),
                name: r.name.clone(),
            }),
            shown: display.shown.map(|shown| Shown {
                hash: hex(shown.frame),
                at: shown.at,
                marked_since: shown.marked_since,
            }),
            display: display.id,
            key: display.key,
            hub: display.hub,
            panel: display.panel,
        }
    }

    /// The gravest of what is wrong.
    fn problem(
        &self,
        display: &store::Display,
        hub: Option<&Presence>,
        room: Option<&store::Room>,
    ) -> Option<SignProblem> {
        let problem = |code, what: String, consequence: &str| {
            let consequence = consequence.to_owned();
            Some(SignProblem {
                code,
                what,
                consequence,
            })
        };
        if let Some(hub) = hub.filter(|hub| !hub.connected) {
            return problem(
                SignProblemCode::HubOffline,
                format!("The hub {} is not connected.", hub.name),
                "The sign goes on by the plan that the hub has, and says since when it is out of date.",
            );
        }
        if let Some(what) = &display.problem {
            return problem(
                SignProblemCode::DisplayFailed,
                format!("The panel failed: {what}."),
                "The glass may show an old picture, or none.",
            );
        }
        let Some(room) = room else {
            return problem(
                SignProblemCode::NotLinked,
                "No room is linked to this display.".to_owned(),
                "It says so on its glass.",
            );
        };
        if is_stale(room, self.now) {
            let why = room
                .problem
                .as_deref()
                .map(|p| format!(" ({p})"))
                .unwrap_or_default();
            return problem(
                SignProblemCode::RoomStale,
                format!(
                    "The calendar of {} could not be read for a while{why}.",
                    room.name
                ),
                "The sign says since when it may be out of date.",
            );
        }
        display
            .shown
            .and_then(|shown| shown.marked_since)
            .and_then(|_| {
                problem(
                    SignProblemCode::Marked,
                    "The glass carries the mark that it may be out of date.".to_owned(),
                    "People see since when.",
                )
            })
    }
}

/// The last traced change of each display; receipts come newest first.
fn latencies(receipts: Vec<store::Receipt>) -> HashMap<DisplayId, u64> {
    let mut latest = HashMap::new();
    for receipt in receipts.into_iter().filter_map(receipt) {
        if let Some(millis) = receipt.latency_ms() {
            latest.entry(receipt.display).or_insert(millis);
        }
    }
    latest
}

pub(super) async fn identify(
    State(app): State<App>,
    _caller: Caller,
    DisplayPath(display): DisplayPath,
) -> Result<StatusCode, Refusal> {
    key_of(&app, &display).await?;
    super::hubs::identify_display(&app, &display).await?;
    Ok(StatusCode::NO_CONTENT)
}
