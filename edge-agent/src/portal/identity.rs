//! The portal's name and certificate: looked at before, tried out, and kept once a browser has found its way by them.

use std::net::IpAddr;

use axum::extract::State;
use axum::{Extension, Json};
use edge_api::error::ErrorCode;
use edge_api::security::{
    CertificateWarning, CertificateWarningCode, ChainLink, ConfirmTrial, Preview, Trial, Wanted,
    WantedCertificate,
};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::{Address, Caller};
use super::confirmation;
use super::keeping::{asked_for, gone, keep};
use super::refusal::Refusal;
use super::security::certificate;
use crate::security::{CertificateFacts, Choice, Exchange, GivenCertificate, Servable};

/// An upload that ends sooner deserves a word.
const ENDS_SOON: SignedDuration = SignedDuration::from_hours(21 * 24);

pub(super) async fn preview(
    State(app): State<App>,
    _caller: Caller,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Json<Preview>, Refusal> {
    let now = now();
    let name = host_name(&wanted.name)?;
    let mut warnings = Vec::new();
    let (facts, chain) = match choice(&app, wanted.certificate, now)? {
        (_, Some(servable)) => {
            let servable = app.certificate.judge(servable, &name, now);
            warnings.extend(of_upload(&servable, &name, now));
            (servable.facts, servable.chain)
        }
        (Choice::Keep, None) if !app.certificate.facts().self_signed() => {
            let (covers, trusted) = app.certificate.under(&name, now);
            let facts = CertificateFacts {
                trusted,
                ..app.certificate.facts()
            };
            if !covers {
                warnings.push(other_name(&facts, &name));
            }
            (facts, Vec::new())
        }
        (_, None) => {
            warnings.push(not_trusted());
            let facts = CertificateFacts {
                names: app.names.certificate_names_of(&name),
                ..app.certificate.facts()
            };
            (facts, Vec::new())
        }
    };
    warnings.extend(elsewhere(&app, &name).await);
    Ok(Json(Preview {
        url: app.names.url_of(&name),
        name,
        certificate: certificate(facts),
        chain: chain
            .into_iter()
            .map(|above| ChainLink {
                subject: above.subject,
                not_after: above.not_after,
            })
            .collect(),
        warnings,
    }))
}

pub(super) async fn try_out(
    State(app): State<App>,
    _caller: Caller,
    JsonBody(wanted): JsonBody<Wanted>,
) -> Result<Json<Trial>, Refusal> {
    let now = now();
    let name = host_name(&wanted.name)?;
    let (choice, _) = choice(&app, wanted.certificate, now)?;
    let begun = app
        .trials
        .begin(&name, choice, now)
        .map_err(Refusal::internal)?;
    let (token, until) = begun.ok_or_else(|| {
        Refusal::new(
            ErrorCode::TrialRunning,
            "Another name or certificate is being tried out at this moment.",
            "Confirm it, take it back, or wait a minute.",
        )
    })?;
    Ok(Json(Trial {
        url: confirmation::url(&app.names.url(), token.as_str()),
        token: token.as_str().to_owned(),
        until,
    }))
}

/// Takes a trial back at once.
pub(super) async fn take_back(
    State(app): State<App>,
    _caller: Caller,
) -> Result<StatusCode, Refusal> {
    if app.trials.undo(now()) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(gone())
    }
}

