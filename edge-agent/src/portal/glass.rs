//! What a display's glass shows, as a picture.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::app::App;
use super::body::DisplayPath;
use super::caller::Caller;
use super::picture::version;
use super::refusal::Refusal;

/// Kept by the browser, and asked for again each time: titles must not outlive the session in a shared cache.
const KEEP: HeaderValue = HeaderValue::from_static("private, no-cache");

pub(super) async fn picture(
    State(app): State<App>,
    _caller: Caller,
    DisplayPath(display): DisplayPath,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let found = app
        .store
        .display(&display)
        .await?
        .ok_or_else(|| Refusal::not_found("display"))?;
    let shown = found.shown.ok_or_else(|| Refusal::not_found("picture"))?;
    let tag = format!("\"{}\"", version(&shown));
    let tag_header = HeaderValue::from_str(&tag).expect("hex digits are plain text");
    let known = headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|known| {
        known
            .split(',')
            .any(|k| k.trim().trim_start_matches("W/") == tag)
    }) {
        return Ok((
            StatusCode::NOT_MODIFIED,
            [(ETAG, tag_header), (CACHE_CONTROL, KEEP)],
        )
            .into_response());
    }
    let png = super::hubs::glass_png(&app, &display)
        .await?
        .ok_or_else(|| Refusal::not_found("picture"))?;
    let kind = HeaderValue::from_static("image/png");
    Ok((
        [
            (CONTENT_TYPE, kind),
            (ETAG, tag_header),
            (CACHE_CONTROL, KEEP),
        ],
        png,
    )
        .into_response())
}
