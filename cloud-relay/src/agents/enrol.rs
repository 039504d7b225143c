//! `POST /enrol`: a one-time invite and a key against an id, addresses and keys.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use relay_contract::call::MAX_EPOCH;
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::error::ErrorCode;
use relay_contract::id::AgentId;
use relay_contract::invite::{Invite, InviteError};
use tracing::info;

use crate::caller::Signed;
use crate::downlink::Downlink;
use crate::machine::{bytes, now};
use crate::relay::Relay;
use crate::respond::{Refusal, read_body};
use crate::store::{EnrolOutcome, NewAgent, Store};

pub(crate) async fn enrol<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    body: Bytes,
) -> Result<Json<Enrolled>, Refusal> {
    let config = &relay.config;
    let request: EnrolRequest = read_body(&body, "an enrolment as agents send it")?;
    let invite = Invite::verify(&config.masters, &request.invite, now()).map_err(|error| {
        let code = match error {
            InviteError::Invalid => ErrorCode::InviteInvalid,
            InviteError::Expired => ErrorCode::InviteExpired,
        };
        Refusal::new(code, error.to_string())
    })?;
    if request.proven_key(&config.host).is_none() {
        let message = format!(
            "the proof of the agent's key was made for another relay; enrol at https://{}, the relay's own name",
            config.host
        );
        return Err(Refusal::new(ErrorCode::ProofInvalid, message));
    }
    if request.epoch > MAX_EPOCH {
        let message = format!("an agent's epoch is at most {MAX_EPOCH}");
        return Err(Refusal::new(ErrorCode::Malformed, message));
    }
    let new = NewAgent {
        candidate: AgentId::from_random(bytes()),
        former: request.proven_former(&config.masters).cloned(),
        invite: invite.nonce,
        host_owner: invite.host_owner,
        public_key: request.public_key,
        epoch: request.epoch,
        instance: request.instance,
    };
    let EnrolOutcome::Agent(agent) = relay.store.enrol(&new).await? else {
        let message = "this invite has been used by another agent; ask for a new one";
        return Err(Refusal::new(ErrorCode::InviteUsed, message));
    };
    info!(agent = %agent, host_owner = invite.host_owner, "enrolled");
    enrolled(&relay, agent).await
}

/// `GET /enrolment`: the same as it is today, for an agent that hears of a new master or has lost sight of its addresses.
pub(crate) async fn enrolment<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<Enrolled>, Refusal> {
    enrolled(&relay, signed.caller.id().clone()).await
}

async fn enrolled<S: Store, D>(
    relay: &Relay<S, D>,
    agent: AgentId,
) -> Result<Json<Enrolled>, Refusal> {
    let config = &relay.config;
    let host_owner = relay.store.host_owner().await?.as_ref() == Some(&agent);
    Ok(Json(Enrolled {
        keys: config.masters.agent_keys(&agent),
        agent,
        api_base: config.api_base.clone(),
        ws_url: config.ws_url.clone(),
        public_base: config.public_base.clone(),
        host_owner,
    }))
}
