//! Makes a trial of the portal's name and certificate stay, for whoever came by them.

use std::net::IpAddr;

use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use http::HeaderMap;
use http::header::HOST;

use super::app::{App, now};
use super::refusal::Refusal;
use crate::security::{Exchange, Unconfirmed};
use crate::store::{Deed, StoredCertificate, StoredIdentity};

/// The host that the request is for.
pub(super) fn asked_for(headers: &HeaderMap, uri: &http::Uri) -> String {
    let target = uri.authority().map(http::uri::Authority::as_str);
    let host = target.or_else(|| headers.get(HOST)?.to_str().ok());
    host.unwrap_or_default().to_owned()
}

/// Makes a trial stay, for whoever has its token and came by its name and certificate.
pub(super) async fn keep(
    app: &App,
    token: &str,
    host: &str,
    exchange: Exchange,
    from: IpAddr,
) -> Result<(), Refusal> {
    let settled = app
        .trials
        .confirm(token, host, exchange)
        .map_err(|unconfirmed| unproven(app, unconfirmed))?;
    let stored = StoredIdentity {
        name: settled.name.clone(),
        certificate: settled.uploaded.clone().map(|given| StoredCertificate {
            chain: given.chain,
            key: given.key,
        }),
    };
    let facts = app.certificate.facts();
    let deed = Deed {
        at: now(),
        // Whoever has the token was told it by the admin's own page; the new name has no session yet.
        who: "portal".to_owned(),
        action: Action::IdentitySet,
        subject: format!("certificate of {}", facts.issuer),
        address: Some(from.to_string()),
        was: Some(settled.before.to_string()),
        became: Some(settled.name.clone()),
    };
    app.store.save_portal_identity(stored, deed).await?;
    app.trials.settle(settled, now());
    Ok(())
}

fn unproven(app: &App, unconfirmed: Unconfirmed) -> Refusal {
    match unconfirmed {
        Unconfirmed::Gone => gone(),
        Unconfirmed::OldConnection => Refusal::new(
            ErrorCode::TrialUnproven,
            "This request still came by a connection from before.",
            "Send it again: the next one comes by the new certificate.",
        ),
        Unconfirmed::OtherName => Refusal::new(
            ErrorCode::TrialUnproven,
            "This request did not come by the new name.",
            format!("Confirm at {}.", app.names.url()),
        ),
    }
}

/// There is no trial, or not any more.
pub(super) fn gone() -> Refusal {
    Refusal::new(
        ErrorCode::TrialGone,
        "Nothing is being tried out any more: name and certificate are as before.",
        "Try it out again, and confirm within a minute.",
    )
}
