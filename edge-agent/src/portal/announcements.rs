//! Announcements: a text on chosen displays until a time.

use axum::Json;
use axum::extract::{Path, State};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::id::AnnouncementId;
use edge_api::settings::{Announce, Announcement, Announcements, MAX_LINE, MAX_TEXT};
use http::StatusCode;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::Refusal;
use super::settings::short_enough;

pub(super) async fn list(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<Announcements>, Refusal> {
    let now = now();
    Ok(Json(Announcements {
        now,
        announcements: app.store.announcements(now).await?,
    }))
}

pub(super) async fn announce(
    State(app): State<App>,
    caller: Caller,
    JsonBody(mut says): JsonBody<Announce>,
) -> Result<(StatusCode, Json<Announcement>), Refusal> {
    let now = now();
    says.title = says.title.trim().to_owned();
    sound(&says, now)?;
    let id = AnnouncementId::new(&ulid::Ulid::new().to_string()).expect("a ULID makes an id");
    let made = app.store.announce(Announcement { id, says }, now).await?;
    let made = made.ok_or_else(|| Refusal::not_found("display"))?;
    for display in &made.says.displays {
        app.hubs.look_again(display);
    }
    let title = made.says.title.clone();
    caller.record(&app, Action::Announced, title).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let unknown = || Refusal::not_found("announcement");
    let id: AnnouncementId = id.parse().map_err(|_| unknown())?;
    let gone = app.store.withdraw(&id).await?.ok_or_else(unknown)?;
    for display in &gone.says.displays {
        app.hubs.look_again(display);
    }
    caller
        .record(&app, Action::Withdrawn, gone.says.title)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn sound(says: &Announce, now: jiff::Timestamp) -> Result<(), Refusal> {
    let refuse = |message: &'static str, hint: &'static str| {
        Err(Refusal::new(ErrorCode::BadRequest, message, hint))
    };
    if says.title.is_empty() {
        return refuse(
            "An announcement needs a title.",
            "Say in a few words what it is about.",
        );
    }
    if says.displays.is_empty() {
        return refuse(
            "No display is chosen.",
            "Choose the displays that shall show it.",
        );
    }
    if says.until <= now {
        return refuse(
            "The announcement would have ended already.",
            "Choose a time to come.",
        );
    }
    short_enough("title", &says.title, MAX_LINE)?;
    short_enough("text", &says.text, MAX_TEXT)
}
