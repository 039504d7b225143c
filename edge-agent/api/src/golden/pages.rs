//! What the pages are drawn from.

use serde_json::json;

use super::{DISPLAY, ROOM, at, display, hub, room, same};
use crate::activity::{Action, Activity, Entry};
use crate::guide::Obstacle;
use crate::hubs::{Hub, HubLog, HubLogLine, Hubs, LogLevel, Pair, Pairing, Panel, Rename};
use crate::integration::{
    Account, AccountState, ClientSecretPreview, Difference, FlowBegun, GoogleApp, Integration,
    SaveGoogleApp,
};
use crate::receipts::{Receipt, Receipts};
use crate::relay::{Barred, Enrol, Enrolment, Leave, Relay, SaveSite, Site, SiteFile};
use crate::repairs::{Repair, RepairCode, Repairs};
use crate::rooms::{PushState, Pushes, Room, Rooms};
use crate::route;
use crate::signs::{Link, Shown, Sign, SignProblem, SignProblemCode, SignRoom, Signs};

#[test]
fn signs() {
    same(
        &Signs {
            now: at("2026-11-23T10:42:00.5Z"),
            signs: vec![Sign {
                display: display(),
                key: "north-1".into(),
                hub: hub(),
                hub_name: "North".into(),
                panel: "800x480".into(),
                room: Some(SignRoom {
                    id: room(),
                    name: "Alder".into(),
                }),
                shown: Some(Shown {
                    hash: "00ff".into(),
                    at: at("2026-11-23T10:41:00Z"),
                    marked_since: Some(at("2026-11-23T10:00:00Z")),
                }),
                glass_url: Some(route::glass(&display(), "00ff")),
                problem: Some(SignProblem {
                    code: SignProblemCode::Marked,
                    what: "w".into(),
                    consequence: "c".into(),
                }),
                last_latency_ms: Some(87),
            }],
        },
        json!({"now": "2026-11-23T10:42:00.5Z", "signs": [{
            "display": DISPLAY, "key": "north-1", "hub": "ab".repeat(32), "hub_name": "North", "panel": "800x480",
            "room": {"id": ROOM, "name": "Alder"},
            "shown": {"hash": "00ff", "at": "2026-11-23T10:41:00Z", "marked_since": "2026-11-23T10:00:00Z"},
            "glass_url": "/api/v1/displays/disp_01ARZ3NDEKTSV4RRFFQ69G5FAW/glass.png?v=00ff",
            "problem": {"code": "marked", "what": "w", "consequence": "c"},
            "last_latency_ms": 87}]}),
    );
    same(&Link { room: room() }, json!({"room": ROOM}));
}

#[test]
fn rooms() {
    same(
        &Rooms {
            now: at("2026-11-23T10:42:00Z"),
            rooms: vec![Room {
                id: room(),
                name: "Alder".into(),
                calendar: "c_1@resource.calendar.google.com".into(),
                zone: "Europe/Brussels".into(),
                displays: vec![display()],
                verified_at: None,
                stale: false,
                pushes: Pushes {
                    state: PushState::Missing,
                    last: Some(at("2026-11-23T10:00:00Z")),
                    renew_at: Some(at("2026-11-24T09:00:00Z")),
                    missed: 2,
                    problem: None,
                },
                building: Some("North".into()),
                floor: Some("2".into()),
                capacity: Some(8),
            }],
        },
        json!({"now": "2026-11-23T10:42:00Z", "rooms": [{"id": ROOM, "name": "Alder",
            "calendar": "c_1@resource.calendar.google.com", "zone": "Europe/Brussels", "displays": [DISPLAY],
            "verified_at": null, "stale": false, "pushes": {"state": "missing", "last": "2026-11-23T10:00:00Z",
            "renew_at": "2026-11-24T09:00:00Z", "missed": 2, "problem": null},
            "building": "North", "floor": "2", "capacity": 8}]}),
    );
}

