//! What each role may do: the one table. A route that is not in it may be read by everybody who is signed in, and used
//! to change something by admins only, so that a forgotten row locks somebody out and lets nobody in.

use edge_api::route;
use edge_api::users::Role;
use http::Method;

/// Reading these takes more than being signed in: they tell of people, addresses and secrets' shadows.
const READ_BY_ADMINS: &[&str] = &[
    route::SECURITY,
    route::ACTIVITY,
    route::ACTIVITY_EXPORT,
    route::USERS,
    route::TOKENS,
    route::OUTBOUND,
    route::RELAY_SITE,
];

/// Everybody does these to their own account.
const OWN: &[&str] = &[
    route::SESSION,
    route::OWN_PASSWORD,
    route::OWN_SECOND_FACTOR,
];

/// The building's daily work: all below these.
const DAILY: &[&str] = &[
    "/api/v1/displays/",
    "/api/v1/rooms",
    "/api/v1/layouts",
    "/api/v1/announcements",
    route::PAIRING,
    route::HUB_REBOOT,
    route::HUB_LOG,
];

/// The least role for a request to `path`, a route's template.
pub(super) fn least(method: &Method, path: &str) -> Role {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let daily = DAILY.iter().any(|below| path.starts_with(below));
    match () {
        () if OWN.contains(&path) => Role::Viewer,
        () if reads && READ_BY_ADMINS.contains(&path) => Role::Admin,
        () if path == route::HUB_LOG => Role::FacilityManager,
        () if reads => Role::Viewer,
        () if daily || (path == route::HUB && *method == Method::PUT) => Role::FacilityManager,
        () => Role::Admin,
    }
}
