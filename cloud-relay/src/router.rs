//! The only route table.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post, put};
use relay_contract::rotate::KEY_VERSION_HEADER;
use relay_contract::route;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::info;

use crate::agents::{enrol, inbox, keys, leave, origins, site};
use crate::downlink::Downlink;
use crate::google::{calendar_webhook, oauth_callback, pages, site_verification};
use crate::page::CONTENT_SECURITY_POLICY;
use crate::relay::Relay;
use crate::store::Store;

/// The largest thing that agents send are 500 acknowledgements of 100 bytes.
const MAX_BODY: usize = 256 << 10;

/// Which callers this process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Role {
    /// Both.
    #[default]
    All,
    /// Webhooks, callbacks and pages.
    Google,
    /// Agents' calls.
    Agents,
}

impl std::str::FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            "google" => Ok(Self::Google),
            "agents" => Ok(Self::Agents),
            _ => Err("a role is all, google or agents"),
        }
    }
}

/// All routes of a role; the WebSocket comes beside it, from whoever holds connections.
pub fn router<S: Store, D: Downlink>(relay: Arc<Relay<S, D>>, role: Role) -> Router {
    let mut routes = Router::new().route("/healthz", get(pages::health::<S, D>));
    if role != Role::Agents {
        routes = routes.merge(google_routes());
    }
    if role != Role::Google {
        let version = key_version(&relay);
        routes = routes.nest(route::AGENTS, agent_routes().layer(version));
    }
    finish(routes.fallback(pages::not_found).with_state(relay))
}

fn google_routes<S: Store, D: Downlink>() -> Router<Arc<Relay<S, D>>> {
    Router::new()
        .route("/", get(pages::home::<S, D>))
        .route("/privacy", get(pages::privacy))
        .route("/robots.txt", get(pages::robots))
        .route("/m", get(pages::m::<S, D>))
        .route("/{file}", get(site_verification::file::<S, D>))
        .route(
            "/google/calendar/{agent}",
            post(calendar_webhook::take::<S, D>),
        )
        .route(
            "/oauth/google/callback",
            get(oauth_callback::take_for_host_owner::<S, D>),
        )
        .route(
            "/oauth/google/callback/{agent}",
            get(oauth_callback::take::<S, D>),
        )
}

fn agent_routes<S: Store, D: Downlink>() -> Router<Arc<Relay<S, D>>> {
    Router::new()
        .route(route::ENROL, post(enrol::enrol::<S, D>))
        .route(route::INBOX, get(inbox::pull::<S, D>))
        .route(route::ACKNOWLEDGE, post(inbox::acknowledge::<S, D>))
        .route(route::ORIGINS, put(origins::set::<S, D>))
        .route(route::ENROLMENT, get(enrol::enrolment::<S, D>))
        .route(route::KEY, post(keys::rotate::<S, D>))
        .route(route::KEY_USE, put(keys::note_use::<S, D>))
        .route(route::LEAVE, post(leave::leave::<S, D>))
        .route(
            route::SITE_VERIFICATION,
            get(site::read::<S, D>).put(site::set::<S, D>),
        )
}

/// Tells agents which master is in use, in every answer.
pub(crate) fn key_version<S, D>(relay: &Relay<S, D>) -> SetResponseHeaderLayer<HeaderValue> {
    let version = HeaderValue::from(relay.config.masters.version().0);
    SetResponseHeaderLayer::overriding(HeaderName::from_static(KEY_VERSION_HEADER), version)
}

/// What holds for every answer: never stored, never framed, never a script, no address handed on.
pub(crate) fn finish(routes: Router) -> Router {
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    routes
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::new())
        .layer(fixed(header::CACHE_CONTROL, "no-store"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_SECURITY_POLICY,
            CONTENT_SECURITY_POLICY.clone(),
        ))
        .layer(from_fn(log))
}

/// One line for each request, without its query: that of a callback holds a code.
async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    info!(%method, route, status = response.status().as_u16(), duration_us, "answered");
    response
}
