//! Keys, pre-paired hubs, and which copy of the agent serves.

use std::path::{Path, PathBuf};

use super::{ConsoleError, now, open};
use crate::hubs::keys::{self, Keyring};
use crate::hubs::recovery::RecoveryPhrase;

/// The pins by which hubs know this agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubKeys {
    /// The key that speaks.
    pub active: String,
    /// The key that serves when that is lost or stolen; absent before there is a recovery phrase.
    pub standby: Option<String>,
}

/// Makes the backup key and the standby key, and answers the phrase that opens them: it is shown once and kept nowhere.
/// With `anew`, in place of those that there are.
///
/// # Errors
///
/// Fails when a phrase was shown before and `anew` is not set, or the keys cannot be written.
pub fn recovery_phrase(data: &Path, anew: bool) -> Result<String, ConsoleError> {
    open(data)?;
    Ok(keys::make_standby(&folder(data), anew)?.to_string())
}

/// The pins by which hubs know the agent whose data is in `data`.
///
/// # Errors
///
/// Fails when its keys cannot be read.
pub fn hub_keys(data: &Path) -> Result<HubKeys, ConsoleError> {
    open(data)?;
    let keyring = Keyring::load(&folder(data))?;
    Ok(HubKeys {
        active: keyring.active().to_string(),
        standby: keyring.standby().map(|pin| pin.to_string()),
    })
}

/// Draws a new key; hubs learn of it, from the running agent or as they connect. Answers its pin.
///
/// # Errors
///
/// Fails when hubs have not learnt of the last rotation yet, or the keys cannot be written.
pub async fn rotate_hub_key(data: &Path) -> Result<String, ConsoleError> {
    let store = open(data)?;
    let active = Keyring::load(&folder(data))?.active();
    let without = store.hubs_without_key(active.to_bytes().to_vec()).await?;
    Ok(keys::rotate(&folder(data), without)?.to_string())
}

/// Makes the standby key the active one; hubs drop the key that they knew, at once if the agent runs. Answers its pin.
///
/// # Errors
///
/// Fails when the phrase is not this agent's, there is no standby key, or the keys cannot be written.
pub fn promote_standby_key(data: &Path, phrase: &str) -> Result<String, ConsoleError> {
    open(data)?;
    let phrase: RecoveryPhrase = phrase.parse().map_err(keys::KeyringError::from)?;
    Ok(keys::promote_standby(&folder(data), &phrase)?.to_string())
}

/// Pins a hub without pairing: for hubs that were given the agent's key by other means. The running agent lets it in from
/// now on.
///
/// # Errors
///
/// Fails when the pin is none, or the store cannot be written.
pub async fn admit_hub(data: &Path, pin: &str, name: &str) -> Result<(), ConsoleError> {
    let store = open(data)?;
    let id = pin
        .trim()
        .parse()
        .map_err(|_| ConsoleError::NotAPin(pin.to_owned()))?;
    let name = match name.trim() {
        "" => format!("hub {}", pin.trim().chars().take(8).collect::<String>()),
        name => name.to_owned(),
    };
    Ok(store.pair_hub(&id, &name, now()).await?)
}

/// Has this copy of the agent serve hubs in the place of whichever does, from its next start on.
///
/// # Errors
///
/// Fails when the store cannot be written.
pub async fn take_over(data: &Path) -> Result<(), ConsoleError> {
    Ok(open(data)?.take_over().await?)
}

fn folder(data: &Path) -> PathBuf {
    data.join("keys")
}
