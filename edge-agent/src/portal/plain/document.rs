//! What every plain page has: the head, the brand, the policy.

use axum::response::{Html, IntoResponse, Response};
use edge_api::error::ErrorBody;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use maud::{DOCTYPE, Markup, html};

use super::words::{NAME, refused as words};
use crate::portal::assets::looks;

/// These pages run nothing and fetch nothing but their looks.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

/// A narrow page of its own, with a form or a few words.
pub(in crate::portal) fn page(title: &str, body: &Markup) -> Response {
    let inside = html! {
        div class="door" {
            main {
                span class="brand" { (NAME) }
                h1 { (title) }
                (body)
            }
        }
    };
    whole(title, &inside)
}

/// A page to read, with a way back to the portal.
pub(in crate::portal) fn wide_page(title: &str, body: &Markup) -> Response {
    let inside = html! {
        main class="page page-narrow" {
            a class="brand" href="/" { (NAME) }
            h1 class="after-head" { (title) }
            (body)
        }
    };
    whole(title, &inside)
}

/// It is never kept: it may hold a name, and who is signed in changes.
fn whole(title: &str, inside: &Markup) -> Response {
    let looks = looks();
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · " (NAME) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                @if let Some(icon) = &looks.icon {
                    link rel="icon" href=(icon) type="image/svg+xml";
                }
                @if let Some(style) = &looks.style {
                    link rel="stylesheet" href=(style);
                }
            }
            body { (inside) }
        }
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(whole.into_string())).into_response()
}

/// What went wrong, read out at once.
pub(super) fn trouble(error: &ErrorBody) -> Markup {
    html! {
        div class="note bad" role="alert" {
            strong { (error.message) }
            p class="do" { (error.hint) }
            p class="id" { (words::REQUEST) " " (error.request_id) }
        }
    }
}

/// A refusal to whoever came by an address bar.
pub(in crate::portal) fn refused(error: &ErrorBody) -> Response {
    let body = html! {
        div class="stack after-head" {
            (trouble(error))
            div class="buttons" {
                a class="button" href="/" { (words::TO_START) }
            }
        }
    };
    page(words::TITLE, &body)
}
