//! Layouts, and what displays are set to.

use serde_json::json;

use super::{DISPLAY, ROOM, at, display, room, same};
use crate::id::{AnnouncementId, LayoutId};
use crate::layouts::{
    CheckLayout, Drawn, LayoutChecked, LayoutDocument, LayoutRef, LayoutSummary, LayoutWarning,
    Layouts, Preview, PreviewState, Sample, SaveLayout,
};
use crate::route;
use crate::settings::{
    Announce, Announcement, Announcements, ClockStyle, Corner, DisplaySettings, OutOfOrder,
    Privacy, QuietHours, RoomSettings, Shows,
};

const LAYOUT: &str = "lay_01ARZ3NDEKTSV4RRFFQ69G5FAX";
const ANNOUNCEMENT: &str = "ann_01ARZ3NDEKTSV4RRFFQ69G5FAY";

fn own() -> LayoutRef {
    LAYOUT.parse().unwrap()
}

#[test]
fn a_display_that_is_set_to_nothing() {
    let nothing = DisplaySettings::default();
    assert_eq!(
        serde_json::from_value::<DisplaySettings>(json!({})).unwrap(),
        nothing
    );
    same(
        &nothing,
        json!({"shows": "room", "layout": null, "rotation": 0, "locale": null, "clock": null,
               "privacy": "full", "quiet": null, "out_of_order": null, "mark": "bottom_right"}),
    );
}

#[test]
fn a_display_that_is_set_to_everything() {
    same(
        &DisplaySettings {
            shows: Shows::Directory {
                title: "Second floor".into(),
                rooms: vec![room()],
            },
            layout: Some(own()),
            rotation: 90,
            locale: Some("de".into()),
            clock: Some(ClockStyle::Hours24),
            privacy: Privacy::OrganiserOnly,
            quiet: Some(QuietHours {
                from: "20:00".parse().unwrap(),
                until: "06:30".parse().unwrap(),
            }),
            out_of_order: Some(OutOfOrder {
                reason: "Painters".into(),
                until: Some(at("2026-11-24T06:00:00Z")),
            }),
            mark: Corner::TopLeft,
        },
        json!({"shows": {"directory": {"title": "Second floor", "rooms": [ROOM]}}, "layout": LAYOUT,
               "rotation": 90, "locale": "de", "clock": "24h", "privacy": "organiser_only",
               "quiet": {"from": "20:00", "until": "06:30"},
               "out_of_order": {"reason": "Painters", "until": "2026-11-24T06:00:00Z"}, "mark": "top_left"}),
    );
    same(&Shows::Picture, json!("picture"));
    for text in ["", "8:00", "24:00", "20:60", "20:00:00", "+1:+2"] {
        assert!(
            text.parse::<crate::settings::TimeOfDay>().is_err(),
            "{text}"
        );
    }
    same(&Privacy::BusyOnly, json!("busy_only"));
    same(&ClockStyle::Hours12, json!("12h"));
    same(
        &RoomSettings {
            locale: Some("ja".into()),
            clock: None,
        },
        json!({"locale": "ja", "clock": null}),
    );
    assert_eq!(
        route::settings(&display()),
        format!("/api/v1/displays/{DISPLAY}/settings")
    );
}

#[test]
fn announcements() {
    let id: AnnouncementId = ANNOUNCEMENT.parse().unwrap();
    assert_eq!(
        route::announcement(&id),
        format!("/api/v1/announcements/{ANNOUNCEMENT}")
    );
    same(
        &Announcements {
            now: at("2026-11-23T10:42:00Z"),
            announcements: vec![Announcement {
                id,
                says: Announce {
                    title: "Fire drill".into(),
                    text: "At noon.\nUse the stairs.".into(),
                    until: at("2026-11-23T11:15:00Z"),
                    displays: vec![display()],
                },
            }],
        },
        json!({"now": "2026-11-23T10:42:00Z", "announcements": [{"id": ANNOUNCEMENT, "says": {"title": "Fire drill",
               "text": "At noon.\nUse the stairs.", "until": "2026-11-23T11:15:00Z", "displays": [DISPLAY]}}]}),
    );
}

#[test]
fn layouts() {
    same(
        &Layouts {
            layouts: vec![LayoutSummary {
                layout: LayoutRef::Shipped("room".into()),
                name: "Room".into(),
                about: "One room, any panel.".into(),
                saved_at: None,
                displays: vec![display()],
            }],
        },
        json!({"layouts": [{"layout": "room", "name": "Room", "about": "One room, any panel.", "saved_at": null,
               "displays": [DISPLAY]}]}),
    );
    same(
        &LayoutDocument {
            layout: own(),
            name: "Ours".into(),
            document: "{\"items\": [],}".into(),
            warnings: vec![LayoutWarning {
                path: "items".into(),
                what: "is empty".into(),
            }],
            version: 3,
        },
        json!({"layout": LAYOUT, "name": "Ours", "document": "{\"items\": [],}",
               "warnings": [{"path": "items", "what": "is empty"}], "version": 3}),
    );
    same(
        &SaveLayout {
            name: "Ours".into(),
            document: "{}".into(),
        },
        json!({"name": "Ours", "document": "{}"}),
    );
    same(
        &CheckLayout {
            document: "{}".into(),
        },
        json!({"document": "{}"}),
    );
    same(
        &LayoutChecked {
            warnings: Vec::new(),
        },
        json!({"warnings": []}),
    );
    let id: LayoutId = LAYOUT.parse().unwrap();
    assert_eq!(LayoutRef::Own(id), own());
    assert_eq!(route::layout(&own()), format!("/api/v1/layouts/{LAYOUT}"));
    for text in ["", "Room", "../x", "a b", &"x".repeat(41)] {
        assert!(text.parse::<LayoutRef>().is_err(), "{text}");
    }
}

#[test]
fn previews() {
    same(
        &Preview {
            what: Drawn::Document("{}".into()),
            panel: "800x480-bwr".into(),
            rotation: 270,
            state: PreviewState::Sample(Sample::NoInformation),
            locale: None,
        },
        json!({"what": {"document": "{}"}, "panel": "800x480-bwr", "rotation": 270,
               "state": {"sample": "no_information"}, "locale": null}),
    );
    same(
        &Preview {
            what: Drawn::Layout(own()),
            panel: "296x128".into(),
            rotation: 0,
            state: PreviewState::Room(room()),
            locale: Some("ar".into()),
        },
        json!({"what": {"layout": LAYOUT}, "panel": "296x128", "rotation": 0, "state": {"room": ROOM},
               "locale": "ar"}),
    );
    let words: Vec<_> = Sample::ALL
        .iter()
        .map(|sample| serde_json::to_value(sample).unwrap())
        .collect();
    assert_eq!(
        json!(words),
        json!([
            "busy",
            "free",
            "private",
            "crowded",
            "no_information",
            "out_of_order",
            "announcement",
            "directory"
        ])
    );
}
