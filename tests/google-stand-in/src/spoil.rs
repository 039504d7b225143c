//! Answers that are not what they should be: cut off, far too long, nonsense, sent elsewhere, or never ending.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, StatusCode, header};

use crate::error::ApiError;
use crate::faults::Faults;

/// Long enough for the first half to be on the wire before the connection breaks.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(20);
/// Between two bytes of an answer that trickles.
const BETWEEN_DROPS: Duration = Duration::from_millis(500);
/// What is neither JSON nor text.
const GARBAGE: &[u8] = b"\x00\xff{\"access_token\":[[[[\xc3\x28<html>";
/// Valid JSON that goes on and on: sixteen of these are a megabyte.
static FILLER: [u8; 1 << 16] = [b' '; 1 << 16];
/// A minute: longer than anybody waits, and an end for who does.
const DROPS: usize = 120;

/// Applies the switches that strike `path` to an answer.
pub(crate) async fn spoil(faults: &Faults, path: &str, answer: Response) -> Response {
    let strike = |name: &str| faults.strike(name, path);
    if strike("redirect").is_some() {
        let elsewhere = [(header::LOCATION, "https://elsewhere.invalid/")];
        return (StatusCode::FOUND, elsewhere).into_response();
    }
    if strike("garbage").is_some() {
        return with_body(answer, Body::from(GARBAGE));
    }
    if let Some(megabytes) = strike("huge_mb").and_then(|v| v.as_u64()) {
        let chunks = usize::try_from(megabytes * 16).unwrap_or(usize::MAX);
        let body =
            stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(&FILLER))).take(chunks);
        return with_body(answer, Body::from_stream(body));
    }
    if strike("trickle").is_some() {
        let drops = stream::unfold((), |()| async {
            tokio::time::sleep(BETWEEN_DROPS).await;
            Some((Ok::<_, io::Error>(Bytes::from_static(b" ")), ()))
        });
        return with_body(answer, Body::from_stream(drops.take(DROPS)));
    }
    if strike("truncated").is_some() {
        return truncate(answer).await;
    }
    answer
}

/// The same status and headers with another body, of a length that nobody tells.
fn with_body(answer: Response, body: Body) -> Response {
    let (mut parts, _) = answer.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

/// The same headers and half the body; then the connection breaks.
async fn truncate(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let Ok(whole) = to_bytes(body, usize::MAX).await else {
        return ApiError::backend(500).into_response();
    };
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let first = stream::iter([Ok::<_, io::Error>(half)]);
    let broken = stream::once(async {
        tokio::time::sleep(BEFORE_THE_BREAK).await;
        Err(io::Error::other("truncated on purpose"))
    });
    Response::from_parts(parts, Body::from_stream(first.chain(broken)))
}
