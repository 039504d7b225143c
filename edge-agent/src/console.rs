//! What only somebody at the agent's own machine may do, whether or not the agent runs.

mod hubs;

pub use self::hubs::{
    HubKeys, admit_hub, hub_keys, promote_standby_key, recovery_phrase, rotate_hub_key, take_over,
};

use std::path::Path;

use jiff::Timestamp;

use crate::hubs::keys::KeyringError;
use crate::security::SetupToken;
use crate::store::{OpenStoreError, Store, StoreError};

/// Why a command at the console did not work.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// There is nothing to claim.
    #[error(
        "this agent has been claimed already; sign in to the portal, or run `edge-agent admin reset` if nobody can"
    )]
    AlreadyClaimed,
    /// No agent has ever run here.
    #[error(
        "`{0}` holds no agent's data; name the folder that `edge-agent serve` uses with --data"
    )]
    NoData(String),
    /// The store does not open.
    #[error(transparent)]
    Open(Box<dyn std::error::Error + Send + Sync>),
    /// The store does not answer.
    #[error("read or change the store")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The keys that hubs know the agent by cannot be read or changed.
    #[error(transparent)]
    Keys(Box<dyn std::error::Error + Send + Sync>),
    /// A text that should be a hub's pin is not.
    #[error("`{0}` is no hub's pin; it has 64 hex digits")]
    NotAPin(String),
    /// The token's file cannot be read, written or removed.
    #[error("read or write the setup token; run this as the user that runs the agent")]
    Token(#[from] std::io::Error),
}

impl From<OpenStoreError> for ConsoleError {
    fn from(error: OpenStoreError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl From<StoreError> for ConsoleError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

/// The token that claims the agent whose data is in `data`.
///
/// # Errors
///
/// Fails when the agent was claimed already, or its data cannot be read.
pub async fn setup_token(data: &Path) -> Result<String, ConsoleError> {
    let store = open(data)?;
    if store.is_claimed().await? {
        return Err(ConsoleError::AlreadyClaimed);
    }
    Ok(SetupToken::in_data(data).ensure()?)
}

/// Removes every admin, ends every session, and gives a new setup token. The running agent notices by itself. What it
/// knows of Google, relay, hubs and links stays.
///
/// # Errors
///
/// Fails when the agent's data cannot be read or written.
pub async fn admin_reset(data: &Path) -> Result<String, ConsoleError> {
    let store = open(data)?;
    let token = SetupToken::in_data(data);
    // The old one goes first: after the reset it must not open anything.
    token.remove()?;
    store.reset_admins(now()).await?;
    Ok(token.ensure()?)
}

impl From<KeyringError> for ConsoleError {
    fn from(error: KeyringError) -> Self {
        Self::Keys(Box::new(error))
    }
}

fn open(data: &Path) -> Result<Store, ConsoleError> {
    if !data.join("agent.db").exists() {
        return Err(ConsoleError::NoData(data.display().to_string()));
    }
    Ok(Store::open(data)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command at the console happens now"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
