//! What is left to set up, in the order in which it can be done. Pure.

use edge_api::hubs::Hubs;
use edge_api::integration::{AccountState, Integration};
use edge_api::relay::Relay;
use edge_api::signs::Signs;

use crate::route::Page;
use crate::words::signs;

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    Done,
    /// The first that is not done.
    Next,
    Later,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// The value it has, or what is missing.
    pub(crate) detail: String,
    pub(crate) stand: Stand,
    /// Where it is done.
    pub(crate) page: Page,
}

/// The steps; empty once all are done.
pub(crate) fn steps(
    relay: &Relay,
    integration: &Integration,
    hubs: &Hubs,
    signs: &Signs,
) -> Vec<Step> {
    let relay = relay
        .enrolment
        .as_ref()
        .map(|enrolment| host(&enrolment.public_base).to_owned());
    let app = integration
        .app
        .as_ref()
        .map(|app| app.project.clone().unwrap_or_else(|| app.client_id.clone()));
    let account = integration
        .accounts
        .iter()
        .find(|account| account.state == AccountState::Connected)
        .map(|account| account.email.clone());
    let hub = (!hubs.hubs.is_empty()).then(|| format!("{} paired", hubs.hubs.len()));
    let linked = signs
        .signs
        .iter()
        .filter(|sign| sign.room.is_some())
        .count();
    let of = format!("{linked} of {} linked", signs.signs.len());
    let all_linked = linked == signs.signs.len() && linked > 0;

    let states = [
        (
            signs::STEP_RELAY,
            relay.ok_or_else(|| signs::NOT_SET_UP.to_owned()),
            Page::Relay,
        ),
        (
            signs::STEP_APP,
            app.ok_or_else(|| signs::NOT_SET_UP.to_owned()),
            Page::Integration,
        ),
        (
            signs::STEP_WORKSPACE,
            account.ok_or_else(|| signs::NOT_CONNECTED.to_owned()),
            Page::Integration,
        ),
        (
            signs::STEP_HUB,
            hub.ok_or_else(|| signs::NOT_PAIRED.to_owned()),
            Page::Hubs,
        ),
        (
            signs::STEP_LINK,
            if all_linked { Ok(of) } else { Err(of) },
            Page::Signs,
        ),
    ];
    if states.iter().all(|(_, state, _)| state.is_ok()) {
        return Vec::new();
    }
    let mut next = Stand::Next;
    states
        .into_iter()
        .map(|(name, state, page)| match state {
            Ok(detail) => Step {
                name,
                detail,
                stand: Stand::Done,
                page,
            },
            Err(detail) => Step {
                name,
                detail,
                stand: std::mem::replace(&mut next, Stand::Later),
                page,
            },
        })
        .collect()
}

/// The host of an address, without scheme, port and path.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn world(
        enrolled: bool,
        app: bool,
        account: Option<&str>,
        hubs: usize,
        linked: &[bool],
    ) -> (Relay, Integration, Hubs, Signs) {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let enrolment = json!({"agent_id": "a", "public_base": "https://signs.example.org:8443/x", "redirect_uri": "r",
            "webhook_address": "w", "host_owner": true});
        let accounts: Vec<_> = account
            .iter()
            .map(|state| json!({"id": "1", "email": "a@b", "state": {"state": state, "why": "w"}}))
            .collect();
        let hub = json!({"id": "ab".repeat(32), "name": "N", "connected": true, "since": null, "last_seen": null,
            "address": null, "version": null, "displays": 1});
        let signs: Vec<_> = linked
            .iter()
            .map(|linked| {
                json!({"display": format!("disp_{id}"), "key": "k", "hub": "ab".repeat(32), "hub_name": "N",
                    "panel": "800x480", "room": linked.then(|| json!({"id": format!("room_{id}"), "name": "R"})),
                    "shown": null, "glass_url": null, "problem": null, "last_latency_ms": null})
            })
            .collect();
        let now = "2025-02-01T10:30:00Z";
        (
            serde_json::from_value(
                json!({"enrolment": enrolled.then_some(enrolment), "connected_since": null, "problem": null}),
            )
            .unwrap(),
            serde_json::from_value(json!({"redirect_uri": null,
                "app": app.then(|| json!({"client_id": "c", "project": null})), "accounts": accounts}))
            .unwrap(),
            serde_json::from_value(
                json!({"now": now, "listen": "l", "pairing": {"state": "idle"}, "hubs": vec![hub; hubs]}),
            )
            .unwrap(),
            serde_json::from_value(json!({"now": now, "signs": signs})).unwrap(),
        )
    }

    fn stands(world: &(Relay, Integration, Hubs, Signs)) -> Vec<Stand> {
        steps(&world.0, &world.1, &world.2, &world.3)
            .into_iter()
            .map(|step| step.stand)
            .collect()
    }

    #[test]
    fn only_the_first_open_step_is_next() {
        use Stand::{Done, Later, Next};
        assert_eq!(
            stands(&world(false, false, None, 0, &[])),
            [Next, Later, Later, Later, Later]
        );
        assert_eq!(
            stands(&world(true, true, None, 1, &[false])),
            [Done, Done, Next, Done, Later]
        );
        assert_eq!(
            stands(&world(true, true, Some("reconnect"), 1, &[true])),
            [Done, Done, Next, Done, Done]
        );
    }

    #[test]
    fn the_strip_goes_away_once_all_is_done() {
        assert_eq!(
            stands(&world(true, true, Some("connected"), 2, &[true, true])),
            []
        );
    }

    #[test]
    fn details_are_values_not_promises() {
        let (relay, integration, hubs, signs) =
            world(true, true, Some("connected"), 2, &[true, false]);
        let details: Vec<_> = steps(&relay, &integration, &hubs, &signs)
            .into_iter()
            .map(|step| step.detail)
            .collect();
        assert_eq!(
            details,
            ["signs.example.org", "c", "a@b", "2 paired", "1 of 2 linked"]
        );
    }

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(
            host("https://relay.localhost:4433/oauth"),
            "relay.localhost"
        );
        assert_eq!(host("plain"), "plain");
    }
}
