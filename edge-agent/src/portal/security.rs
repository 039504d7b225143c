//! The portal's certificate, addresses and sessions.

use axum::Json;
use axum::extract::{Path, State};
use edge_api::activity::Action;
use edge_api::security::{Certificate, Security, SessionInfo};
use http::StatusCode;

use super::app::{App, now};
use super::caller::{Caller, Proof};
use super::refusal::Refusal;
use crate::security::{CertificateFacts, alive};
use crate::store::SessionRow;

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Security>, Refusal> {
    let now = now();
    let sessions = app.store.sessions(alive(now)).await?;
    let this = match caller.proof() {
        Proof::Session(session) => session.public_name(),
        Proof::Token(_) => String::new(),
    };
    Ok(Json(Security {
        now,
        name: app.names.name().to_string(),
        certificate: certificate(app.certificate.facts()),
        trial_until: app.trials.until(),
        origins: app.names.origins(),
        sessions: sessions
            .into_iter()
            .map(|row| {
                let id = row.public_name();
                SessionInfo {
                    this: id == this,
                    id,
                    user: row.name,
                    created_at: row.created_at,
                    last_seen: row.last_seen,
                    address: row.address,
                    user_agent: row.user_agent,
                }
            })
            .collect(),
    }))
}

/// Ends a session, wherever it is.
pub(super) async fn end_session(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let now = now();
    let sessions = app.store.sessions(alive(now)).await?;
    let ended: SessionRow = sessions
        .into_iter()
        .find(|row| row.public_name() == id)
        .ok_or_else(|| Refusal::not_found("session"))?;
    let subject = format!("{} at {}", ended.name, ended.address);
    let deed = caller.deed(Action::SessionEnded, subject);
    app.store.end_session(ended.token_hash, deed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A certificate as pages show it.
pub(super) fn certificate(facts: CertificateFacts) -> Certificate {
    Certificate {
        self_signed: facts.self_signed(),
        source: facts.source,
        issuer: facts.issuer,
        trusted: facts.trusted,
        names: facts.names,
        not_before: facts.not_before,
        not_after: facts.not_after,
        fingerprint: facts.fingerprint,
    }
}
