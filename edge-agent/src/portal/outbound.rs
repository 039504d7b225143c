//! The way out: the proxy and the certificate authorities that an admin sets, and trying whether they serve.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::outbound::{
    Authority, Outbound, Proxy as ProxyView, SaveAuthorities, SaveProxy, Trial, Trials,
};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};
use url::Url;

use super::app::{App, now};
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::{Refusal, sentences};
use super::version::{LastRead, Tagged};
use crate::outbound::{Credentials, Proxy, Ways, in_words, parse_authorities};
use crate::store::{StoredCredentials, StoredProxy};

/// Longer than a proxy's own patience.
const TRIAL: Duration = Duration::from_secs(20);

pub(super) async fn show(State(app): State<App>, _caller: Caller) -> Tagged<Outbound> {
    Tagged(view(&app))
}

pub(super) async fn save_proxy(
    State(app): State<App>,
    caller: Caller,
    read: LastRead,
    JsonBody(body): JsonBody<SaveProxy>,
) -> Result<Tagged<Outbound>, Refusal> {
    let _one_at_a_time = app.editing.lock().await;
    read.is_still(&view(&app))?;
    let before = app.http.ways();
    let invalid = |error| Refusal::told(ErrorCode::ProxyInvalid, &error);
    let bare = Proxy::parse(&body.address, None, &body.direct).map_err(invalid)?;
    let user = body.user.filter(|user| !user.trim().is_empty());
    let credentials = user.map(|user| {
        let user = user.trim().to_owned();
        // Never sent to another proxy than the one that it was entered for.
        let stored = before
            .proxy
            .as_ref()
            .filter(|stored| stored.address() == bare.address())
            .and_then(|stored| stored.credentials.as_ref())
            .filter(|stored| stored.user == user);
        let kept = || stored.map(|stored| stored.password.clone());
        Credentials {
            password: body.password.clone().or_else(kept).unwrap_or_default(),
            user,
        }
    });
    let proxy = Proxy::parse(&body.address, credentials, &body.direct).map_err(invalid)?;
    let stored = StoredProxy {
        address: proxy.address(),
        direct: proxy.direct.clone(),
        credentials: proxy.credentials.clone().map(|c| StoredCredentials {
            user: c.user,
            password: c.password,
        }),
    };
    app.store.save_proxy(Some(stored)).await?;
    let address = proxy.address();
    take(
        &app,
        Ways {
            proxy: Some(proxy),
            ..before
        },
    )?;
    caller.record(&app, Action::ProxySet, address).await?;
    Ok(Tagged(view(&app)))
}

pub(super) async fn remove_proxy(
    State(app): State<App>,
    caller: Caller,
    read: LastRead,
) -> Result<Tagged<Outbound>, Refusal> {
    let _one_at_a_time = app.editing.lock().await;
    read.is_still(&view(&app))?;
    let before = app.http.ways();
    app.store.save_proxy(None).await?;
    take(
        &app,
        Ways {
            proxy: None,
            ..before
        },
    )?;
    caller.record(&app, Action::ProxySet, "none").await?;
    Ok(Tagged(view(&app)))
}

pub(super) async fn save_authorities(
    State(app): State<App>,
    caller: Caller,
    read: LastRead,
    JsonBody(body): JsonBody<SaveAuthorities>,
) -> Result<Tagged<Outbound>, Refusal> {
    let _one_at_a_time = app.editing.lock().await;
    read.is_still(&view(&app))?;
    let authorities = parse_authorities(&body.pem, now())
        .map_err(|error| Refusal::told(ErrorCode::AuthoritiesInvalid, &error))?;
    let subjects: Vec<_> = authorities.iter().map(|a| a.subject.as_str()).collect();
    let subjects = subjects.join(", ");
    app.store.save_authorities(Some(body.pem)).await?;
    let before = app.http.ways();
    take(
        &app,
        Ways {
            authorities,
            ..before
        },
    )?;
    caller
        .record(&app, Action::AuthoritiesSet, subjects)
        .await?;
    Ok(Tagged(view(&app)))
}

pub(super) async fn remove_authorities(
    State(app): State<App>,
    caller: Caller,
    read: LastRead,
) -> Result<Tagged<Outbound>, Refusal> {
    let _one_at_a_time = app.editing.lock().await;
    read.is_still(&view(&app))?;
    let before = app.http.ways();
    app.store.save_authorities(None).await?;
    take(
        &app,
        Ways {
            authorities: Vec::new(),
            ..before
        },
    )?;
    caller.record(&app, Action::AuthoritiesSet, "none").await?;
    Ok(Tagged(view(&app)))
}

/// Opens a connection to everybody that the agent needs, and closes it again.
pub(super) async fn test(State(app): State<App>, _caller: Caller) -> Json<Trials> {
    let relay = app.relay.enrolment();
    let relay = relay.and_then(|enrolment| Url::parse(enrolment.api_base()).ok());
    let mut targets: Vec<Target> = Vec::new();
    for url in relay.iter().chain(app.google.servers()) {
        if let Some(target) = Target::of(url)
            && !targets.contains(&target)
        {
            targets.push(target);
        }
    }
    let trials = join_all(targets.into_iter().map(|target| target.try_out(&app))).await;
    Json(Trials { trials })
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    host: String,
    port: u16,
    encrypted: bool,
}

impl Target {
    fn of(url: &Url) -> Option<Self> {
        Some(Self {
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
            encrypted: url.scheme() == "https",
        })
    }

    async fn try_out(self, app: &App) -> Trial {
        let begun = Instant::now();
        let proxy = app.http.ways().proxy;
        let dialling = app.http.dial(&self.host, self.port, self.encrypted);
        let told = match timeout(TRIAL, dialling).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(sentences(&in_words(&error))),
            Err(_) => Some(sentences(
                "nothing came back in time; check that the firewall lets this machine out",
            )),
        };
        let (problem, action) = told.unzip();
        Trial {
            target: format!("{}:{}", self.host, self.port),
            through_proxy: proxy.is_some_and(|proxy| self.encrypted && proxy.serves(&self.host)),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            problem,
            action,
        }
    }
}

fn take(app: &App, ways: Ways) -> Result<(), Refusal> {
    app.http.take(ways).map_err(Refusal::internal)
}

fn view(app: &App) -> Outbound {
    let ways = app.http.ways();
    Outbound {
        proxy: ways.proxy.map(|proxy| ProxyView {
            address: proxy.address(),
            user: proxy.credentials.map(|c| c.user),
            direct: proxy.direct,
        }),
        authorities: ways
            .authorities
            .into_iter()
            .map(|authority| Authority {
                subject: authority.subject,
                not_after: authority.not_after,
                fingerprint: authority.fingerprint,
            })
            .collect(),
    }
}
