//! `GET /google….html`: Google looks whether the domain belongs to whom it says. The host owner's agent names the files;
//! what stands in them is written here.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use relay_contract::site::SiteFile;
use tracing::error;

use super::pages::not_found;
use crate::downlink::Downlink;
use crate::relay::Relay;
use crate::store::Store;

pub(crate) async fn file<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    Path(name): Path<String>,
) -> Response {
    // Anything else costs no store access.
    let Ok(file) = SiteFile::try_from(name) else {
        return not_found().await;
    };
    match relay.store.site_verification().await {
        Ok(site) if site.files.contains(&file) => {
            ([(header::CONTENT_TYPE, "text/html")], file.content()).into_response()
        }
        Ok(_) => not_found().await,
        Err(error) => {
            error!(%error, "Google's verification could not be looked up");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
