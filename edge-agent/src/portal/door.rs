//! What every request passes before and after its handler, outermost last in this file's reading order: who the agent
//! is (Host), whether it is claimed, security headers, and the answer to a refusal.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use edge_api::error::ErrorCode;
use edge_api::route;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};
use tower_http::csrf::ProtectionError;
use tracing::debug;
use ulid::Ulid;

use super::app::App;
use super::plain;
use super::refusal::{Refusal, RequestId};

/// Nothing but our own files, no inline script, no frame around us. `wasm-unsafe-eval` is what WebAssembly needs.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; \
                      img-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// How long browsers insist on a trusted certificate, once they met one under the agent's name: long enough for daily
/// use, short enough to get over a certificate that was let run out.
const INSIST: HeaderValue = HeaderValue::from_static("max-age=604800");

/// Sent with every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The name under which the request's id travels.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Refuses addresses that are not this agent's.
pub(super) async fn own_host(State(app): State<App>, request: Request, next: Next) -> Response {
    if names_us(&app, &request) {
        let safe = by_trusted_name(&app, &request);
        let mut response = next.run(request).await;
        if safe {
            response
                .headers_mut()
                .insert(STRICT_TRANSPORT_SECURITY, INSIST);
        }
        return response;
    }
    Refusal::new(
        ErrorCode::WrongHost,
        "This agent does not go by the name in the address.",
        format!(
            "Open {}; to give it another name, set `name` under [portal] in {}.",
            app.names.url(),
            app.data.join("agent.toml").display()
        ),
    )
    .into_response()
}

/// HTTP/2 may bring both a target and a Host: no handler has to wonder which one was checked.
fn names_us(app: &App, request: &Request) -> bool {
    let target = request.uri().authority().map(|a| a.as_str());
    let header = request.headers().get(HOST).and_then(|v| v.to_str().ok());
    let known = |host: Option<&str>| host.is_none_or(|host| app.names.is_own_host(host));
    (target.is_some() || header.is_some()) && known(target) && known(header)
}

/// HSTS would lock people out of an address, a name that is only tried out, or a certificate that browsers warn about.
fn by_trusted_name(app: &App, request: &Request) -> bool {
    let header = request.headers().get(HOST).and_then(|v| v.to_str().ok());
    let host = request.uri().authority().map(|a| a.as_str()).or(header);
    host.is_some_and(|host| app.names.is_own_name(host))
        && app.certificate.facts().trusted
        && app.trials.until().is_none()
}

/// Until the agent is claimed, the API answers nothing but the claim itself.
pub(super) async fn claimed(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let open = !is_api(path) || path == route::SETUP || path == route::HEALTH;
    if open {
        return next.run(request).await;
    }
    match app.store.is_claimed().await {
        Ok(true) => next.run(request).await,
        Ok(false) => Refusal::new(
            ErrorCode::NotClaimed,
            "Nobody has claimed this agent yet.",
            "Open /setup and enter the setup token from the agent's machine.",
        )
        .into_response(),
        Err(error) => Refusal::from(error).into_response(),
    }
}

/// Gives the request its id, answers refusals under it, and sets the headers that every answer has.
///
/// A program reads a refusal as JSON; whoever came by a browser's address bar, as a page.
pub(super) async fn answer(mut request: Request, next: Next) -> Response {
    let id = Ulid::new().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let api = is_api(request.uri().path());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let page = !api && wants_page(&request);
    let mut response = next.run(request).await;
    let forged = response.extensions().get::<ProtectionError>().is_some();
    let refusal = response.extensions_mut().remove::<Refusal>();
    if let Some(refusal) = forged.then(cross_site).or(refusal) {
        response = if page {
            refusal.answer_as(&id, plain::refused)
        } else {
            refusal.answer(&id)
        };
    } else if response.status().is_client_error() && !says_why(&response) {
        // What the framework refuses before a handler sees it, such as an address that is no text.
        response = not_understood().answer(&id);
    }
    debug!(request.id = id, %method, path, status = response.status().as_u16(), "answered");
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // A page that needs less has its own policy already.
        let header = headers.entry(name);
        header.or_insert(HeaderValue::from_static(value));
    }
    if api && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let id = HeaderValue::from_str(&id).expect("a ULID is plain text");
    headers.insert(REQUEST_ID, id);
    response
}

/// A handler panicked: as any other failure that was not foreseen.
pub(super) fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .unwrap_or_default();
    Refusal::internal(anyhow::anyhow!("a handler panicked: {text}")).into_response()
}

/// No route of that name in the API.
pub(super) async fn no_route() -> Refusal {
    Refusal::new(
        ErrorCode::NotFound,
        "The API has no such route.",
        "Compare the address with the ones this version has.",
    )
}

/// The route is there, but not for this method.
pub(super) async fn no_method() -> Refusal {
    Refusal::new(
        ErrorCode::MethodNotAllowed,
        "This route does not take that method.",
        "Compare the method with the ones this route has.",
    )
}

fn not_understood() -> Refusal {
    Refusal::new(
        ErrorCode::BadRequest,
        "The request's address, query or headers cannot be understood.",
        "Compare them with what this route takes.",
    )
}

/// Whether an answer is one of ours already.
fn says_why(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"))
}

fn cross_site() -> Refusal {
    Refusal::new(
        ErrorCode::CrossSite,
        "The request was made by a page of another site.",
        "Do it from the portal's own pages; a script must not send an Origin of another site.",
    )
}

fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT);
    accept.is_some_and(|types| types.as_bytes().starts_with(b"text/html"))
}

fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
