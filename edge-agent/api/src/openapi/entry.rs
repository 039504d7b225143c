//! Claiming, signing in, and one's own account.

use super::operation::{Operation, delete, get, post, put};
use crate::account::{Claim, Health, Session, SetupState, SignIn};
use crate::route;
use crate::users::{
    ChangePassword, ConfirmSecondFactor, DropSecondFactor, RecoveryCodes, SecondFactor,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(route::HEALTH, "Whether the agent works")
            .gives::<Health>()
            .open(),
        get(
            route::SETUP,
            "Whether the agent is claimed, and where its setup token is",
        )
        .gives::<SetupState>()
        .open(),
        post(
            route::SETUP,
            "Claim the agent; its owner is signed in at once",
        )
        .takes::<Claim>()
        .gives::<Session>()
        .open(),
        get(route::SESSION, "Who is signed in").gives::<Session>(),
        post(
            route::SESSION,
            "Sign in; the answer sets the session's cookie",
        )
        .takes::<SignIn>()
        .gives::<Session>()
        .open(),
        delete(route::SESSION, "Sign out"),
        put(route::OWN_PASSWORD, "Change one's own password").takes::<ChangePassword>(),
        post(
            route::OWN_SECOND_FACTOR,
            "Draw a secret for an authenticator; nothing changes yet",
        )
        .gives::<SecondFactor>(),
        put(
            route::OWN_SECOND_FACTOR,
            "Ask for a one-time code at every sign-in from now on",
        )
        .takes::<ConfirmSecondFactor>()
        .gives::<RecoveryCodes>(),
        delete(
            route::OWN_SECOND_FACTOR,
            "Sign in with the password only again",
        )
        .takes::<DropSecondFactor>(),
    ]
}
