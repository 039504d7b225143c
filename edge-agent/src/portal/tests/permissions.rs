//! Every route with the least role that it takes, tried with every role.

use edge_api::error::ErrorCode;
use edge_api::route;
use edge_api::users::Role;
use http::Method;
use serde_json::json;

use super::house::{House, PASSWORD, with};

/// Nobody has to be signed in for these.
const OPEN: &[&str] = &[route::HEALTH, route::SETUP, route::SECURITY_CONFIRM];

const D: Method = Method::DELETE;
const G: Method = Method::GET;
const P: Method = Method::POST;
const U: Method = Method::PUT;

fn rows() -> Vec<(&'static str, Vec<(Method, Role)>)> {
    use Role::{Admin, FacilityManager as Facility, Viewer};
    vec![
        (route::SIGNS, vec![(G, Viewer)]),
        (route::GLASS, vec![(G, Viewer)]),
        (route::LINK, vec![(U, Facility), (D, Facility)]),
        (route::IDENTIFY, vec![(P, Facility)]),
        (route::SETTINGS, vec![(G, Viewer), (U, Facility)]),
        (route::HISTORY, vec![(G, Viewer)]),
        (route::HISTORY_PICTURE, vec![(G, Viewer)]),
        (route::HISTORY_DAYS, vec![(G, Viewer), (U, Admin)]),
        (route::PICTURE, vec![(U, Facility), (D, Facility)]),
        (route::ANNOUNCEMENTS, vec![(G, Viewer), (P, Facility)]),
        (route::ANNOUNCEMENT, vec![(D, Facility)]),
        (route::LAYOUTS, vec![(G, Viewer), (P, Facility)]),
        (
            route::LAYOUT,
            vec![(G, Viewer), (U, Facility), (D, Facility)],
        ),
        (route::PREVIEW, vec![(P, Facility)]),
        (route::CHECK_LAYOUT, vec![(P, Facility)]),
        (route::ROOM_SETTINGS, vec![(G, Viewer), (U, Facility)]),
        (route::ROOMS, vec![(G, Viewer), (P, Facility)]),
        (route::HUBS, vec![(G, Viewer)]),
        (route::HUB, vec![(U, Facility), (D, Admin)]),
        (route::HUB_REBOOT, vec![(P, Facility)]),
        (route::HUB_LOG, vec![(G, Facility)]),
        (route::PAIRING, vec![(P, Facility), (D, Facility)]),
        (route::INTEGRATION, vec![(G, Viewer)]),
        (route::GOOGLE_APP, vec![(U, Admin)]),
        (route::GOOGLE_APP_FILE, vec![(P, Admin)]),
        (route::GUIDE, vec![(G, Viewer)]),
        (route::GUIDE_TEST, vec![(P, Admin)]),
        (route::FLOWS, vec![(P, Admin)]),
        (route::FLOW_FINISH, vec![(P, Admin)]),
        (route::ACCOUNT, vec![(D, Admin)]),
        (route::RELAY, vec![(G, Viewer)]),
        (route::ENROL, vec![(P, Admin)]),
        (route::RELAY_KEY, vec![(P, Admin)]),
        (route::RELAY_TAKE_OVER, vec![(P, Admin)]),
        (route::RELAY_LEAVE, vec![(P, Admin)]),
        (route::RELAY_SITE, vec![(G, Admin), (U, Admin)]),
        (route::OUTBOUND, vec![(G, Admin)]),
        (route::OUTBOUND_PROXY, vec![(U, Admin), (D, Admin)]),
        (route::OUTBOUND_AUTHORITIES, vec![(U, Admin), (D, Admin)]),
        (route::OUTBOUND_TEST, vec![(P, Admin)]),
        (route::SECURITY, vec![(G, Admin)]),
        (route::SECURITY_PREVIEW, vec![(P, Admin)]),
        (route::SECURITY_TRIAL, vec![(P, Admin), (D, Admin)]),
        (route::DOMAIN_PROBE, vec![(P, Admin)]),
        (route::ONE_SESSION, vec![(D, Admin)]),
        (route::OWN_PASSWORD, vec![(U, Viewer)]),
        (
            route::OWN_SECOND_FACTOR,
            vec![(P, Viewer), (U, Viewer), (D, Viewer)],
        ),
        (route::USERS, vec![(G, Admin), (P, Admin)]),
        (route::USER, vec![(U, Admin), (D, Admin)]),
        (route::USER_PASSWORD, vec![(U, Admin)]),
        (route::USER_SECOND_FACTOR, vec![(D, Admin)]),
        (route::TOKENS, vec![(G, Admin), (P, Admin)]),
        (route::TOKEN, vec![(D, Admin)]),
        (route::REPAIRS, vec![(G, Viewer)]),
        (route::RECEIPTS, vec![(G, Viewer)]),
        (route::ACTIVITY, vec![(G, Admin)]),
        (route::ACTIVITY_EXPORT, vec![(G, Admin)]),
        (route::EVENTS, vec![(G, Viewer)]),
        (route::OPENAPI, vec![(G, Viewer)]),
        // The last: it signs out.
        (route::SESSION, vec![(G, Viewer), (D, Viewer)]),
    ]
}

/// Every address in the contract.
fn contract() -> Vec<&'static str> {
    let source = include_str!("../../../api/src/route.rs");
    let quoted = source.split('"').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("/api/")).collect()
}

#[test]
fn every_route_of_the_contract_has_its_row() {
    let rows = rows();
    let known = |path: &&str| OPEN.contains(path) || rows.iter().any(|(row, _)| row == path);
    // The contract's own examples have their ids filled in already; its templates begin the same.
    let missing: Vec<_> = contract().into_iter().filter(|path| !known(path)).collect();
    assert!(missing.is_empty(), "give these a row each: {missing:?}");
}

#[tokio::test]
async fn each_role_does_what_it_may_and_no_more() {
    let (house, owner) = House::claimed().await;
    let mut callers = vec![(Role::Owner, owner.clone())];
    for role in [Role::Viewer, Role::FacilityManager, Role::Admin] {
        let user = json!({"name": role.as_str(), "role": role, "password": PASSWORD});
        let made = house.post(route::USERS, Some(&owner), &user).await;
        assert_eq!(made.status, http::StatusCode::OK, "{made:?}");
        let sign_in = json!({"name": role.as_str(), "password": PASSWORD});
        let signed_in = house.post(route::SESSION, None, &sign_in).await;
        callers.push((role, signed_in.cookie()));
    }
    for (path, methods) in rows() {
        for (method, least) in methods {
            for (role, cookie) in &callers {
                // It would ask the whole Internet.
                if path == route::OUTBOUND_TEST && *role >= least {
                    continue;
                }
                let concrete = path
                    .replace("{id}", "disp_01ARZ3NDEKTSV4RRFFQ69G5FAV")
                    .replace("{name}", "nonsense")
                    .replace("{hash}", "nonsense");
                let request = house.request(method.clone(), &concrete);
                let answer = with(request, Some(cookie)).send().await.unwrap();
                let status = answer.status().as_u16();
                // A stream that is allowed never ends.
                let body = if status < 400 {
                    String::new()
                } else {
                    answer.text().await.unwrap()
                };
                let what = format!("{role:?}: {method} {path}: {status} {body}");
                let forbidden = body.contains("\"not_allowed\"");
                assert_eq!(forbidden, *role < least, "{what}");
                assert_ne!(status, 401, "{what}");
                assert_ne!(status, 405, "{what}");
                assert!(
                    !forbidden || status == ErrorCode::NotAllowed.status(),
                    "{what}"
                );
            }
        }
    }
}
