//! The page that confirms a new name or certificate. It works without scripts and without a session: under a new name
//! the browser has neither the portal nor a cookie yet, and there is a minute for it.

use axum::Extension;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use edge_api::security::ConfirmTrial;
use http::HeaderMap;
use maud::html;

use super::app::App;
use super::caller::Address;
use super::keeping::{asked_for, keep};
use super::plain::page;
use super::refusal::Refusal;
use crate::security::Exchange;

/// The page's address. Scripts use [`edge_api::route::SECURITY_CONFIRM`] instead.
pub(super) const PATH: &str = "/settings/security/confirm";

/// Where the page for `token` is, below the portal's own address.
pub(super) fn url(portal: &str, token: &str) -> String {
    format!("{portal}{PATH}?token={token}")
}

/// Asks whether to keep what led here.
pub(super) async fn ask(State(app): State<App>, Query(asked): Query<ConfirmTrial>) -> Response {
    // Ours are letters, digits, `-` and `_`; nothing else gets into the page.
    let token: String = asked
        .token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    if app.trials.until().is_some() {
        let body = html! {
            p class="soft" {
                "You have reached the portal by the name and the certificate that are being tried out."
            }
            form method="post" class="after-head" action=(PATH) {
                input type="hidden" name="token" value=(token);
                div class="buttons" {
                    button type="submit" class="button main" { "Keep them" }
                }
            }
            p class="after-head soft small" {
                "If you do nothing, all is as before within a minute."
            }
        };
        return page("Keep this?", &body);
    }
    let body = html! {
        p class="soft" {
            "Nothing is being tried out any more: name and certificate are as before."
        }
        div class="buttons after-head" {
            a class="button" href="/settings/security" { "Settings: Security" }
        }
    };
    page("This is over", &body)
}

/// Keeps it, and goes on to the portal under its new name.
pub(super) async fn answer(
    State(app): State<App>,
    Address(from): Address,
    Extension(exchange): Extension<Exchange>,
    headers: HeaderMap,
    uri: http::Uri,
    Form(body): Form<ConfirmTrial>,
) -> Result<Response, Refusal> {
    let host = asked_for(&headers, &uri);
    keep(&app, &body.token, &host, exchange, from).await?;
    Ok(Redirect::to("/settings/security").into_response())
}
