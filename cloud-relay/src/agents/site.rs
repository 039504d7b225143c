//! `GET` and `PUT /site-verification`: what Google shall find on the relay's domain.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use relay_contract::error::ErrorCode;
use relay_contract::site::{MAX_SITE_ENTRIES, SiteVerification};
use tracing::info;

use crate::caller::Signed;
use crate::downlink::Downlink;
use crate::relay::Relay;
use crate::respond::Refusal;
use crate::store::Store;

pub(crate) async fn read<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<SiteVerification>, Refusal> {
    if relay.store.host_owner().await?.as_ref() != Some(signed.caller.id()) {
        return Err(not_host_owner());
    }
    Ok(Json(relay.store.site_verification().await?))
}

pub(crate) async fn set<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    signed: Signed,
) -> Result<Json<SiteVerification>, Refusal> {
    let site: SiteVerification = serde_json::from_slice(&signed.body)
        .map_err(|error| Refusal::new(ErrorCode::Malformed, error.to_string()))?;
    if site.files.len() > MAX_SITE_ENTRIES || site.tokens.len() > MAX_SITE_ENTRIES {
        let message = format!(
            "a domain has at most {MAX_SITE_ENTRIES} verification files and {MAX_SITE_ENTRIES} tokens; remove what nobody uses"
        );
        return Err(Refusal::new(ErrorCode::TooLarge, message));
    }
    let agent = signed.caller.id();
    if !relay.store.set_site_verification(agent, &site).await? {
        return Err(not_host_owner());
    }
    info!(agent = %agent, files = site.files.len(), tokens = site.tokens.len(), "set the site verification");
    Ok(Json(site))
}

fn not_host_owner() -> Refusal {
    let message = "only the Placard that owns this relay's domain may verify it at Google; on a shared relay that is the operator's";
    Refusal::new(ErrorCode::NotHostOwner, message)
}
