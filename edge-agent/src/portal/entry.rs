//! Coming in: what claiming and signing in do, whether a script asks by the API or a person by a page.

use std::net::IpAddr;
use std::time::Instant;

use edge_api::account::{Claim, Session};
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::users::{MAX_NAME_CHARS, Role};
use http::{HeaderMap, HeaderValue};
use tracing::info;

use super::app::{App, now};
use super::caller::user_agent;
use super::own_account::passes_factor;
use super::refusal::Refusal;
use super::users::sound_name;
use crate::security::{SESSION_COOKIE, SESSION_LIFE, SessionToken, alive};
use crate::store::{Deed, NewSession, UserRow};

/// Somebody came in.
#[derive(Clone, Debug)]
pub(super) struct Admitted {
    /// Who, and until when.
    pub(super) session: Session,
    /// The cookie that proves it.
    pub(super) cookie: HeaderValue,
}

/// Makes the first owner, who is signed in at once.
pub(super) async fn claim(
    app: &App,
    from: IpAddr,
    headers: &HeaderMap,
    claim: Claim,
) -> Result<Admitted, Refusal> {
    if app.store.is_claimed().await? {
        return Err(already_claimed());
    }
    app.setup_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    if !app.setup_token.is_right(&claim.setup_token)? {
        info!(address = %from, "a claim with a wrong setup token");
        return Err(Refusal::new(
            ErrorCode::WrongSetupToken,
            "This is not the setup token of this agent.",
            format!("Run `{}` on its machine.", token_command(app)),
        ));
    }
    app.setup_tries.give_back(from);
    let name = sound_name(&claim.name)?;
    let password_hash = app.passwords.hash(claim.password).await?;
    let token = SessionToken::draw();
    let session = new_session(&token, from, headers);
    let admitted = admitted(&token, name.clone(), Role::Owner, &session);
    if !app.store.claim(name, password_hash, session).await? {
        return Err(already_claimed());
    }
    // The store has settled who is admin; the token is of no use any more, whether or not the file goes.
    app.setup_token.remove()?;
    info!(address = %from, "the agent was claimed");
    Ok(admitted)
}

/// The command that prints the setup token on the agent's machine.
pub(super) fn token_command(app: &App) -> String {
    format!("edge-agent setup-token --data {}", app.data.display())
}

/// The user with this name and this password. A wrong one is on record.
pub(super) async fn by_password(
    app: &App,
    from: IpAddr,
    name: &str,
    password: String,
) -> Result<UserRow, Refusal> {
    app.sign_in_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    let user = app.store.user_by_name(name.trim().to_owned()).await?;
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let right = app.passwords.is_right(password, stored).await?;
    let Some(user) = user.filter(|_| right) else {
        refused(app, name, from).await?;
        return Err(Refusal::new(
            ErrorCode::WrongCredentials,
            "The name or the password is wrong.",
            "Try again; if it is lost, ask another admin, or run `edge-agent admin reset` on the agent's machine.",
        ));
    };
    app.sign_in_tries.give_back(from);
    Ok(user)
}

/// Whether `code` is one of the user's; uses it up. A wrong one is on record.
pub(super) async fn by_code(
    app: &App,
    from: IpAddr,
    user: &UserRow,
    code: &str,
) -> Result<(), Refusal> {
    if code.is_empty() && user.has_factor() {
        return Err(Refusal::new(
            ErrorCode::SecondFactorNeeded,
            "Signing in takes a one-time code, too.",
            "Enter the code that your authenticator shows, or one of your recovery codes.",
        ));
    }
    app.sign_in_tries
        .take(from, Instant::now())
        .map_err(Refusal::too_many_tries)?;
    if !passes_factor(app, user, code, now()).await? {
        refused(app, &user.name, from).await?;
        return Err(Refusal::new(
            ErrorCode::WrongCredentials,
            "The one-time code is wrong, or was used already.",
            "Wait for the next code and enter that, or enter one of your recovery codes.",
        ));
    }
    app.sign_in_tries.give_back(from);
    Ok(())
}

/// Opens a session for somebody who has proved everything.
pub(super) async fn admit(
    app: &App,
    from: IpAddr,
    headers: &HeaderMap,
    user: UserRow,
) -> Result<Admitted, Refusal> {
    let token = SessionToken::draw();
    let session = new_session(&token, from, headers);
    let alive = alive(session.now);
    let admitted = admitted(&token, user.name.clone(), user.role, &session);
    app.store.open_session(user, session, alive).await?;
    Ok(admitted)
}

async fn refused(app: &App, name: &str, from: IpAddr) -> Result<(), Refusal> {
    let deed = Deed {
        at: now(),
        who: name.chars().take(MAX_NAME_CHARS).collect(),
        action: Action::SignInRefused,
        subject: String::new(),
        address: Some(from.to_string()),
        was: None,
        became: None,
    };
    Ok(app.store.record(deed).await?)
}

fn new_session(token: &SessionToken, from: IpAddr, headers: &HeaderMap) -> NewSession {
    NewSession {
        token_hash: token.hash(),
        now: now(),
        address: from.to_string(),
        user_agent: user_agent(headers),
    }
}

fn admitted(token: &SessionToken, name: String, role: Role, session: &NewSession) -> Admitted {
    let ends_at = session.now.saturating_add(SESSION_LIFE);
    // Lax, not Strict: the way back from Google is a navigation that another site began.
    let cookie = format!(
        "{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}",
        token.as_str(),
        SESSION_LIFE.as_secs()
    );
    Admitted {
        session: Session {
            name,
            role,
            created_at: session.now,
            ends_at: ends_at.unwrap_or(session.now),
        },
        cookie: HeaderValue::from_str(&cookie).expect("Base64 and words of ours fit a header"),
    }
}

fn already_claimed() -> Refusal {
    Refusal::new(
        ErrorCode::AlreadyClaimed,
        "This agent has been claimed already.",
        "Sign in at /login; if nobody can, run `edge-agent admin reset` on its machine.",
    )
}
