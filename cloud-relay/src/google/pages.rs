//! The pages that a person or a robot may look at. Google asks for a home page and a privacy policy of every app.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use relay_contract::site::SiteVerification;
use serde_json::{Value, json};
use tracing::error;

use crate::downlink::Downlink;
use crate::page::Notice;
use crate::relay::Relay;
use crate::store::Store;

pub(crate) async fn home<S: Store, D: Downlink>(State(relay): State<Arc<Relay<S, D>>>) -> Response {
    let site = relay
        .store
        .site_verification()
        .await
        .unwrap_or_else(|error| {
            error!(%error, "the home page is shown without Google's tokens");
            SiteVerification::default()
        });
    Notice {
        tokens: &site.tokens,
        status: StatusCode::OK,
        title: "Placard relay",
        paragraphs: &[
            "This is the public half of Placard, which shows on e-paper signs whether a meeting room is free.",
            "It passes Google's notifications on to servers that stand in their own buildings. There is nothing to sign in to here: open the portal of your own Placard.",
        ],
        link: Some(("/privacy", "Privacy")),
    }
    .into_response()
}

pub(crate) async fn privacy() -> Response {
    Notice {
        status: StatusCode::OK,
        title: "Privacy",
        paragraphs: &[
            "This relay holds no calendar data, no account and no password. Google's notifications name a channel and a number and carry no event; they are kept until the Placard that they are meant for has taken them, a week at most.",
            "When an administrator connects a Google account, the answer of Google passes through this relay once. It is encrypted for that administrator's Placard before it is stored, and it is of no use without secrets that never leave the building. It is deleted when that Placard has taken it; ten minutes later it is given to nobody any more.",
            "Of each Placard the relay keeps a random name, public keys, the addresses of its portal and a count of notifications. The log holds such names, paths without their queries, times and status codes. There are no cookies.",
        ],
        link: Some(("/", "Placard relay")),
        ..Notice::default()
    }
    .into_response()
}

/// Google's pusher obeys it.
pub(crate) async fn robots() -> &'static str {
    "User-agent: *\nAllow: /\n"
}

/// Whether the store answers.
pub(crate) async fn health<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
) -> (StatusCode, Json<Value>) {
    match relay.store.host_owner().await {
        Ok(_) => (StatusCode::OK, Json(json!({ "healthy": true }))),
        Err(error) => {
            error!(%error, "not healthy");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "healthy": false })),
            )
        }
    }
}

/// `/m`: what the manual of old told admins to register as redirect URI, and a page of the portal for a person.
pub(crate) async fn m<S: Store, D: Downlink>(
    State(relay): State<Arc<Relay<S, D>>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    use axum::extract::{FromRequestParts, Query};
    if query.is_none_or(|q| q.is_empty()) {
        return Notice {
            status: StatusCode::NOT_FOUND,
            title: "The signs are not here",
            paragraphs: &["The signs are in the portal of your own Placard, on your own network: open it there, by the address that your administrator gave you. This is its public relay, which knows no rooms and shows none."],
            link: Some(("/", "What is this?")),
            ..Notice::default()
        }
        .into_response();
    }
    let (mut parts, _) = request.into_parts();
    match Query::<Vec<(String, String)>>::from_request_parts(&mut parts, &()).await {
        Ok(pairs) => super::oauth_callback::take_for_host_owner(State(relay), pairs)
            .await
            .into_response(),
        Err(refused) => refused.into_response(),
    }
}

pub(crate) async fn not_found() -> Response {
    Notice {
        status: StatusCode::NOT_FOUND,
        title: "There is nothing here",
        paragraphs: &[
            "This is a Placard relay; the portal of your Placard is on your own network.",
        ],
        link: Some(("/", "What is this?")),
        ..Notice::default()
    }
    .into_response()
}
