//! `POST /key` and `PUT /key-use`: new keys of an agent, and which it still uses.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use relay_contract::call::Done;
use relay_contract::error::ErrorCode;
use relay_contract::rotate::{KeyUse, MAX_KEY_VERSIONS, RotateKey};
use tracing::info;

use crate::caller::Signed;
use crate::downlink::Downlink;
use crate::relay::Relay;
use crate::respond::{Refusal, read_body};
use crate::store::Store;

pub(crate) async fn rotate<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<Done>, Refusal> {
    let body: RotateKey = read_body(&signed.body, "a new key as agents announce it")?;
    let agent = signed.caller.id();
    if body.proven_key(&relay.config.host, agent).is_none() {
        let message = "the proof does not show that this agent has the new key";
        return Err(Refusal::new(ErrorCode::ProofInvalid, message));
    }
    if !relay.store.announce_key(agent, &body.public_key).await? {
        return Err(Refusal::left());
    }
    info!(agent = %agent, "announced a new key");
    Ok(Json(Done {}))
}

pub(crate) async fn note_use<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<Done>, Refusal> {
    let body: KeyUse = read_body(&signed.body, "a use of keys as agents tell it")?;
    if body.channels.len() > MAX_KEY_VERSIONS {
        let message = format!("an agent has channels of at most {MAX_KEY_VERSIONS} key versions");
        return Err(Refusal::new(ErrorCode::TooLarge, message));
    }
    relay.store.note_key_use(signed.caller.id(), &body).await?;
    Ok(Json(Done {}))
}
