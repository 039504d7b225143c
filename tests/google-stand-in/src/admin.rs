//! The Admin SDK's list of rooms, which only administrators may read.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::caller::Caller;
use crate::data::calendar::{Calendar, etag};
use crate::error::ApiError;
use crate::params::Params;
use crate::random;

/// `GET /admin/directory/v1/customer/{customer}/resources/calendars`.
///
/// # Errors
///
/// 403 without the scope or for who is no administrator; 400 for a bad page token.
pub(crate) async fn rooms(
    State(app): State<App>,
    Path(customer): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&[
        "admin.directory.resource.calendar.readonly",
        "admin.directory.resource.calendar",
    ])?;
    // The first account is the administrator's.
    if app.accounts().first().map(String::as_str) != Some(caller.account()) {
        return Err(ApiError::forbidden(
            "Not Authorized to access this resource/api",
        ));
    }
    if customer != "my_customer" {
        return Err(ApiError::not_found());
    }
    let max = params.max_results(100, 500)?;
    let offset = match params.get("pageToken") {
        None => 0,
        Some(text) => text
            .parse::<usize>()
            .map_err(|_| ApiError::invalid("pageToken", "Invalid page token."))?,
    };
    let calendars = app.calendars();
    let all: Vec<&Calendar> = calendars.rooms().collect();
    let items: Vec<Value> = all
        .iter()
        .skip(offset)
        .take(max)
        .map(|c| resource(c))
        .collect();
    let mut answer = json!({
        "kind": "admin#directory#resources#calendars#calendarResourcesList",
        "etag": etag(calendars.revision()), "items": items,
    });
    if all.len() > offset + max {
        answer["nextPageToken"] = json!((offset + max).to_string());
    }
    Ok(Json(answer))
}

fn resource(calendar: &Calendar) -> Value {
    let place = &calendar.place;
    let words = [
        place.building.as_deref(),
        place.floor.as_deref(),
        Some(&calendar.summary),
    ];
    let generated = words.into_iter().flatten().collect::<Vec<_>>().join("-");
    let mut resource = json!({
        "kind": "admin#directory#resources#calendars#CalendarResource", "etags": etag(calendar.entry_revision),
        "resourceId": random::base32hex(&Sha256::digest(&calendar.id)[..8]), "resourceName": calendar.summary,
        "generatedResourceName": generated, "resourceEmail": calendar.id, "resourceCategory": "CONFERENCE_ROOM",
    });
    if let Some(building) = &place.building {
        resource["buildingId"] = json!(building);
    }
    if let Some(floor) = &place.floor {
        resource["floorName"] = json!(floor);
    }
    if let Some(capacity) = place.capacity {
        resource["capacity"] = json!(capacity);
    }
    resource
}
