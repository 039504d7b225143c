//! Golden JSON: what is on the wire, written so that a person can read it. A change here is a change for scripts.

use std::fmt::Debug;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::account::{Claim, Health, Session, SetupState, SignIn};
use crate::activity::{Action, Activity, Entry};
use crate::error::{ErrorBody, ErrorCode};
use crate::events::Event;
use crate::hubs::{Hub, Hubs, Pair, Pairing};
use crate::id::{DisplayId, HubId, RoomId};
use crate::integration::{
    Account, AccountState, ClientSecretPreview, FlowBegun, GoogleApp, Integration, SaveGoogleApp,
};
use crate::receipts::{Receipt, Receipts};
use crate::relay::{Enrol, Enrolment, Relay};
use crate::repairs::{Repair, RepairCode, Repairs};
use crate::rooms::{Room, Rooms};
use crate::security::{Certificate, Security, SessionInfo};
use crate::signs::{Link, Shown, Sign, SignProblem, SignProblemCode, SignRoom, Signs};
use crate::{receipts, route};

const ROOM: &str = "room_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const DISPLAY: &str = "disp_01ARZ3NDEKTSV4RRFFQ69G5FAW";

fn room() -> RoomId {
    ROOM.parse().unwrap()
}

fn display() -> DisplayId {
    DISPLAY.parse().unwrap()
}

fn hub() -> HubId {
    "ab".repeat(32).parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[track_caller]
fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, wire: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), wire);
    assert_eq!(&serde_json::from_value::<T>(wire).unwrap(), value);
}

#[test]
fn the_list_of_error_codes_is_golden() {
    let list: Vec<String> = ErrorCode::ALL
        .iter()
        .map(|c| format!("{} {c}", c.status()))
        .collect();
    let golden = "\
400 bad_request, 400 weak_password, 400 client_secret_file, 400 google_app_invalid, 400 pairing_code, \
400 relay_address, 401 signed_out, 401 wrong_credentials, 403 not_claimed, 403 wrong_setup_token, 403 cross_site, \
403 flow_other_browser, 404 not_found, 405 method_not_allowed, 409 already_claimed, 409 not_enrolled, \
409 already_enrolled, 409 google_app_missing, 409 origin_unknown, 409 flow_gone, 409 flow_pending, 409 flow_denied, \
409 scopes_missing, 409 hub_offline, 413 too_large, 421 wrong_host, 429 too_many_tries, 500 internal, \
502 relay_refused, 502 google_refused, 503 unavailable, 504 relay_unreachable, 504 google_unreachable";
    assert_eq!(list.join(", "), golden);
    for code in ErrorCode::ALL {
        same(code, json!(code.as_str()));
    }
}

#[test]
fn a_word_of_a_newer_agent_is_read_as_unknown() {
    assert_eq!(
        serde_json::from_value::<ErrorCode>(json!("brand_new")).unwrap(),
        ErrorCode::Unknown
    );
    assert_eq!(
        serde_json::from_value::<Action>(json!("brand_new")).unwrap(),
        Action::Unknown
    );
    assert_eq!(
        serde_json::from_value::<RepairCode>(json!("brand_new")).unwrap(),
        RepairCode::Unknown
    );
    assert_eq!(
        serde_json::from_value::<SignProblemCode>(json!("brand_new")).unwrap(),
        SignProblemCode::Unknown
    );
}

#[test]
fn refusals() {
    same(
        &ErrorBody {
            code: ErrorCode::NotClaimed,
            message: "Nobody has claimed this agent yet.".into(),
            hint: "Open /setup.".into(),
            request_id: "01ARZ".into(),
        },
        json!({"code": "not_claimed", "message": "Nobody has claimed this agent yet.", "hint": "Open /setup.",
               "request_id": "01ARZ"}),
    );
}

