//! The gateways that drive displays.

use super::operation::{Operation, delete, get, post, put};
use crate::hubs::{HubLog, Hubs, Pair, Pairing, Rename};
use crate::route;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(route::HUBS, "Every hub, and whether one is being paired").gives::<Hubs>(),
        post(
            route::PAIRING,
            "Wait for the hub with a code, or draw a code for one",
        )
        .takes::<Pair>()
        .gives::<Pairing>(),
        delete(route::PAIRING, "Wait for no hub any more"),
        put(route::HUB, "Give a hub another name").takes::<Rename>(),
        delete(route::HUB, "Forget a hub and its displays"),
        post(route::HUB_REBOOT, "Let a hub's program start again"),
        get(route::HUB_LOG, "What a hub has noticed lately").gives::<HubLog>(),
    ]
}