#[test]
fn hubs() {
    same(
        &Hubs {
            now: at("2026-11-23T10:42:00Z"),
            listen: "0.0.0.0:7443".into(),
            pairing: Pairing::Waiting {
                until: at("2026-11-23T10:52:00Z"),
                code: None,
                qr: None,
            },
            hubs: vec![Hub {
                id: hub(),
                name: "North".into(),
                connected: true,
                since: Some(at("2026-11-23T10:00:00Z")),
                last_seen: None,
                address: Some("192.0.2.7:4433".into()),
                version: Some("0.1.0".into()),
                displays: 4,
                reconnects: 2,
                clock_ahead_ms: Some(-3),
                system_clock_ahead_ms: None,
                cloned_since: None,
                problem: None,
                panels: vec![Panel {
                    display: display(),
                    key: "n1".into(),
                    panel: "800x480".into(),
                    measured_at: Some(at("2026-11-23T10:41:00Z")),
                    battery_mv: Some(2900),
                    battery_percent: Some(60),
                    battery_days: Some(120),
                    temperature_decidegrees: Some(215),
                    signal_percent: None,
                    problem: None,
                }],
            }],
            passive_since: None,
            standby_key: true,
        },
        json!({"now": "2026-11-23T10:42:00Z", "listen": "0.0.0.0:7443", "passive_since": null, "standby_key": true,
            "pairing": {"state": "waiting", "until": "2026-11-23T10:52:00Z", "code": null, "qr": null},
            "hubs": [{"id": "ab".repeat(32), "name": "North", "connected": true, "since": "2026-11-23T10:00:00Z",
                "last_seen": null, "address": "192.0.2.7:4433", "version": "0.1.0", "displays": 4, "reconnects": 2,
                "clock_ahead_ms": -3, "system_clock_ahead_ms": null, "cloned_since": null, "problem": null,
                "panels": [{"display": DISPLAY, "key": "n1", "panel": "800x480", "measured_at": "2026-11-23T10:41:00Z",
                    "battery_mv": 2900, "battery_percent": 60, "battery_days": 120, "temperature_decidegrees": 215,
                    "signal_percent": null, "problem": null}]}]}),
    );
    same(
        &Pair {
            code: Some("ABCD".into()),
            name: None,
            replaces: Some(hub()),
        },
        json!({"code": "ABCD", "name": null, "replaces": "ab".repeat(32)}),
    );
    same(
        &HubLog {
            lines: vec![HubLogLine {
                at: None,
                level: LogLevel::Warn,
                text: "t".into(),
            }],
        },
        json!({"lines": [{"at": null, "level": "warn", "text": "t"}]}),
    );
    same(&Rename { name: "n".into() }, json!({"name": "n"}));
    same(&Pairing::Idle, json!({"state": "idle"}));
    same(
        &Pairing::Paired { hub: hub() },
        json!({"state": "paired", "hub": "ab".repeat(32)}),
    );
    same(
        &Pairing::Failed { why: "w".into() },
        json!({"state": "failed", "why": "w"}),
    );
}

#[test]
fn integration() {
    same(
        &Integration {
            redirect_uri: Some(
                "https://relay.example.com/oauth/google/callback/0123456789abcdef".into(),
            ),
            app: Some(GoogleApp {
                client_id: "1.apps".into(),
                project: Some("signs".into()),
            }),
            accounts: vec![
                Account {
                    id: "1".into(),
                    email: "a@example.com".into(),
                    state: AccountState::Connected,
                    directory_problem: Some("d".into()),
                    lists_rooms: true,
                    ends_at: Some(at("2026-11-30T10:42:00Z")),
                },
                Account {
                    id: "2".into(),
                    email: "b@example.com".into(),
                    state: AccountState::Reconnect { why: "w".into() },
                    directory_problem: None,
                    lists_rooms: false,
                    ends_at: None,
                },
            ],
            obstacle: Some(Obstacle {
                what: "w".into(),
                action: "a".into(),
                page: "/settings/relay".into(),
            }),
        },
        json!({"redirect_uri": "https://relay.example.com/oauth/google/callback/0123456789abcdef",
            "app": {"client_id": "1.apps", "project": "signs"},
            "accounts": [{"id": "1", "email": "a@example.com", "state": {"state": "connected"},
                "directory_problem": "d", "lists_rooms": true, "ends_at": "2026-11-30T10:42:00Z"},
                {"id": "2", "email": "b@example.com", "state": {"state": "reconnect", "why": "w"},
                "directory_problem": null, "lists_rooms": false, "ends_at": null}],
            "obstacle": {"what": "w", "action": "a", "page": "/settings/relay"}}),
    );
    same(
        &SaveGoogleApp {
            client_id: "i".into(),
            client_secret: "s".into(),
            project: None,
        },
        json!({"client_id": "i", "client_secret": "s", "project": null}),
    );
    same(
        &ClientSecretPreview {
            client_id: "i".into(),
            client_secret: "s".into(),
            project: Some("p".into()),
            warnings: vec!["w".into()],
            differences: vec![Difference {
                field: "f".into(),
                needed: "n".into(),
                found: vec!["o".into()],
            }],
        },
        json!({"client_id": "i", "client_secret": "s", "project": "p", "warnings": ["w"],
            "differences": [{"field": "f", "needed": "n", "found": ["o"]}]}),
    );
    same(
        &FlowBegun {
            flow: "f".into(),
            authorise_url: "https://accounts.google.com/".into(),
        },
        json!({"flow": "f", "authorise_url": "https://accounts.google.com/"}),
    );
}

