//! What displays and rooms are set to, and the pictures that displays show.

use axum::extract::{Path, State};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::id::RoomId;
use edge_api::layouts::LayoutRef;
use edge_api::settings::{DisplaySettings, MAX_LINE, RoomSettings, Shows};
use http::StatusCode;

use super::app::App;
use super::body::{DisplayPath, JsonBody, PictureUpload};
use super::caller::Caller;
use super::layouts::rotation;
use super::refusal::Refusal;
use super::version::{LastRead, Tagged, difference};
use crate::store::{Display, Room};

/// A lobby's sign has no room for more.
const MAX_DIRECTORY: usize = 40;

pub(super) async fn show(
    State(app): State<App>,
    _caller: Caller,
    DisplayPath(display): DisplayPath,
) -> Result<Tagged<DisplaySettings>, Refusal> {
    let display = app.store.display(&display).await?;
    let display = display.ok_or_else(|| Refusal::not_found("display"))?;
    Ok(Tagged(display.settings))
}

pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    DisplayPath(display): DisplayPath,
    read: LastRead,
    JsonBody(settings): JsonBody<DisplaySettings>,
) -> Result<Tagged<DisplaySettings>, Refusal> {
    let _one_at_a_time = app.editing.lock().await;
    let found = known(&app, &display).await?;
    read.is_still(&found.settings)?;
    sound(&settings)?;
    super::hubs::set_display(&app, &display, settings.clone()).await?;
    let (was, became) = difference(&found.settings, &settings);
    let deed = caller.deed(Action::DisplaySet, found.key);
    app.store.record(deed.was(was).became(became)).await?;
    Ok(Tagged(settings))
}

pub(super) async fn show_room(
    State(app): State<App>,
    _caller: Caller,
    Path(room): Path<String>,
) -> Result<Tagged<RoomSettings>, Refusal> {
    Ok(Tagged(room_of(&app, &room).await?.settings))
}

pub(super) async fn set_room(
    State(app): State<App>,
    caller: Caller,
    Path(room): Path<String>,
    read: LastRead,
    JsonBody(settings): JsonBody<RoomSettings>,
) -> Result<Tagged<RoomSettings>, Refusal> {
    let _one_at_a_time = app.editing.lock().await;
    let room = room_of(&app, &room).await?;
    read.is_still(&room.settings)?;
    sound_locale(settings.locale.as_deref())?;
    if !app.store.set_room(&room.id, &settings).await? {
        return Err(Refusal::not_found("room"));
    }
    for display in app.store.displays_of_room(&room.id).await? {
        app.hubs.look_again(&display.id);
    }
    let (was, became) = difference(&room.settings, &settings);
    let deed = caller.deed(Action::RoomSet, room.name);
    app.store.record(deed.was(was).became(became)).await?;
    Ok(Tagged(settings))
}

pub(super) async fn put_picture(
    State(app): State<App>,
    caller: Caller,
    DisplayPath(display): DisplayPath,
    PictureUpload(file): PictureUpload,
) -> Result<StatusCode, Refusal> {
    keep_picture(&app, &caller, &display, Some(file.to_vec())).await
}

pub(super) async fn drop_picture(
    State(app): State<App>,
    caller: Caller,
    DisplayPath(display): DisplayPath,
) -> Result<StatusCode, Refusal> {
    keep_picture(&app, &caller, &display, None).await
}

async fn keep_picture(
    app: &App,
    caller: &Caller,
    display: &edge_api::id::DisplayId,
    file: Option<Vec<u8>>,
) -> Result<StatusCode, Refusal> {
    let found = known(app, display).await?;
    if !app.store.set_picture(display, file).await? {
        return Err(Refusal::not_found("display"));
    }
    app.hubs.look_again(display);
    caller.record(app, Action::DisplaySet, found.key).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn known(app: &App, display: &edge_api::id::DisplayId) -> Result<Display, Refusal> {
    let display = app.store.display(display).await?;
    display.ok_or_else(|| Refusal::not_found("display"))
}

async fn room_of(app: &App, id: &str) -> Result<Room, Refusal> {
    let unknown = || Refusal::not_found("room");
    let id: RoomId = id.parse().map_err(|_| unknown())?;
    app.store.room(&id).await?.ok_or_else(unknown)
}

/// What the types do not say by themselves.
fn sound(settings: &DisplaySettings) -> Result<(), Refusal> {
    rotation(settings.rotation)?;
    sound_locale(settings.locale.as_deref())?;
    if let Some(LayoutRef::Shipped(name)) = &settings.layout
        && frame::layouts::named(name).is_none()
    {
        return Err(Refusal::not_found("layout"));
    }
    if let Some(closed) = &settings.out_of_order {
        short_enough("reason", &closed.reason, MAX_LINE)?;
    }
    if let Shows::Directory { title, rooms } = &settings.shows {
        short_enough("title", title, MAX_LINE)?;
        if rooms.is_empty() || rooms.len() > MAX_DIRECTORY {
            return Err(Refusal::new(
                ErrorCode::BadRequest,
                format!("A directory lists between one and {MAX_DIRECTORY} rooms."),
                "Choose its rooms.",
            ));
        }
    }
    Ok(())
}

/// Refuses a text that no sign has room for.
pub(super) fn short_enough(what: &str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.chars().count() <= most {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::BadRequest,
        format!("The {what} has more than {most} characters."),
        "Say it in fewer words; nobody reads that much at a door.",
    ))
}

fn sound_locale(locale: Option<&str>) -> Result<(), Refusal> {
    let part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let sound = |locale: &str| locale.len() <= 35 && locale.split('-').all(part);
    match locale {
        Some(locale) if !sound(locale) => Err(Refusal::new(
            ErrorCode::BadRequest,
            format!(
                "`{}` is no language.",
                locale.chars().take(40).collect::<String>()
            ),
            "Write a tag such as de, pt-BR or zh-Hans.",
        )),
        _ => Ok(()),
    }
}
