//! Proof that a call comes from an enrolled agent, and that no newer copy of it has taken over.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, Uri, header};
use ed25519_dalek::VerifyingKey;
use jiff::SignedDuration;
use relay_contract::call::{Call, CallError, Unchecked};
use relay_contract::error::ErrorCode;
use relay_contract::id::AgentId;
use relay_contract::route;
use tracing::debug;

use crate::downlink::Downlink;
use crate::machine::now;
use crate::relay::Relay;
use crate::respond::Refusal;
use crate::store::{Agents, Status, Store};

/// That an agent has called is written so often at most; its pulls come about as often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// An agent that has proven who it is; only [`authenticate`] makes one.
#[derive(Clone, Debug)]
pub(crate) struct AgentCaller {
    id: AgentId,
    epoch: u64,
}

impl AgentCaller {
    pub(crate) fn id(&self) -> &AgentId {
        &self.id
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }
}

/// Checks signature, binding, time and incarnation of a call; `path_and_query` is below the agents' base.
pub(crate) async fn authenticate<S: Agents, D>(
    relay: &Relay<S, D>,
    headers: &HeaderMap,
    call: &Call<'_>,
) -> Result<AgentCaller, Refusal> {
    let stranger = || {
        let message =
            "the call is not signed by an agent of this relay; enrol again with a new invite";
        Refusal::new(ErrorCode::Unauthorised, message)
    };
    let unchecked = bearer(headers)
        .and_then(|jwt| Unchecked::parse(jwt).ok())
        .ok_or_else(stranger)?;
    let id = unchecked.agent().clone();
    let record = relay.store.agent(&id).await?.ok_or_else(stranger)?;
    let now = now();
    let verify = |key: &[u8; 32]| {
        let key = VerifyingKey::from_bytes(key).map_err(|_| CallError::Signature)?;
        unchecked.verify(&key, &relay.config.host, call, now)
    };
    let claims = match (verify(&record.public_key), record.next_key) {
        (Err(CallError::Signature), Some(next)) => {
            let claims = verify(&next);
            // Its first use: from now on the old one is worth nothing.
            if claims.is_ok() && !relay.store.use_key(&id, &next).await? {
                return Err(stranger());
            }
            claims
        }
        (claims, _) => claims,
    };
    let claims = claims.map_err(|error| match error {
        CallError::Malformed | CallError::Signature => stranger(),
        CallError::OtherCall => Refusal::new(ErrorCode::Unauthorised, error.to_string()),
        CallError::Time => Refusal::new(ErrorCode::ClockSkew, error.to_string()),
    })?;
    if record.status == Status::Suspended && call.path_and_query != route::LEAVE {
        let message =
            "the operator of the relay has suspended this agent; ask whoever gave you the invite";
        return Err(Refusal::new(ErrorCode::Suspended, message));
    }

    let superseded = || {
        let message = "a newer copy of this agent has taken over, for example one restored from a backup; switch one of them off";
        Refusal::new(ErrorCode::Superseded, message)
    };
    if claims.epoch < record.epoch {
        return Err(superseded());
    }
    if claims.epoch == record.epoch && claims.instance != record.instance {
        let message = "another copy of this agent is enrolled with the same data; switch one of them off, or restore a backup on the one that shall go on";
        return Err(Refusal::new(ErrorCode::OtherInstance, message));
    }
    if claims.epoch > record.epoch {
        let store = &relay.store;
        let claimed = store
            .claim_epoch(&id, record.epoch, claims.epoch, &claims.instance)
            .await?;
        if !claimed {
            return Err(superseded());
        }
    }
    let noted = record
        .seen
        .is_some_and(|seen| now.duration_since(seen) < SEEN_EVERY);
    if !noted && let Err(error) = relay.store.note_seen(&id, now).await {
        debug!(agent = %id, %error, "the operator's list has an older time for this agent");
    }
    Ok(AgentCaller {
        id,
        epoch: claims.epoch,
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    value.strip_prefix("Bearer ")
}

/// A request with its body, proven to come from an agent.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) caller: AgentCaller,
    pub(crate) body: Bytes,
}

impl<S: Store, D: Downlink> FromRequest<Arc<Relay<S, D>>> for Signed {
    type Rejection = Refusal;

    async fn from_request(request: Request, relay: &Arc<Relay<S, D>>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let (method, uri, headers) = (
            parts.method.clone(),
            parts.uri.clone(),
            parts.headers.clone(),
        );
        let body = Bytes::from_request(Request::from_parts(parts, body), relay)
            .await
            .map_err(|_| {
                Refusal::new(
                    ErrorCode::TooLarge,
                    "the body is larger than the relay takes",
                )
            })?;
        let caller = authenticate_request(relay, &headers, &method, &uri, &body).await?;
        Ok(Self { caller, body })
    }
}

pub(crate) async fn authenticate_request<S: Agents, D>(
    relay: &Relay<S, D>,
    headers: &HeaderMap,
    method: &Method,
    uri: &Uri,
    body: &[u8],
) -> Result<AgentCaller, Refusal> {
    let whole = uri.path_and_query().map_or("/", |p| p.as_str());
    let path_and_query = whole.strip_prefix(route::AGENTS).unwrap_or(whole);
    authenticate(
        relay,
        headers,
        &Call {
            method: method.as_str(),
            path_and_query,
            body,
        },
    )
    .await
}
