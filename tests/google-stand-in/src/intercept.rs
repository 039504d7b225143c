//! Around every request to Google: the fault switches and the request log.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use jiff::SignedDuration;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use crate::spoil::spoil;

/// The project that error messages name.
const PROJECT: &str = "123456789012";

/// The middleware. The stand-in's own pages and control API pass untouched.
pub(crate) async fn intercept(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/"
        || path == "/console"
        || path.starts_with("/_stand-in/")
        || path.starts_with("/edit/")
    {
        return next.run(request).await;
    }
    let started = clock::now();
    let (method, query) = (
        request.method().to_string(),
        request.uri().query().unwrap_or("").to_owned(),
    );
    let faults = app.faults();
    let mut answer = match refusal(&app, &path) {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    };
    // After the work: what is answered late was read early, as with a slow network.
    if let Some(ms) = faults.strike("slow_ms", &path).and_then(|v| v.as_u64()) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    if let Some(seconds) = faults
        .strike("clock_offset_s", &path)
        .and_then(|v| v.as_i64())
    {
        let wrong = clock::now() + SignedDuration::from_secs(seconds);
        let date = DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&wrong)
            .ok();
        if let Some(date) = date.and_then(|d| HeaderValue::from_str(&d).ok()) {
            answer.headers_mut().insert(header::DATE, date);
        }
    }
    answer = spoil(faults, &path, answer).await;
    let finished = clock::now();
    app.requests().add(json!({
        "at": clock::micros(started), "method": method, "path": path, "query": query,
        "status": answer.status().as_u16(), "ms": finished.duration_since(started).as_secs_f64() * 1000.0,
    }));
    answer
}

fn refusal(app: &App, path: &str) -> Option<ApiError> {
    let strike = |name: &str| app.faults().strike(name, path);
    if let Some(code) = strike("server_error") {
        let code = code.as_u64().and_then(|c| u16::try_from(c).ok());
        return Some(ApiError::backend(
            code.filter(|c| (500..600).contains(c)).unwrap_or(503),
        ));
    }
    let names = [
        "rate_limited_403",
        "rate_limited_429",
        "unauthorised",
        "api_disabled",
        "scope_missing",
        "directory_off",
    ];
    let struck = names.into_iter().find(|name| strike(name).is_some())?;
    Some(match struck {
        "rate_limited_403" => ApiError::rate_limited(403),
        "rate_limited_429" => ApiError::rate_limited(429),
        "unauthorised" => ApiError::unauthorised(),
        "api_disabled" => ApiError::api_disabled(PROJECT),
        "scope_missing" => ApiError::scope_missing(),
        _ => ApiError::forbidden("Must be a Google Workspace user with directory sharing."),
    })
}

/// `GET /_stand-in/requests`.
pub(crate) async fn requests(State(app): State<App>) -> axum::Json<Value> {
    axum::Json(json!(app.requests().all()))
}
