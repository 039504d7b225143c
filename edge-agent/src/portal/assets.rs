//! The portal's files, inside this binary. Any other address gets the page of one of the portal's two programs, which
//! finds its way from there.

use std::sync::LazyLock;

use axum::Router;
use axum::routing::any;
use http::StatusCode;
use memory_serve::{CacheControl, MemoryServe};

use super::refusal::Refusal;

/// Addresses that the program for setting up draws; the program of the everyday pages draws the rest.
const SETTINGS: [&str; 4] = [
    "/settings",
    "/settings/{*page}",
    "/m/layouts",
    "/m/layouts/{*layout}",
];

/// Addresses of what makes a page look like the portal's; absent when the agent was built without the portal.
#[derive(Debug)]
pub(super) struct Looks {
    /// The stylesheet.
    pub(super) style: Option<String>,
    /// The icon in the browser's tab.
    pub(super) icon: Option<String>,
}

/// The addresses that the pages of this binary's portal have.
pub(super) fn looks() -> &'static Looks {
    static LOOKS: LazyLock<Looks> = LazyLock::new(|| {
        let manifest = files().manifest();
        let find = |beginning: &str, end: &str| {
            let mut routes = manifest.iter().map(|(_, served)| served);
            let found = routes.find(|route| route.starts_with(beginning) && route.ends_with(end));
            found.map(str::to_owned)
        };
        Looks {
            style: find("/assets/style-", ".css"),
            icon: find("/assets/favicon-", ".svg"),
        }
    });
    &LOOKS
}

/// Serves the folder that `build.rs` embedded.
///
/// Browsers ask again each time and are mostly told "as before" (ETag): after an update of the agent nobody runs old
/// pages against a new API.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    files()
        .into_router()
        // A file that is gone must not look like a page: a browser would try to run it.
        .route("/assets/{*gone}", any(gone))
}

fn files() -> MemoryServe {
    SETTINGS
        .iter()
        .fold(memory_serve::load!(), |files, address| {
            files.add_alias(address, "/settings.html")
        })
        .index_file(Some("/index.html"))
        .fallback(Some("/index.html"))
        .fallback_status(StatusCode::OK)
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .enable_gzip(true)
        // Compressed while the agent is built, in every profile.
        .enable_brotli(true)
}

async fn gone() -> Refusal {
    Refusal::not_found("file")
}
