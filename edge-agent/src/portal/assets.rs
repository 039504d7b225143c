//! The portal's files, inside this binary. Any other address gets the front page: the portal finds its way from there.

use axum::Router;
use axum::routing::any;
use http::StatusCode;
use memory_serve::CacheControl;

use super::refusal::Refusal;

/// Serves the folder that `build.rs` embedded.
///
/// Browsers ask again each time and are mostly told "as before" (ETag): after an update of the agent nobody runs old
/// pages against a new API.
pub(super) fn router() -> Router {
    memory_serve::load!()
        .index_file(Some("/index.html"))
        .fallback(Some("/index.html"))
        .fallback_status(StatusCode::OK)
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .enable_gzip(true)
        // Compressed while the agent is built, in every profile.
        .enable_brotli(true)
        .into_router()
        // A file that is gone must not look like a page: a browser would try to run it.
        .route("/assets/{*gone}", any(gone))
}

async fn gone() -> Refusal {
    Refusal::not_found("file")
}
