//! `PUT /origins`: where an agent's browsers may be sent back to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use relay_contract::error::ErrorCode;
use relay_contract::origin::{MAX_ORIGINS, Origins, SetOrigins};

use crate::caller::Signed;
use crate::downlink::Downlink;
use crate::relay::Relay;
use crate::respond::Refusal;
use crate::store::Store;

pub(crate) async fn set<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<Origins>, Refusal> {
    let body: SetOrigins = serde_json::from_slice(&signed.body)
        .map_err(|error| Refusal::new(ErrorCode::OriginInvalid, error.to_string()))?;
    if body.origins.len() > MAX_ORIGINS {
        let message = format!("an agent has at most {MAX_ORIGINS} portal origins");
        return Err(Refusal::new(ErrorCode::OriginInvalid, message));
    }
    let origins = relay
        .store
        .set_origins(signed.caller.id(), &body.origins)
        .await?;
    let origins = origins.ok_or_else(Refusal::left)?;
    Ok(Json(Origins { origins }))
}
