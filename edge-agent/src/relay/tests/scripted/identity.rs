//! The scripted relay's calls about who the agent is: its keys, leaving, the domain's owner.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use relay_contract::call::Done;
use relay_contract::enrol::Enrolled;
use relay_contract::error::ErrorCode;
use relay_contract::id::AgentId;
use relay_contract::rotate::RotateKey;
use relay_contract::site::SiteVerification;

use super::{Refused, Shared, refuse};

/// As a relay answers that is older than a call.
fn known(shared: &Shared) -> Result<(), Refused> {
    match shared.script.lock().unwrap().is_old {
        true => Err(refuse(StatusCode::NOT_FOUND, ErrorCode::NotFound)),
        false => Ok(()),
    }
}

pub(super) async fn enrolment(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
) -> Result<Json<Enrolled>, Refused> {
    known(&shared)?;
    shared.check(&headers, &method, &uri, b"")?;
    let script = shared.script.lock().unwrap();
    Ok(Json(shared.enrolled(&script)))
}

pub(super) async fn new_key(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Refused> {
    known(&shared)?;
    shared.check(&headers, &method, &uri, &body)?;
    let request: RotateKey = serde_json::from_slice(&body).unwrap();
    let agent = AgentId::from_random([1; 10]);
    let mut script = shared.script.lock().unwrap();
    script.next_key = Some(request.proven_key("127.0.0.1", &agent).unwrap());
    script.announced_keys += 1;
    if script.lose_key_answers > 0 {
        script.lose_key_answers -= 1;
        return Ok(StatusCode::BAD_GATEWAY.into_response());
    }
    Ok(Json(Done {}).into_response())
}

pub(super) async fn key_use(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Result<Json<Done>, Refused> {
    shared.check(&headers, &method, &uri, &body)?;
    let used = serde_json::from_slice(&body).unwrap();
    shared.script.lock().unwrap().key_use.push(used);
    Ok(Json(Done {}))
}

pub(super) async fn leave(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
) -> Result<Json<Done>, Refused> {
    shared.check(&headers, &method, &uri, b"")?;
    let mut script = shared.script.lock().unwrap();
    script.leaves += 1;
    script.key = None;
    Ok(Json(Done {}))
}

pub(super) async fn site(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
) -> Result<Json<SiteVerification>, Refused> {
    shared.check(&headers, &method, &uri, b"")?;
    Ok(Json(shared.script.lock().unwrap().site.clone()))
}

pub(super) async fn set_site(
    State(shared): State<Shared>,
    headers: HeaderMap,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Result<Json<SiteVerification>, Refused> {
    shared.check(&headers, &method, &uri, &body)?;
    let site: SiteVerification = serde_json::from_slice(&body).unwrap();
    shared.script.lock().unwrap().site = site.clone();
    Ok(Json(site))
}
