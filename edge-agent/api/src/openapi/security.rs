//! The portal's name and certificate, and who may use it.

use super::operation::{Operation, delete, get, post, put};
use crate::route;
use crate::security::{ConfirmTrial, DomainProbe, Preview, Security, Trial, Wanted};
use crate::users::{ChangeUser, MakeToken, NewToken, NewUser, SetPassword, Tokens, User, Users};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(
            route::SECURITY,
            "Name, certificate and sessions of the portal",
        )
        .gives::<Security>(),
        post(
            route::SECURITY_PREVIEW,
            "Look at another name or certificate; nothing changes",
        )
        .takes::<Wanted>()
        .gives::<Preview>(),
        post(
            route::SECURITY_TRIAL,
            "Try another name or certificate for a minute",
        )
        .takes::<Wanted>()
        .gives::<Trial>(),
        delete(route::SECURITY_TRIAL, "Take the trial back at once"),
        post(
            route::SECURITY_CONFIRM,
            "Keep what is tried out; only by the new name",
        )
        .takes::<ConfirmTrial>()
        .open(),
        post(route::DOMAIN_PROBE, "Test the public domain").gives::<DomainProbe>(),
        delete(route::ONE_SESSION, "End somebody's session"),
        get(route::USERS, "Everybody who may sign in").gives::<Users>(),
        post(route::USERS, "Make a user")
            .takes::<NewUser>()
            .gives::<User>(),
        put(route::USER, "Change name and role of a user")
            .takes::<ChangeUser>()
            .gives::<User>()
            .needs_version(),
        delete(route::USER, "Remove a user"),
        put(route::USER_PASSWORD, "Set somebody's password").takes::<SetPassword>(),
        delete(route::USER_SECOND_FACTOR, "Remove somebody's second factor"),
        get(route::TOKENS, "Every token for scripts").gives::<Tokens>(),
        post(route::TOKENS, "Make a token; its secret is shown this once")
            .takes::<MakeToken>()
            .gives::<NewToken>(),
        delete(route::TOKEN, "Delete a token"),
    ]
}
