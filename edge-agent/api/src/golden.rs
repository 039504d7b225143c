//! Golden JSON: what is on the wire, written so that a person can read it. A change here is a change for scripts.

mod guide;
mod identity;
mod pages;
mod signs;
mod users;
mod way_out;

use std::fmt::Debug;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::account::{Claim, Health, Session, SetupState, SignIn};
use crate::activity::Action;
use crate::error::{ErrorBody, ErrorCode};
use crate::events::Event;
use crate::id::{DisplayId, HubId, RoomId};
use crate::integration::{ClientSecretPreview, SaveGoogleApp};
use crate::outbound::SaveProxy;
use crate::relay::Enrol;
use crate::repairs::RepairCode;
use crate::route;
use crate::signs::SignProblemCode;

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
400 relay_address, 400 proxy_invalid, 400 authorities_invalid, 400 certificate_invalid, 400 name_invalid, \
400 site_verification, 400 layout_invalid, 400 picture_invalid, 400 wrong_code, 401 signed_out, \
401 wrong_credentials, 401 second_factor_needed, 403 not_allowed, 403 wrong_password, 403 not_claimed, \
403 wrong_setup_token, 403 cross_site, 403 flow_other_browser, 404 not_found, 405 method_not_allowed, \
409 already_claimed, 409 name_taken, 409 last_owner, 409 not_enrolled, 409 already_enrolled, 409 not_host_owner, \
409 google_app_missing, 409 origin_unknown, 409 flow_gone, 409 flow_pending, 409 flow_denied, \
409 scopes_missing, 409 certificate_from_files, 409 trial_running, 409 trial_gone, 409 trial_unproven, \
409 hub_offline, 409 layout_shipped, 409 layout_in_use, 412 layout_changed, 412 changed_meanwhile, \
413 too_large, 421 wrong_host, 429 too_many_tries, 500 internal, \
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
            code: None,
        },
        json!({"name": "ada", "password": "P"}),
    );
    same(
        &Session {
            name: "ada".into(),
            role: crate::users::Role::Owner,
            created_at: at("2026-11-23T10:42:00Z"),
            ends_at: at("2026-12-23T10:42:00Z"),
        },
        json!({"name": "ada", "role": "owner", "created_at": "2026-11-23T10:42:00Z", "ends_at": "2026-12-23T10:42:00Z"}),
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
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        Claim {
            setup_token: "SECRET".into(),
            name: "n".into(),
            password: "SECRET".into()
        },
        SignIn {
            name: "n".into(),
            password: "SECRET".into(),
            code: Some("SECRET".into()),
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
            warnings: vec![],
            differences: vec![]
        },
        Enrol {
            relay_url: "https://r".into(),
            invite: "SECRET".into()
        },
        SaveProxy {
            address: "p:1".into(),
            user: Some("u".into()),
            password: Some("SECRET".into()),
            direct: vec![]
        },
    );
    assert!(!shown.contains("SECRET"), "{shown}");
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
        Event::Layouts,
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
