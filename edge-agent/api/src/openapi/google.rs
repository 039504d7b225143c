//! The connection with Google, and the way there: relay, proxy, authorities.

use super::operation::{Operation, delete, get, post, put};
use crate::guide::{Audience, Guide, TestResult};
use crate::integration::{Account, ClientSecretPreview, FlowBegun, Integration, SaveGoogleApp};
use crate::outbound::{Outbound, SaveAuthorities, SaveProxy, Trials};
use crate::relay::{Enrol, Leave, Relay, SaveSite, Site};
use crate::route;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(
            route::INTEGRATION,
            "The Google app and the connected accounts",
        )
        .gives::<Integration>(),
        put(route::GOOGLE_APP, "Save the Google app")
            .takes::<SaveGoogleApp>()
            .gives::<Integration>(),
        post(
            route::GOOGLE_APP_FILE,
            "Read a client_secret.json; nothing is saved",
        )
        .takes_file(&["application/json"])
        .gives::<ClientSecretPreview>(),
        get(
            route::GUIDE,
            "The steps to a connected account, with the exact values",
        )
        .gives::<Guide>()
        .asks::<Audience>("audience", "Who may use the Google app"),
        post(route::GUIDE_TEST, "Try one step of the guide").gives::<TestResult>(),
        post(route::FLOWS, "Begin a sign-in with Google")
            .gives::<FlowBegun>()
            .asks::<bool>("rooms", "Also ask for the organisation's list of rooms"),
        post(route::FLOW_FINISH, "Finish a sign-in with Google").gives::<Account>(),
        delete(route::ACCOUNT, "Disconnect an account"),
    ]
}

pub(super) fn way_out() -> Vec<Operation> {
    vec![
        get(route::RELAY, "The relay, and the link to it").gives::<Relay>(),
        post(route::ENROL, "Enrol at a relay with an invite")
            .takes::<Enrol>()
            .gives::<Relay>(),
        post(
            route::RELAY_KEY,
            "Put a new key in the place of the agent's own",
        )
        .gives::<Relay>(),
        post(
            route::RELAY_TAKE_OVER,
            "Go on although another copy has taken over",
        )
        .gives::<Relay>(),
        post(route::RELAY_LEAVE, "Leave the relay")
            .takes::<Leave>()
            .gives::<Relay>(),
        get(
            route::RELAY_SITE,
            "What the relay shows to Google to verify its domain",
        )
        .gives::<Site>(),
        put(route::RELAY_SITE, "Set what the relay shows to Google")
            .takes::<SaveSite>()
            .gives::<Site>()
            .compares_version(),
        get(route::OUTBOUND, "Proxy and certificate authorities").gives::<Outbound>(),
        put(route::OUTBOUND_PROXY, "Set the proxy")
            .takes::<SaveProxy>()
            .gives::<Outbound>()
            .compares_version(),
        delete(route::OUTBOUND_PROXY, "Use no proxy")
            .gives::<Outbound>()
            .compares_version(),
        put(route::OUTBOUND_AUTHORITIES, "Add certificate authorities")
            .takes::<SaveAuthorities>()
            .gives::<Outbound>()
            .compares_version(),
        delete(route::OUTBOUND_AUTHORITIES, "Remove the added authorities")
            .gives::<Outbound>()
            .compares_version(),
        post(
            route::OUTBOUND_TEST,
            "Try the way to the relay and to Google",
        )
        .gives::<Trials>(),
    ]
}
