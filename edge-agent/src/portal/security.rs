//! The portal's certificate, addresses and sessions.

use axum::Json;
use axum::extract::State;
use edge_api::security::{Certificate, Security, SessionInfo};

use super::app::{App, now};
use super::caller::Caller;
use super::refusal::Refusal;
use crate::security::alive;

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Security>, Refusal> {
    let now = now();
    let facts = app.certificate.facts();
    let sessions = app.store.sessions(alive(now)).await?;
    let this = caller.session().token_hash;
    Ok(Json(Security {
        now,
        certificate: Certificate {
            self_signed: facts.self_signed,
            names: facts.names,
            not_before: facts.not_before,
            not_after: facts.not_after,
            fingerprint: facts.fingerprint,
        },
        origins: app.names.origins(),
        sessions: sessions
            .into_iter()
            .map(|row| SessionInfo {
                this: row.token_hash == this,
                created_at: row.created_at,
                last_seen: row.last_seen,
                address: row.address,
                user_agent: row.user_agent,
            })
            .collect(),
    }))
}
