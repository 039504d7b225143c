//! The portal's files, inside this binary. Any other address gets the front page: the portal finds its way from there.

use axum::Router;
use http::StatusCode;
use memory_serve::CacheControl;

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
        // Compressed at build time in a release; at start in a debug build, where brotli would take seconds.
        .enable_brotli(!cfg!(debug_assertions))
        .into_router()
}
