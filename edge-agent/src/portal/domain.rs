//! Whether the public domain, which is the relay's, is reached: as far as can be told from the agent's side.

use std::net::IpAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use edge_api::security::{DomainProbe, Probe, ProbeStep};
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use super::app::App;
use super::caller::Caller;
use super::refusal::{Refusal, sentences};
use super::relay::problem;
use crate::outbound::in_words;
use crate::relay::RelayError;

/// Somebody waits before the page for all of it.
const PATIENCE: Duration = Duration::from_secs(15);

/// What went wrong, a semicolon, and what to do.
type Fault = String;

pub(super) async fn probe(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Json<DomainProbe>, Refusal> {
    let enrolment = app.relay.enrolment().ok_or(RelayError::NotEnrolled)?;
    let base = Url::parse(enrolment.public_base()).map_err(Refusal::internal)?;
    let host = base.host_str().unwrap_or_default().to_owned();
    let mut steps = Vec::new();
    let found = [
        (Probe::Name, patiently(name(&app, &host)).await),
        (
            Probe::Certificate,
            patiently(certificate(&app, &base)).await,
        ),
        (Probe::Answer, patiently(answer(&app, &base)).await),
        (Probe::Link, link(&app)),
    ];
    for (step, found) in found {
        let failed = found.is_err();
        let told = found.as_ref().err().map(|fault| sentences(fault));
        let (problem, action) = told.unzip();
        steps.push(ProbeStep {
            step,
            found: found.ok(),
            problem,
            action,
        });
        if failed {
            break;
        }
    }
    Ok(Json(DomainProbe {
        domain: host,
        steps,
    }))
}

async fn patiently(step: impl Future<Output = Result<String, Fault>>) -> Result<String, Fault> {
    let late = "nothing came back in time; check that the firewall lets this machine out";
    timeout(PATIENCE, step)
        .await
        .unwrap_or_else(|_| Err(late.to_owned()))
}

async fn name(app: &App, host: &str) -> Result<String, Fault> {
    let found = app.http.addresses_of(host).await.map_err(|error| {
        format!("{host} has no address ({error}); check the domain's DNS entries, or ask the relay's operator")
    })?;
    let found: Vec<String> = found.iter().map(IpAddr::to_string).collect();
    Ok(found.join(", "))
}

async fn certificate(app: &App, base: &Url) -> Result<String, Fault> {
    let host = base.host_str().unwrap_or_default();
    let port = base.port_or_known_default().unwrap_or(443);
    let encrypted = base.scheme() == "https";
    let dialled = app.http.dial(host, port, encrypted).await;
    dialled.map_err(|error| in_words(&error))?;
    Ok(format!("trusted, for {host}"))
}

async fn answer(app: &App, base: &Url) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Said {
        healthy: bool,
    }
    let stranger =
        "something answers there, but it is not a Placard relay; check the domain's DNS entries";
    let url = format!("{}/healthz", base.as_str().trim_end_matches('/'));
    let sent = app.http.client().get(url).send().await;
    let answer = sent.map_err(|error| in_words(&error))?;
    match answer.json::<Said>().await {
        Ok(Said { healthy: true }) => Ok("a Placard relay".to_owned()),
        Ok(Said { healthy: false }) => {
            Err("the relay answers, but its store does not; tell the relay's operator".to_owned())
        }
        Err(_) => Err(stranger.to_owned()),
    }
}

fn link(app: &App) -> Result<String, Fault> {
    match problem(app) {
        None => Ok("this agent's relay".to_owned()),
        Some((what, todo)) => Err(format!("{}; {todo}", what.trim_end_matches('.'))),
    }
}
