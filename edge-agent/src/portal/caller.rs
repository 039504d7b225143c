//! Who asks: somebody signed in, a script with a token, or anybody from an address.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::users::Role;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};

use super::app::{App, now};
use super::permission;
use super::refusal::Refusal;
use crate::security::{ApiSecret, SESSION_COOKIE, SessionToken, alive, needs_touch};
use crate::store::{Deed, SessionRow};

/// How exactly a token's last use is kept.
const TOUCH_TOKEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Proof that the request came with a live session or token whose role is enough for the route.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    name: String,
    role: Role,
    address: IpAddr,
    proof: Proof,
}

/// With what the caller proved it.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// A browser's session.
    Session(SessionRow),
    /// A script's token, by its hash.
    Token([u8; 32]),
}

impl Caller {
    /// The user's name, or the token's.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the caller may do.
    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// Where the request came from.
    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// With what the caller proved it.
    pub(crate) fn proof(&self) -> &Proof {
        &self.proof
    }

    /// What the caller is doing now, to be recorded.
    pub(super) fn deed(&self, action: Action, subject: impl Into<String>) -> Deed {
        Deed {
            at: now(),
            who: self.name.clone(),
            action,
            subject: subject.into(),
            address: Some(self.address.to_string()),
            was: None,
            became: None,
        }
    }

    /// Records what the caller did.
    pub(super) async fn record(
        &self,
        app: &App,
        action: Action,
        subject: impl Into<String>,
    ) -> Result<(), Refusal> {
        Ok(app.store.record(self.deed(action, subject)).await?)
    }
}

impl Proof {
    /// Whether it is still good at `now`.
    pub(crate) async fn holds(&self, app: &App, now: Timestamp) -> Result<bool, Refusal> {
        Ok(match self {
            Self::Session(session) => {
                let found = app.store.session(session.token_hash, alive(now)).await?;
                found.is_some()
            }
            Self::Token(hash) => app.store.api_token(*hash, now).await?.is_some(),
        })
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let address = Address::from_request_parts(parts, app).await?.0;
        let caller = match bearer(&parts.headers) {
            Some(secret) => by_token(app, &secret, address).await?,
            None => by_session(app, &parts.headers, address).await?,
        };
        let path = parts.extensions.get::<MatchedPath>();
        let least = permission::least(&parts.method, path.map_or("", MatchedPath::as_str));
        if caller.role >= least {
            return Ok(caller);
        }
        Err(Refusal::new(
            ErrorCode::NotAllowed,
            format!(
                "This takes the role of {}; yours is {}.",
                least.label(),
                caller.role.label()
            ),
            "Ask an admin to do it, or for another role.",
        ))
    }
}

fn bearer(headers: &HeaderMap) -> Option<ApiSecret> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    ApiSecret::from_header(value)
}

async fn by_token(app: &App, secret: &ApiSecret, address: IpAddr) -> Result<Caller, Refusal> {
    let (hash, now) = (secret.hash(), now());
    let token = app.store.api_token(hash, now).await?.ok_or_else(|| {
        Refusal::new(
            ErrorCode::SignedOut,
            "This token is unknown, deleted or expired.",
            "Make a new one under Settings > Users.",
        )
    })?;
    let touched = token.last_used.unwrap_or(Timestamp::MIN);
    if now.duration_since(touched) >= TOUCH_TOKEN_EVERY {
        app.store.touch_api_token(token.id, now).await?;
    }
    Ok(Caller {
        name: format!("token {}", token.name),
        role: token.role,
        address,
        proof: Proof::Token(hash),
    })
}

/// The live session whose cookie came with a request.
pub(crate) async fn session_of(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<SessionRow>, Refusal> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let hash = SessionToken::from_cookie(token).hash();
    let now = now();
    let session = app.store.session(hash, alive(now)).await?;
    if session
        .as_ref()
        .is_some_and(|session| needs_touch(session, now))
    {
        app.store.touch_session(hash, now).await?;
    }
    Ok(session)
}

async fn by_session(app: &App, headers: &HeaderMap, address: IpAddr) -> Result<Caller, Refusal> {
    let session = session_of(app, headers).await?.ok_or_else(signed_out)?;
    Ok(Caller {
        name: session.name.clone(),
        role: session.role,
        address,
        proof: Proof::Session(session),
    })
}

/// A [`Caller`] in a browser: some things are not for scripts.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    caller: Caller,
    session: SessionRow,
}

impl SignedIn {
    /// The session itself.
    pub(crate) fn session(&self) -> &SessionRow {
        &self.session
    }

    /// Names the session to those who bind something to it, without being of use to sign in with.
    pub(crate) fn session_name(&self) -> String {
        self.session.public_name()
    }
}

impl Deref for SignedIn {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, app).await?;
        match caller.proof.clone() {
            Proof::Session(session) => Ok(Self { caller, session }),
            Proof::Token(_) => Err(Refusal::new(
                ErrorCode::NotAllowed,
                "Tokens cannot do this: it belongs to somebody in a browser.",
                "Sign in to the portal.",
            )),
        }
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
