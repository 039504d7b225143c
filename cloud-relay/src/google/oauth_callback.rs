//! `GET /oauth/google/callback/{agent}` (and the host owner's plain paths): Google sends the browser back.
//!
//! State checked, answer sealed to the agent's flow key and stored once, hint sent, browser sent on to the portal that
//! the sign-in began at. The relay sees the code for the length of this function and keeps it only sealed.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use relay_contract::answer::OAuthAnswer;
use relay_contract::encoding::to_base64url;
use relay_contract::inbox::Hint;
use relay_contract::route::portal_return;
use relay_contract::state::{OAuthState, StateError, verify};
use sha2::{Digest, Sha256};
use tracing::{error, info};

use super::query::Callback;
use super::seal::seal;
use crate::downlink::Downlink;
use crate::machine::now;
use crate::page::{Notice, redirect};
use crate::relay::{Hinted, Relay};
use crate::store::{Answer, Status, Store, StoreError};

/// An answer outlives its state by a little, so that no clock lets a state be used again.
const AFTER_EXPIRY: SignedDuration = SignedDuration::from_secs(60);

const AGAIN: &str = "Go back to the portal and press Connect again.";

/// Why the browser is not sent on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// In words for the person.
    Page(StatusCode, &'static str),
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let (status, why) = match self {
            Self::Page(status, why) => (status, why),
            Self::Store(error) => {
                error!(%error, "an answer of Google's could not be stored");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The relay could not keep Google's answer just now.",
                )
            }
        };
        Notice {
            status,
            title: "Signing in did not work",
            paragraphs: &[why, AGAIN],
            ..Notice::default()
        }
        .into_response()
    }
}

/// The agent's own redirect URI.
pub(crate) async fn take<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    Path(agent): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Stop> {
    let (callback, state) = check(&relay, pairs)?;
    if state.agent().as_str() != agent {
        let why = "This answer belongs to another Placard than the address it came to.";
        return Err(Stop::Page(StatusCode::BAD_REQUEST, why));
    }
    finish(&relay, callback, &state).await
}

/// The plain path and `/m`, which belong to the host owner.
pub(crate) async fn take_for_host_owner<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Stop> {
    let (callback, state) = check(&relay, pairs)?;
    if relay.store.host_owner().await?.as_ref() != Some(state.agent()) {
        let why = "This address belongs to the Placard that owns this domain; yours has a redirect URI of its own, shown in its portal. Register that one at Google.";
        return Err(Stop::Page(StatusCode::BAD_REQUEST, why));
    }
    finish(&relay, callback, &state).await
}

fn check<S, D>(
    relay: &Relay<S, D>,
    pairs: Vec<(String, String)>,
) -> Result<(Callback, OAuthState), Stop> {
    let callback = Callback::read(pairs).map_err(|(status, why)| Stop::Page(status, why))?;
    let state =
        verify(&relay.config.masters, &callback.state, now()).map_err(|error| match error {
            StateError::Malformed | StateError::Forged => Stop::Page(
                StatusCode::BAD_REQUEST,
                "This answer does not belong to a sign-in that a Placard of this relay began.",
            ),
            StateError::Expired => Stop::Page(
                StatusCode::GONE,
                "The sign-in took longer than ten minutes, so it is no longer valid.",
            ),
        })?;
    Ok((callback, state))
}

async fn finish<S: Store, D: Downlink>(
    relay: &Relay<S, D>,
    callback: Callback,
    state: &OAuthState,
) -> Result<Response, Stop> {
    let agent = state.agent();
    let record = relay.store.agent(agent).await?.ok_or(Stop::Page(
        StatusCode::GONE,
        "The Placard that began this sign-in has left this relay.",
    ))?;
    if record.status == Status::Suspended {
        let why = "The operator of this relay has suspended the Placard that began this sign-in; ask them first.";
        return Err(Stop::Page(StatusCode::FORBIDDEN, why));
    }
    let origin = record
        .origins
        .into_iter()
        .find(|o| o.id == state.origin())
        .ok_or(Stop::Page(
            StatusCode::GONE,
            "The portal is no longer at the address that this sign-in began at.",
        ))?
        .origin;
    let answer = OAuthAnswer {
        outcome: callback.outcome,
        scope: callback.scope,
        state: callback.state,
    };
    let sealed = seal(state.flow_key(), &answer).ok_or(Stop::Page(
        StatusCode::BAD_REQUEST,
        "This sign-in was begun with a key that cannot be used.",
    ))?;
    let id = to_base64url(&Sha256::digest(answer.state.as_bytes()));
    let stored = Answer {
        id: id.clone(),
        state: answer.state,
        sealed,
        received_at: now(),
        expires: state
            .expiry()
            .saturating_add(AFTER_EXPIRY)
            .unwrap_or(state.expiry()),
    };
    if !relay.store.keep_answer(agent, &stored).await? {
        let why = "This answer of Google's has been taken before. If the portal does not show the account as connected, the sign-in was interrupted.";
        return Err(Stop::Page(StatusCode::CONFLICT, why));
    }
    let hinted = relay.hint(agent, &Hint::Oauth { id }, now()).await;
    info!(agent = %agent, ?hinted, "took an answer to a sign-in");
    let address = portal_return(origin.as_str(), &state.flow_id());
    let go_on = format!("Continue to {origin}");
    if hinted == Hinted::Away {
        return Ok(Notice {
            title: "Your Placard is not connected just now",
            paragraphs: &[
                "Google's answer has arrived. It is kept here, sealed for your Placard alone, until ten minutes after you pressed Connect.",
                "See that the Placard server is running and reaches the Internet, then continue. After the ten minutes, press Connect again.",
            ],
            link: Some((&address, &go_on)),
            ..Notice::default()
        }
        .into_response());
    }
    if relay.store.host_owner().await?.as_ref() == Some(agent) {
        return Ok(redirect(&address));
    }
    // This domain is not the destination's, so nobody is sent there without having seen where.
    let goes_to = format!("You are about to return to {origin}.");
    Ok(Notice {
        title: "Back to your Placard",
        paragraphs: &[
            &goes_to,
            "Go on only if this is the portal that you came from.",
        ],
        link: Some((&address, &go_on)),
        ..Notice::default()
    }
    .into_response())
}
