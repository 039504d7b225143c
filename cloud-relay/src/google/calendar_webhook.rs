//! `POST /google/calendar/{agent}`: "something changed on this channel".
//!
//! The token is a MAC, so that a forgery costs no store access. What is genuine is one write (the channel's highest
//! number) and one read (where the agent listens, and whether it is served). 200 only after the write; a failed write is 503, which Google
//! repeats, and never 429, on which it gives up.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use relay_contract::id::AgentId;
use relay_contract::inbox::Hint;
use relay_contract::webhook::{MAX_CHANNEL_ID, MAX_TOKEN, verify};
use tracing::{debug, error, info, warn};

use crate::downlink::Downlink;
use crate::gate::Admission;
use crate::machine::now;
use crate::relay::{Hinted, Relay};
use crate::store::{Change, Store, hour_of};

/// A signal that nobody has fetched for a week is overtaken by the periodic lists long since.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Google's longest is `not_exists`.
const MAX_STATE: usize = 32;
const MAX_NUMBER: usize = 20;
/// Google's are 27 characters.
const MAX_RESOURCE: usize = 128;

type Answer = (StatusCode, &'static str);

pub(crate) async fn take<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    Path(agent): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Answer> {
    let received_at = now();
    // The same answer as for a stranger's token: who asks learns nothing of who is enrolled.
    let unknown: Answer = (StatusCode::NOT_FOUND, "no such channel\n");
    let agent: AgentId = agent.parse().map_err(|_| unknown)?;
    let channel = one(&headers, "x-goog-channel-id", MAX_CHANNEL_ID)?;
    let token = one(&headers, "x-goog-channel-token", MAX_TOKEN)?;
    if !verify(&relay.config.masters, &agent, channel, token) {
        debug!("a notification with a token that is not ours");
        return Err(unknown);
    }
    let number = one(&headers, "x-goog-message-number", MAX_NUMBER)?
        .parse()
        .ok()
        // SQLite's and DynamoDB's integers, and far beyond any number of Google's.
        .filter(|n| *n <= u64::MAX / 2)
        .ok_or((
            StatusCode::BAD_REQUEST,
            "x-goog-message-number is not a number\n",
        ))?;
    // `sync` is taken like any other: it proves that the path works.
    one(&headers, "x-goog-resource-state", MAX_STATE)?;

    match relay.gate.admit(&agent, received_at) {
        Admission::Admitted => {}
        Admission::Refused => return Err(unknown),
        Admission::OverQuota => {
            warn!(agent = %agent, "over its quota of webhooks; Google repeats them");
            return Err((
                StatusCode::SERVICE_UNAVAILABLE,
                "too many at once, try again\n",
            ));
        }
    }
    let expires = received_at.saturating_add(KEPT).unwrap_or(received_at);
    let change = Change {
        channel: channel.to_owned(),
        number,
        received_at,
        expires,
    };
    let first = relay
        .store
        .note_change(&agent, &change)
        .await
        .map_err(|error| {
            error!(agent = %agent, %error, "a notification could not be stored; Google repeats it");
            (StatusCode::SERVICE_UNAVAILABLE, "try again\n")
        })?;
    let unacknowledged_s = received_at.duration_since(first).as_secs();
    info!(agent = %agent, unacknowledged_s, "took a notification");
    let hint = Hint::Calendar {
        channel: change.channel,
        number,
        received_at,
        resource: resource(&headers),
    };
    if relay.hint(&agent, &hint, received_at).await == Hinted::Refused {
        return Err(unknown);
    }
    if let Some(count) = relay.gate.count(&agent, received_at) {
        let counted = relay
            .store
            .count_webhooks(&agent, hour_of(received_at), count);
        if let Err(error) = counted.await {
            debug!(agent = %agent, %error, "some webhooks are missing in the operator's list");
        }
    }
    Ok(StatusCode::OK)
}

/// Google's name for what is watched, if it is a sound one. Handed on and kept by nobody.
fn resource(headers: &HeaderMap) -> Option<String> {
    let resource = one(headers, "x-goog-resource-id", MAX_RESOURCE).ok()?;
    Some(resource.to_owned())
}

/// A header that must be there once, as visible ASCII, and no longer than `max`.
fn one<'h>(headers: &'h HeaderMap, name: &'static str, max: usize) -> Result<&'h str, Answer> {
    let mut values = headers.get_all(name).iter();
    let refuse = |why| Err((StatusCode::BAD_REQUEST, why));
    let Some(value) = values.next() else {
        return refuse(
            "a header is missing; a notification has x-goog-channel-id, -channel-token, -message-number and -resource-state\n",
        );
    };
    if values.next().is_some() {
        return refuse(
            "a header is there twice; a notification has each of Google's headers once\n",
        );
    }
    match value.to_str() {
        Ok(text) if text.len() > max => refuse("a header is longer than Google makes it\n"),
        Ok("") => refuse("a header is empty\n"),
        Ok(text) => Ok(text),
        Err(_) => refuse("a header is not visible ASCII\n"),
    }
}
