//! Who gets the portal's pages: those who are signed in. Everybody else is led to where they can be, before anything of
//! the portal is loaded.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue};

use super::address::{LOGIN, SETUP};
use super::target::Target;
use crate::portal::app::App;
use crate::portal::caller::session_of;
use crate::portal::refusal::Refusal;

/// Nobody has to be signed in for these: pages that everybody sees are made of them.
const OPEN: [&str; 2] = ["/assets/", "/licences/"];

/// Leads to `/setup` while the agent is unclaimed, and to `/login` who is not signed in.
pub(in crate::portal) async fn lead_in(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if OPEN.iter().any(|open| path.starts_with(open)) {
        return next.run(request).await;
    }
    let wanted = request.uri().path_and_query().map(ToString::to_string);
    let headers = request.headers().clone();
    match elsewhere(&app, &headers, wanted).await {
        Ok(None) => next.run(request).await,
        Ok(Some(place)) => {
            let fleeting = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (fleeting, Redirect::to(&place)).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn elsewhere(
    app: &App,
    headers: &HeaderMap,
    wanted: Option<String>,
) -> Result<Option<String>, Refusal> {
    if !app.store.is_claimed().await? {
        return Ok(Some(SETUP.to_owned()));
    }
    if session_of(app, headers).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(
        wanted
            .map_or_else(Target::default, Target::from)
            .after(LOGIN),
    ))
}
