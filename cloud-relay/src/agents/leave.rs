//! `POST /leave`: the relay forgets an agent.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use relay_contract::call::Done;
use tracing::info;

use crate::caller::Signed;
use crate::downlink::Downlink;
use crate::relay::Relay;
use crate::respond::Refusal;
use crate::store::Store;

pub(crate) async fn leave<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<Done>, Refusal> {
    let agent = signed.caller.id();
    let connection = relay.store.remove(agent).await?.flatten();
    if let Some(connection) = connection {
        relay.downlink.close(&connection).await;
    }
    info!(agent = %agent, "left");
    Ok(Json(Done {}))
}
