//! Who asks: a signed-in admin, or anybody from an address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use http::header::COOKIE;
use http::request::Parts;
use http::{HeaderMap, header};

use super::app::{App, now};
use super::refusal::Refusal;
use crate::security::{SESSION_COOKIE, SessionToken, alive, needs_touch};
use crate::store::{Deed, SessionRow};

/// Proof that the request came with a live session.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    session: SessionRow,
    address: IpAddr,
}

impl Caller {
    /// The admin's name.
    pub(crate) fn name(&self) -> &str {
        &self.session.name
    }

    /// Where the request came from.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// The session itself.
    pub(crate) fn session(&self) -> &SessionRow {
        &self.session
    }

    /// Names the session to those who bind something to it, without being of use to sign in with.
    pub(crate) fn session_name(&self) -> String {
        blake3::Hash::from_bytes(self.session.token_hash)
            .to_hex()
            .to_string()
    }

    /// Records what the admin did.
    pub(super) async fn record(
        &self,
        app: &App,
        action: Action,
        subject: impl Into<String>,
    ) -> Result<(), Refusal> {
        let deed = Deed {
            at: now(),
            who: self.name().to_owned(),
            action,
            subject: subject.into(),
            address: Some(self.address.to_string()),
        };
        Ok(app.store.record(deed).await?)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let address = Address::from_request_parts(parts, app).await?.0;
        let token = cookie(&parts.headers, SESSION_COOKIE).ok_or_else(signed_out)?;
        let hash = SessionToken::from_cookie(token).hash();
        let now = now();
        let session = app
            .store
            .session(hash, alive(now))
            .await?
            .ok_or_else(signed_out)?;
        if needs_touch(&session, now) {
            app.store.touch_session(hash, now).await?;
        }
        Ok(Self { session, address })
    }
}

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address(pub(crate) IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Refusal> {
        let ConnectInfo(peer) = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .ok_or_else(|| {
                Refusal::internal(anyhow::anyhow!("a request without a peer address"))
            })?;
        Ok(Self(peer.ip().to_canonical()))
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// What the browser calls itself, cut to what is worth keeping.
pub(crate) fn user_agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok());
    text.unwrap_or_default().chars().take(200).collect()
}

/// There is no live session.
pub(crate) fn signed_out() -> Refusal {
    Refusal::new(
        ErrorCode::SignedOut,
        "You are not signed in, or your session has ended.",
        "Sign in at /login.",
    )
}
