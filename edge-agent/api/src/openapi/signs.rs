//! Displays, what they show, and the rooms they stand at.

use super::operation::{Operation, delete, get, post, put};
use crate::history::{History, HistoryDays};
use crate::layouts::{CheckLayout, LayoutChecked, LayoutDocument, Layouts, Preview, SaveLayout};
use crate::rooms::{AddRoom, Room, Rooms};
use crate::route;
use crate::settings::{Announce, Announcement, Announcements, DisplaySettings, RoomSettings};
use crate::signs::{Link, Signs};

/// What signs can show as a picture.
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/bmp", "image/svg+xml"];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(
            route::SIGNS,
            "Every display with what its glass shows, problems first",
        )
        .gives::<Signs>(),
        get(
            route::GLASS,
            "What the glass of a display shows, pixel for pixel",
        )
        .gives_file("image/png"),
        put(route::LINK, "Link a display to a room").takes::<Link>(),
        delete(route::LINK, "Unlink a display"),
        post(
            route::IDENTIFY,
            "Let a panel show its own name for a moment",
        ),
        get(route::SETTINGS, "What a display is set to").gives::<DisplaySettings>(),
        put(route::SETTINGS, "Set a display")
            .takes::<DisplaySettings>()
            .gives::<DisplaySettings>()
            .compares_version(),
        get(route::HISTORY, "What a display showed, the newest first")
            .gives::<History>()
            .asks::<u64>("before", "The `next` of the page before"),
        get(route::HISTORY_PICTURE, "A frame that a display showed").gives_file("image/png"),
        get(
            route::HISTORY_DAYS,
            "For how many days it is kept what displays showed",
        )
        .gives::<HistoryDays>(),
        put(route::HISTORY_DAYS, "Set it; what is older is gone at once")
            .takes::<HistoryDays>()
            .gives::<HistoryDays>(),
        put(route::PICTURE, "Give a display a picture of its own").takes_file(PICTURES),
        delete(route::PICTURE, "Let go of a display's picture"),
        get(route::ANNOUNCEMENTS, "Every announcement that is shown").gives::<Announcements>(),
        post(
            route::ANNOUNCEMENTS,
            "Announce something on displays until a time",
        )
        .takes::<Announce>()
        .gives::<Announcement>(),
        delete(route::ANNOUNCEMENT, "Withdraw an announcement"),
        get(route::LAYOUTS, "Every layout").gives::<Layouts>(),
        post(route::LAYOUTS, "Import a layout")
            .takes::<SaveLayout>()
            .makes::<LayoutDocument>(),
        get(route::LAYOUT, "One layout with its document").gives::<LayoutDocument>(),
        put(route::LAYOUT, "Save a layout")
            .takes::<SaveLayout>()
            .gives::<LayoutDocument>()
            .needs_version(),
        delete(route::LAYOUT, "Delete a layout").needs_version(),
        post(
            route::CHECK_LAYOUT,
            "What a document would be understood as; nothing is saved",
        )
        .takes::<CheckLayout>()
        .gives::<LayoutChecked>(),
        post(route::PREVIEW, "Draw a layout on any panel in any state")
            .takes::<Preview>()
            .gives_file("image/png"),
        get(route::ROOMS, "Every room of the connected accounts").gives::<Rooms>(),
        post(route::ROOMS, "Add a calendar to the rooms by its address")
            .takes::<AddRoom>()
            .gives::<Room>(),
        get(route::ROOM_SETTINGS, "What a room is set to").gives::<RoomSettings>(),
        put(route::ROOM_SETTINGS, "Set a room")
            .takes::<RoomSettings>()
            .gives::<RoomSettings>()
            .compares_version(),
    ]
}