#[test]
fn security_and_activity() {
    same(
        &Activity {
            entries: vec![Entry {
                at: at("2026-11-23T10:42:00Z"),
                who: "ada".into(),
                action: Action::DisplayLinked,
                subject: "north-1 → Alder".into(),
                address: None,
                was: None,
                became: Some("Alder".into()),
            }],
        },
        json!({"entries": [{"at": "2026-11-23T10:42:00Z", "who": "ada", "action": "display_linked",
            "subject": "north-1 → Alder", "address": null, "was": null, "became": "Alder"}]}),
    );
    let words: Vec<&str> = Action::ALL.iter().map(|a| a.as_str()).collect();
    assert_eq!(
        words.join(" "),
        "claimed signed_in sign_in_refused signed_out admin_reset user_made user_changed user_removed password_set second_factor_set \
         second_factor_removed token_made token_deleted session_ended identity_set relay_enrolled relay_key_changed relay_taken_over \
         relay_left site_verification_set proxy_set authorities_set google_app_saved account_connected \
         account_disconnected room_added pairing_opened hub_forgotten hub_rebooted hub_renamed display_linked display_unlinked display_set \
         history_set room_set announced withdrawn layout_saved layout_deleted"
    );
}

#[test]
fn relay_receipts_and_repairs() {
    same(
        &Relay {
            enrolment: Some(Enrolment {
                agent_id: "0123456789abcdef".into(),
                public_base: "https://r".into(),
                redirect_uri: "https://r/c".into(),
                webhook_address: "https://r/w".into(),
                host_owner: false,
            }),
            connected_since: Some(at("2026-11-23T10:42:00Z")),
            problem: None,
            action: None,
            barred: Some(Barred::OtherCopy),
        },
        json!({"enrolment": {"agent_id": "0123456789abcdef", "public_base": "https://r", "redirect_uri": "https://r/c",
            "webhook_address": "https://r/w", "host_owner": false},
            "connected_since": "2026-11-23T10:42:00Z", "problem": null, "action": null, "barred": "other_copy"}),
    );
    same(
        &Enrol {
            relay_url: "https://r".into(),
            invite: "i".into(),
        },
        json!({"relay_url": "https://r", "invite": "i"}),
    );
    same(&Leave { unheard: true }, json!({"unheard": true}));
    same(
        &Site {
            files: vec![SiteFile {
                name: "google00.html".into(),
                url: "https://r/google00.html".into(),
                content: "google-site-verification: google00.html".into(),
            }],
            tags: vec!["t".into()],
        },
        json!({"files": [{"name": "google00.html", "url": "https://r/google00.html",
            "content": "google-site-verification: google00.html"}], "tags": ["t"]}),
    );
    let entries = vec!["google00.html".into()];
    same(&SaveSite { entries }, json!({"entries": ["google00.html"]}));
    let receipt = Receipt {
        display: display(),
        room: room(),
        hash: "00".into(),
        webhook_at: Some(at("2026-11-23T10:42:00.000001Z")),
        hint_at: Some(at("2026-11-23T10:42:00.002Z")),
        listed_at: Some(at("2026-11-23T10:42:00.030Z")),
        rendered_at: Some(at("2026-11-23T10:42:00.035Z")),
        stored_at: Some(at("2026-11-23T10:42:00.050Z")),
        displayed_at: at("2026-11-23T10:42:00.060Z"),
    };
    assert_eq!(receipt.latency_ms(), Some(60));
    same(
        &Receipts {
            receipts: vec![receipt],
        },
        json!({"receipts": [{"display": DISPLAY, "room": ROOM, "hash": "00",
            "webhook_at": "2026-11-23T10:42:00.000001Z", "hint_at": "2026-11-23T10:42:00.002Z",
            "listed_at": "2026-11-23T10:42:00.03Z", "rendered_at": "2026-11-23T10:42:00.035Z",
            "stored_at": "2026-11-23T10:42:00.05Z", "displayed_at": "2026-11-23T10:42:00.06Z"}]}),
    );
    same(
        &Repairs {
            repairs: vec![Repair {
                code: RepairCode::RelayDown,
                what: "w".into(),
                consequence: "c".into(),
                action: "a".into(),
                page: "/settings/relay".into(),
                since: None,
            }],
        },
        json!({"repairs": [{"code": "relay_down", "what": "w", "consequence": "c", "action": "a",
            "page": "/settings/relay", "since": null}]}),
    );
}
