//! The description of the API: as OpenAPI for programs, and as a page for people. Both are made of the contract's own
//! types, and say which role each route takes from the table that also decides it.

mod operations;
mod schemas;

use std::sync::LazyLock;

use axum::Json;
use axum::response::Response;
use edge_api::openapi::{Method, document};
use maud::html;
use serde_json::Value;

use super::caller::Caller;
use super::permission;
use super::plain::wide_page;

/// The page's address.
pub(super) const PATH: &str = "/docs";

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    document(env!("CARGO_PKG_VERSION"), |method, path| {
        let method = match method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Delete => http::Method::DELETE,
        };
        permission::least(&method, path)
    })
});

/// For programs.
pub(super) async fn openapi(_caller: Caller) -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// For people. Without scripts: it is read, printed and searched as it is.
pub(super) async fn show() -> Response {
    let document: &Value = &DOCUMENT;
    let body = html! {
        p { (schemas::words(&document["info"]["description"])) }
        p class="after-head" {
            "For programs: " a href=(edge_api::route::OPENAPI) { (edge_api::route::OPENAPI) }
        }
        (operations::all(document))
        (schemas::all(document))
    };
    wide_page("API", &body)
}
