//! The rooms that signs can show.

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::rooms::{AddRoom, PushState, Pushes, Room, Rooms};
use jiff::Timestamp;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::google::AddRoomError;
use crate::store;

pub(super) async fn list(State(app): State<App>, _caller: Caller) -> Result<Json<Rooms>, Refusal> {
    let now = now();
    let displays = app.store.displays().await?;
    let rooms = app.store.rooms().await?;
    let mut rooms: Vec<Room> = rooms
        .into_iter()
        .map(|room| view(room, &displays, now))
        .collect();
    rooms.sort_by_cached_key(|room| room.name.to_lowercase());
    Ok(Json(Rooms { now, rooms }))
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<AddRoom>,
) -> Result<Json<Room>, Refusal> {
    let id = app
        .google
        .add_room(&body.calendar, now())
        .await
        .map_err(|error| match error {
            AddRoomError::Store(inner) => inner.into(),
            AddRoomError::NotAnAddress => Refusal::told(ErrorCode::BadRequest, &error),
            AddRoomError::NoAccount | AddRoomError::NotSeen { .. } => {
                Refusal::told(ErrorCode::NotFound, &error)
            }
            AddRoomError::Google(_) => Refusal::told(ErrorCode::GoogleUnreachable, &error),
        })?;
    let room = app
        .store
        .room(&id)
        .await?
        .ok_or_else(|| Refusal::not_found("room"))?;
    caller
        .record(&app, Action::RoomAdded, room.name.clone())
        .await?;
    let displays = app.store.displays().await?;
    Ok(Json(view(room, &displays, now())))
}

fn view(room: store::Room, displays: &[store::Display], now: Timestamp) -> Room {
    Room {
        stale: is_stale(&room, now),
        pushes: pushes(&room),
        displays: displays
            .iter()
            .filter(|d| d.room.as_ref() == Some(&room.id))
            .map(|d| d.id.clone())
            .collect(),
        zone: room.zone.iana_name().unwrap_or("UTC").to_owned(),
        building: room.place.building,
        floor: room.place.floor,
        capacity: room.place.capacity,
        id: room.id,
        name: room.name,
        calendar: room.calendar_id,
        verified_at: room.verified_at,
    }
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
