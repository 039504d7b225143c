//! The rooms that signs can show.

use axum::Json;
use axum::extract::State;
use edge_api::rooms::{PushState, Pushes, Room, Rooms};
use jiff::Timestamp;

use super::app::{App, now};
use super::caller::Caller;
use super::refusal::Refusal;
use crate::store;

pub(super) async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<Rooms>, Refusal> {
    let now = now();
    let displays = app.store.displays().await?;
    let mut rooms: Vec<Room> = app
        .store
        .rooms()
        .await?
        .into_iter()
        .map(|room| Room {
            stale: is_stale(&room, now),
            pushes: pushes(&room),
            displays: displays
                .iter()
                .filter(|d| d.room.as_ref() == Some(&room.id))
                .map(|d| d.id.clone())
                .collect(),
            zone: room.zone.iana_name().unwrap_or("UTC").to_owned(),
            id: room.id,
            name: room.name,
            calendar: room.calendar_id,
            verified_at: room.verified_at,
        })
        .collect();
    rooms.sort_by_cached_key(|room| room.name.to_lowercase());
    Ok(Json(Rooms { now, rooms }))
}

fn pushes(room: &store::Room) -> Pushes {
    let told = &room.pushes;
    Pushes {
        state: match (room.linked, &told.channel, told.work()) {
            (false, ..) => PushState::Idle,
            (true, _, true) => PushState::Live,
            (true, Some(_), false) => PushState::Missing,
            (true, None, false) => PushState::Off,
        },
        last: told.last,
        renew_at: told.renew_at,
        missed: told.missed,
        problem: told.problem.clone(),
    }
}

/// Whether what is known of a linked room is too old; one that nobody shows is not listed, and cannot be.
pub(super) fn is_stale(room: &store::Room, now: Timestamp) -> bool {
    let overdue = |at: Timestamp| now.duration_since(at) > room.stale_after;
    room.linked && room.verified_at.is_some_and(overdue)
}