/// From the portal's own page, or a script.
pub(super) async fn confirm(
    State(app): State<App>,
    Address(from): Address,
    Extension(exchange): Extension<Exchange>,
    headers: HeaderMap,
    uri: http::Uri,
    JsonBody(body): JsonBody<ConfirmTrial>,
) -> Result<StatusCode, Refusal> {
    let host = asked_for(&headers, &uri);
    keep(&app, &body.token, &host, exchange, from).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The certificate that is asked for, checked.
fn choice(
    app: &App,
    wanted: WantedCertificate,
    now: Timestamp,
) -> Result<(Choice, Option<Servable>), Refusal> {
    let choice = match wanted {
        WantedCertificate::Keep => return Ok((Choice::Keep, None)),
        _ if app.certificate.is_from_files() => {
            return Err(Refusal::new(
                ErrorCode::CertificateFromFiles,
                format!(
                    "The certificate comes from {}, which goes before everything that is set here.",
                    app.data.join("keys/portal.crt").display()
                ),
                "Remove that file on the agent's machine, or replace it there.",
            ));
        }
        WantedCertificate::Own => return Ok((Choice::Own, None)),
        WantedCertificate::Upload { chain, key } => GivenCertificate { chain, key },
    };
    let servable = choice
        .check(now)
        .map_err(|error| Refusal::told(ErrorCode::CertificateInvalid, &error))?;
    Ok((Choice::Upload(choice), Some(servable)))
}

fn of_upload(servable: &Servable, name: &str, now: Timestamp) -> Vec<CertificateWarning> {
    let mut warnings = Vec::new();
    let facts = &servable.facts;
    if !servable.covers(name) {
        warnings.push(other_name(facts, name));
    } else if !facts.trusted {
        warnings.push(not_trusted());
    }
    if facts.not_after.duration_since(now) < ENDS_SOON {
        warnings.push(CertificateWarning {
            code: CertificateWarningCode::EndsSoon,
            what: format!(
                "It ends on {}: browsers refuse it after that.",
                facts.not_after.strftime("%-d %B %Y")
            ),
            action: "Ask for one that lasts longer, or note the day.".to_owned(),
        });
    }
    if servable.reordered {
        warnings.push(CertificateWarning {
            code: CertificateWarningCode::Reordered,
            what: "The certificates were not in the order in which they are served, or some did not belong."
                .to_owned(),
            action: "Nothing: they were put in order.".to_owned(),
        });
    }
    warnings
}

fn not_trusted() -> CertificateWarning {
    CertificateWarning {
        code: CertificateWarningCode::NotTrusted,
        what: "Your browsers will warn: no certificate authority that this machine knows vouches for it."
            .to_owned(),
        action: "Upload a certificate with its whole chain, or have your browsers trust its issuer."
            .to_owned(),
    }
}

fn other_name(facts: &CertificateFacts, name: &str) -> CertificateWarning {
    CertificateWarning {
        code: CertificateWarningCode::OtherName,
        what: format!(
            "Your browsers will warn: the certificate is for {} and not for {name}.",
            if facts.names.is_empty() {
                "no name".to_owned()
            } else {
                facts.names.join(", ")
            }
        ),
        action: format!("Ask for a certificate for {name}, or take another name."),
    }
}

/// Whether the name leads here, as far as this machine can tell; the browser's proof comes with the trial.
async fn elsewhere(app: &App, name: &str) -> Option<CertificateWarning> {
    if name == "localhost" || name.ends_with(".localhost") {
        return None;
    }
    let found = tokio::net::lookup_host((name, 443)).await;
    let found: Vec<IpAddr> = found
        .map(|all| all.map(|a| a.ip()).collect())
        .unwrap_or_default();
    if found.iter().any(|ip| app.names.is_here(*ip)) {
        return None;
    }
    let what = if found.is_empty() {
        format!("This machine finds no address for {name}.")
    } else {
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        format!(
            "{name} leads to {}, which is not this machine.",
            found.join(", ")
        )
    };
    Some(CertificateWarning {
        code: CertificateWarningCode::NameElsewhere,
        what,
        action: format!("Make a DNS entry in your network that leads {name} to this machine."),
    })
}

/// A host name as browsers write it.
fn host_name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim().trim_end_matches('.').to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    // The last label of a name is never a number: 192.0.2.7 is an address.
    let last = name.rsplit('.').next().unwrap_or_default();
    let number = last.bytes().all(|b| b.is_ascii_digit());
    if name.len() <= 253 && name.split('.').all(label) && !number {
        return Ok(name);
    }
    Err(Refusal::new(
        ErrorCode::NameInvalid,
        "This is not a host name.",
        "Enter a name such as placard.example.com, without https:// and without a port; the agent's addresses always work beside it.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_people_write_them_and_nothing_else_is() {
        for (typed, name) in [
            ("Placard.Example.com", "placard.example.com"),
            (" signs ", "signs"),
            ("a-1.example.", "a-1.example"),
        ] {
            assert_eq!(host_name(typed).unwrap(), name);
        }
        for typed in [
            "",
            ".",
            "https://placard.example.com",
            "placard:8443",
            "192.0.2.7",
            "[::1]",
            "-a.example",
            "a..b",
            "büro.example",
            "<script>",
            &"a".repeat(64),
        ] {
            assert!(host_name(typed).is_err(), "{typed}");
        }
    }
}