#[test]
fn account() {
    same(
        &SetupState {
            claimed: false,
            agent_name: "placard.localhost".into(),
            token_file: Some("/var/lib/placard/setup-token".into()),
            token_command: Some("edge-agent setup-token --data /var/lib/placard".into()),
            version: "0.1.0".into(),
        },
        json!({"claimed": false, "agent_name": "placard.localhost", "token_file": "/var/lib/placard/setup-token",
               "token_command": "edge-agent setup-token --data /var/lib/placard", "version": "0.1.0"}),
    );
    same(
        &Claim {
            setup_token: "T".into(),
            name: "ada".into(),
            password: "P".into(),
        },
        json!({"setup_token": "T", "name": "ada", "password": "P"}),
    );
    same(
        &SignIn {
            name: "ada".into(),
            password: "P".into(),
        },
        json!({"name": "ada", "password": "P"}),
    );
    same(
        &Session {
            name: "ada".into(),
            created_at: at("2026-11-23T10:42:00Z"),
            ends_at: at("2026-12-23T10:42:00Z"),
        },
        json!({"name": "ada", "created_at": "2026-11-23T10:42:00Z", "ends_at": "2026-12-23T10:42:00Z"}),
    );
    same(
        &Health {
            status: "ok".into(),
            version: "0.1.0".into(),
        },
        json!({"status": "ok", "version": "0.1.0"}),
    );
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        Claim {
            setup_token: "SECRET".into(),
            name: "n".into(),
            password: "SECRET".into()
        },
        SignIn {
            name: "n".into(),
            password: "SECRET".into()
        },
        SaveGoogleApp {
            client_id: "i".into(),
            client_secret: "SECRET".into(),
            project: None
        },
        ClientSecretPreview {
            client_id: "i".into(),
            client_secret: "SECRET".into(),
            project: None,
            warnings: vec![]
        },
        Enrol {
            relay_url: "https://r".into(),
            invite: "SECRET".into()
        },
    );
    assert!(!shown.contains("SECRET"), "{shown}");
}

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
            }],
        },
        json!({"now": "2026-11-23T10:42:00Z", "rooms": [{"id": ROOM, "name": "Alder",
            "calendar": "c_1@resource.calendar.google.com", "zone": "Europe/Brussels", "displays": [DISPLAY],
            "verified_at": null, "stale": false}]}),
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
            }],
        },
        json!({"now": "2026-11-23T10:42:00Z", "listen": "0.0.0.0:7443",
            "pairing": {"state": "waiting", "until": "2026-11-23T10:52:00Z"},
            "hubs": [{"id": "ab".repeat(32), "name": "North", "connected": true, "since": "2026-11-23T10:00:00Z",
                "last_seen": null, "address": "192.0.2.7:4433", "version": "0.1.0", "displays": 4}]}),
    );
    same(
        &Pair {
            code: "ABCD".into(),
            name: None,
        },
        json!({"code": "ABCD", "name": null}),
    );
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
                },
                Account {
                    id: "2".into(),
                    email: "b@example.com".into(),
                    state: AccountState::Reconnect { why: "w".into() },
                },
            ],
        },
        json!({"redirect_uri": "https://relay.example.com/oauth/google/callback/0123456789abcdef",
            "app": {"client_id": "1.apps", "project": "signs"},
            "accounts": [{"id": "1", "email": "a@example.com", "state": {"state": "connected"}},
                {"id": "2", "email": "b@example.com", "state": {"state": "reconnect", "why": "w"}}]}),
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
        },
        json!({"client_id": "i", "client_secret": "s", "project": "p", "warnings": ["w"]}),
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
        &Security {
            now: at("2026-11-23T10:42:00Z"),
            certificate: Certificate {
                self_signed: true,
                names: vec!["placard.localhost".into(), "192.0.2.7".into()],
                not_before: at("2026-11-22T00:00:00Z"),
                not_after: at("2027-11-22T00:00:00Z"),
                fingerprint: "00:FF".into(),
            },
            origins: vec!["https://placard.localhost:8443".into()],
            sessions: vec![SessionInfo {
                created_at: at("2026-11-23T10:42:00Z"),
                last_seen: at("2026-11-23T10:42:00Z"),
                address: "192.0.2.9".into(),
                user_agent: "curl/8".into(),
                this: true,
            }],
        },
        json!({"now": "2026-11-23T10:42:00Z",
            "certificate": {"self_signed": true, "names": ["placard.localhost", "192.0.2.7"],
                "not_before": "2026-11-22T00:00:00Z", "not_after": "2027-11-22T00:00:00Z", "fingerprint": "00:FF"},
            "origins": ["https://placard.localhost:8443"],
            "sessions": [{"created_at": "2026-11-23T10:42:00Z", "last_seen": "2026-11-23T10:42:00Z",
                "address": "192.0.2.9", "user_agent": "curl/8", "this": true}]}),
    );
    same(
        &Activity {
            entries: vec![Entry {
                at: at("2026-11-23T10:42:00Z"),
                who: "ada".into(),
                action: Action::DisplayLinked,
                subject: "north-1 → Alder".into(),
                address: None,
            }],
        },
        json!({"entries": [{"at": "2026-11-23T10:42:00Z", "who": "ada", "action": "display_linked",
            "subject": "north-1 → Alder", "address": null}]}),
    );
    let words: Vec<&str> = Action::ALL.iter().map(|a| a.as_str()).collect();
    assert_eq!(
        words.join(" "),
        "claimed signed_in sign_in_refused signed_out admin_reset relay_enrolled google_app_saved account_connected \
         account_disconnected pairing_opened display_linked display_unlinked"
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
        },
        json!({"enrolment": {"agent_id": "0123456789abcdef", "public_base": "https://r", "redirect_uri": "https://r/c",
            "webhook_address": "https://r/w", "host_owner": false},
            "connected_since": "2026-11-23T10:42:00Z", "problem": null}),
    );
    same(
        &Enrol {
            relay_url: "https://r".into(),
            invite: "i".into(),
        },
        json!({"relay_url": "https://r", "invite": "i"}),
    );
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
    assert!(receipts::DEFAULT_LIMIT <= receipts::MAX_LIMIT);
}

#[test]
fn events_carry_their_name_and_the_list_of_names_is_complete() {
    let all = [
        Event::Everything,
        Event::Sign { display: display() },
        Event::Room { room: room() },
        Event::Hubs,
        Event::Integration,
        Event::Relay,
        Event::Receipt { display: display() },
    ];
    let names: Vec<&str> = all.iter().map(Event::name).collect();
    assert_eq!(names, Event::NAMES);
    for event in &all {
        assert_eq!(serde_json::to_value(event).unwrap()["kind"], event.name());
    }
    same(&all[0], json!({"kind": "everything"}));
    same(&all[1], json!({"kind": "sign", "display": DISPLAY}));
    same(&all[2], json!({"kind": "room", "room": ROOM}));
}

#[test]
fn an_id_from_an_address_cannot_leave_its_segment() {
    assert_eq!(
        route::flow_finish("../x?y"),
        "/api/v1/integration/google/flows/..%2Fx%3Fy/finish"
    );
}
