//! Signing in with Google: the portal's half of it.
//!
//! A sign-in begins at the address that the browser is at, and only there can it end: the flow's cookie belongs to that
//! host, and the relay sends the browser back to nowhere else.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::integration::{BeginFlow, FlowBegun};
use http::HeaderMap;
use http::header::{HOST, ORIGIN, SET_COOKIE};

use super::app::{App, now};
use super::caller::{SignedIn, cookie};
use super::integration;
use super::refusal::Refusal;
use crate::google::{BeginError, FinishError};

/// As long as the flow itself.
const COOKIE_SECONDS: u32 = 600;

pub(super) async fn begin(
    State(app): State<App>,
    caller: SignedIn,
    headers: HeaderMap,
    uri: http::Uri,
    Query(asked): Query<BeginFlow>,
) -> Result<Response, Refusal> {
    let origin = origin(&app, &headers, &uri)?;
    if app.google.app().is_some()
        && let Some(obstacle) = app.google.obstacle(now()).await
    {
        return Err(Refusal::new(
            match app.relay.enrolment() {
                Some(_) => ErrorCode::RelayUnreachable,
                None => ErrorCode::NotEnrolled,
            },
            obstacle.what,
            obstacle.action,
        ));
    }
    let begun = app
        .google
        .begin(&origin, &caller.session_name(), asked.rooms, now())
        .await
        .map_err(not_begun)?;
    let name = cookie_name(&begun.flow_id).ok_or_else(gone)?;
    let cookie = format!(
        "{name}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={COOKIE_SECONDS}",
        begun.cookie_value
    );
    let body = FlowBegun {
        flow: begun.flow_id,
        authorise_url: begun.authorise_url,
    };
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(body)).into_response())
}

pub(super) async fn finish(
    State(app): State<App>,
    caller: SignedIn,
    flow: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Path(flow) = flow.map_err(|_| gone())?;
    let name = cookie_name(&flow).ok_or_else(gone)?;
    let value = cookie(&headers, &name);
    let connected = app
        .google
        .finish(&flow, value, &caller.session_name(), now())
        .await
        .map_err(not_finished)?;
    caller
        .record(&app, Action::AccountConnected, connected.email.clone())
        .await?;
    let account = integration::account(&app, &connected.id).await?;
    let over = format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((AppendHeaders([(SET_COOKIE, over)]), Json(account)).into_response())
}

/// Where the browser is. Browsers say it with every POST; whoever does not is at the host that was asked for.
fn origin(app: &App, headers: &HeaderMap, uri: &http::Uri) -> Result<String, Refusal> {
    let said = headers
        .get(ORIGIN)
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    let host = || {
        let target = uri.authority().map(http::uri::Authority::as_str);
        let host = target.or_else(|| headers.get(HOST)?.to_str().ok())?;
        Some(format!(
            "https://{}",
            host.trim_end_matches(":443").to_ascii_lowercase()
        ))
    };
    let origin = said.or_else(host).unwrap_or_default();
    let own = app.names.origins();
    if own.contains(&origin) {
        return Ok(origin);
    }
    Err(Refusal::new(
        ErrorCode::OriginUnknown,
        format!(
            "Google could not send you back to {origin}: it is not one of this portal's addresses."
        ),
        format!(
            "Open the portal by one of these, and connect there: {}.",
            own.join(", ")
        ),
    ))
}

/// A flow's id is a word; anything else is no flow, and must not get into a header.
fn cookie_name(flow: &str) -> Option<String> {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let sound = (1..=128).contains(&flow.len()) && flow.bytes().all(word);
    sound.then(|| format!("__Host-flow-{flow}"))
}

fn not_begun(error: BeginError) -> Refusal {
    match error {
        BeginError::NoApp => Refusal::told(ErrorCode::GoogleAppMissing, &error),
        BeginError::NoRelay | BeginError::RedirectUri(_) => {
            Refusal::told(ErrorCode::NotEnrolled, &error)
        }
        BeginError::Relay(inner) => inner.into(),
        BeginError::Store(inner) => inner.into(),
    }
}

fn not_finished(error: FinishError) -> Refusal {
    let code = match &error {
        FinishError::Unknown
        | FinishError::AlreadyUsed
        | FinishError::Interrupted
        | FinishError::AppChanged => ErrorCode::FlowGone,
        FinishError::OtherBrowser => ErrorCode::FlowOtherBrowser,
        FinishError::NoAnswer => ErrorCode::FlowPending,
        FinishError::Declined => ErrorCode::FlowDenied,
        FinishError::MissingPermission => ErrorCode::ScopesMissing,
        FinishError::Redeem(google_calendar::Error::Transient { .. }) => {
            ErrorCode::GoogleUnreachable
        }
        FinishError::RefusedByGoogle { .. }
        | FinishError::NoRefreshToken
        | FinishError::CodeRefused { .. }
        | FinishError::WrongClient { .. }
        | FinishError::Redeem(_)
        | FinishError::Identity(_)
        | FinishError::Answer(_) => ErrorCode::GoogleRefused,
        FinishError::Relay(_) | FinishError::Store(_) => ErrorCode::Internal,
    };
    match error {
        FinishError::Relay(inner) => inner.into(),
        FinishError::Store(inner) => inner.into(),
        other => Refusal::told(code, &other),
    }
}

fn gone() -> Refusal {
    Refusal::new(
        ErrorCode::FlowGone,
        "This sign-in is not known.",
        "Press Connect again.",
    )
}
