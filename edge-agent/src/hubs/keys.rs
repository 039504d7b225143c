//! The keys by which hubs know this agent.
//!
//! ```text
//! keys/hub-link.key            the active key
//! keys/hub-link.previous.key   the one before a rotation, for hubs that have not heard of it yet
//! keys/hub-link.standby.json   the pin of the standby key, and the key sealed to the backup key
//! keys/backup.pub              the public half of the backup key, whose secret is the recovery phrase
//! ```
//! Nobody can use the standby key without the recovery phrase, so whoever steals this folder cannot either. It serves
//! when the active key is lost or stolen: hubs drop the active one when the standby speaks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hub_link::identity::{Identity, IdentityError, Pin};
use hub_link::wire::AgentKeys;
use serde::{Deserialize, Serialize};

use super::recovery::{BackupKey, PhraseError, RecoveryPhrase};

/// Why the keys cannot be used or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyringError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("read or write `{path}`")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "`{0}` is damaged; restore it from a backup, or make a new standby key with `edge-agent recovery-phrase --new`"
    )]
    Damaged(PathBuf),
    #[error("there is no standby key yet; `edge-agent recovery-phrase` makes one")]
    NoStandby,
    #[error(transparent)]
    Phrase(#[from] PhraseError),
    #[error(
        "a recovery phrase was shown before; if it is lost, `edge-agent recovery-phrase --new` makes another, which hubs learn only over a connection of the old standby key or when they are paired again"
    )]
    AlreadyShown,
    #[error(
        "{0} hubs have not learnt of the last rotation yet; they would be lost. Wait until they have connected, or forget them"
    )]
    StillLearning(u32),
}

/// The keys that are at hand.
#[derive(Debug)]
pub(crate) struct Keyring {
    active: Identity,
    previous: Option<Identity>,
    standby: Option<Pin>,
}

#[derive(Serialize, Deserialize)]
struct Standby {
    pin: String,
    /// Base 64.
    sealed: String,
}

impl Keyring {
    /// Reads the keys, or draws the active one.
    pub(crate) fn load(folder: &Path) -> Result<Self, KeyringError> {
        let previous = previous_file(folder);
        Ok(Self {
            active: Identity::load_or_create(&active_file(folder))?,
            previous: match previous.exists() {
                true => Some(Identity::load_or_create(&previous)?),
                false => None,
            },
            standby: standby(folder)?.map(|(pin, _)| pin),
        })
    }

    /// Every key by which hubs may ask for this agent.
    pub(crate) fn identities(&self) -> Vec<Identity> {
        let active = std::iter::once(&self.active);
        active.chain(&self.previous).cloned().collect()
    }

    pub(crate) fn active(&self) -> Pin {
        self.active.pin()
    }

    pub(crate) fn standby(&self) -> Option<Pin> {
        self.standby
    }

    /// Whether hubs may still ask for this key.
    pub(super) fn knows(&self, pin: Pin) -> bool {
        self.identities()
            .iter()
            .any(|identity| identity.pin() == pin)
    }

    /// All of them, which tells whether something has changed.
    pub(super) fn pins(&self) -> (Vec<Pin>, Option<Pin>) {
        let pins = self.identities().iter().map(Identity::pin).collect();
        (pins, self.standby)
    }

    /// For hubs.
    pub(crate) fn to_wire(&self) -> AgentKeys {
        AgentKeys {
            active: self.active.pin().to_bytes(),
            standby: self.standby.map(Pin::to_bytes).unwrap_or_default(),
        }
    }
}

/// Makes the backup key and the standby key, and answers the phrase that nobody will see again. With `anew`, in place of
/// those that there are.
pub(crate) fn make_standby(folder: &Path, anew: bool) -> Result<RecoveryPhrase, KeyringError> {
    let file = folder.join("backup.pub");
    if file.exists() && !anew {
        return Err(KeyringError::AlreadyShown);
    }
    let phrase = RecoveryPhrase::draw();
    let key = phrase.backup_key();
    // The standby first: a phrase that opens nothing is noticed, a public key without a phrase is not.
    write_standby(folder, &Identity::draw()?, &key)?;
    write(&file, format!("{key}\n").as_bytes())?;
    Ok(phrase)
}

/// Draws a new active key; the one that there is serves hubs that have not heard of it.
/// `without` counts the hubs that do not know the key that there is.
pub(crate) fn rotate(folder: &Path, without: u32) -> Result<Pin, KeyringError> {
    if previous_file(folder).exists() && without > 0 {
        return Err(KeyringError::StillLearning(without));
    }
    let active = Identity::load_or_create(&active_file(folder))?;
    let new = Identity::draw()?;
    active.save(&previous_file(folder))?;
    new.save(&active_file(folder))?;
    Ok(new.pin())
}

/// Makes the standby key the active one, since that was lost or stolen, and draws another standby key.
pub(crate) fn promote_standby(folder: &Path, phrase: &RecoveryPhrase) -> Result<Pin, KeyringError> {
    let (pin, sealed) = standby(folder)?.ok_or(KeyringError::NoStandby)?;
    let private = phrase.open(&sealed, pin.to_string().as_bytes())?;
    let promoted = Identity::from_private(&private)?;
    promoted.save(&active_file(folder))?;
    match fs::remove_file(previous_file(folder)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(KeyringError::File {
                path: previous_file(folder),
                source,
            });
        }
        _ => {}
    }
    write_standby(folder, &Identity::draw()?, &phrase.backup_key())?;
    Ok(promoted.pin())
}

fn active_file(folder: &Path) -> PathBuf {
    folder.join("hub-link.key")
}

fn previous_file(folder: &Path) -> PathBuf {
    folder.join("hub-link.previous.key")
}

fn standby_file(folder: &Path) -> PathBuf {
    folder.join("hub-link.standby.json")
}

/// The standby's pin, and its sealed key.
fn standby(folder: &Path) -> Result<Option<(Pin, Vec<u8>)>, KeyringError> {
    use base64::Engine;
    let path = standby_file(folder);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(KeyringError::File { path, source }),
    };
    let damaged = || KeyringError::Damaged(path.clone());
    let standby: Standby = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    let pin = standby.pin.parse().map_err(|_| damaged())?;
    let sealed = base64::engine::general_purpose::STANDARD.decode(standby.sealed);
    Ok(Some((pin, sealed.map_err(|_| damaged())?)))
}

fn write_standby(folder: &Path, standby: &Identity, key: &BackupKey) -> Result<(), KeyringError> {
    use base64::Engine;
    let pin = standby.pin().to_string();
    let sealed = key.seal(standby.private(), pin.as_bytes())?;
    let standby = Standby {
        sealed: base64::engine::general_purpose::STANDARD.encode(sealed),
        pin,
    };
    let bytes = serde_json::to_vec(&standby).expect("two strings become JSON");
    write(&standby_file(folder), &bytes)
}

/// On the disk, as a whole, readable for whoever may read the folder: the secret inside is sealed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), KeyringError> {
    let failed = |source| KeyringError::File {
        path: path.to_owned(),
        source,
    };
    let unfinished = path.with_extension("new");
    let mut file = fs::File::create(&unfinished).map_err(failed)?;
    io::Write::write_all(&mut file, bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standby_key_exists_only_sealed_and_serves_whoever_has_the_phrase() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let before = Keyring::load(folder).unwrap();
        assert_eq!(before.standby(), None);
        let phrase = make_standby(folder, false).unwrap();
        let keyring = Keyring::load(folder).unwrap();
        let standby = keyring.standby().unwrap();
        assert_eq!(keyring.active(), before.active());
        assert!(matches!(
            make_standby(folder, false),
            Err(KeyringError::AlreadyShown)
        ));
        let wrong = RecoveryPhrase::draw();
        assert!(matches!(
            promote_standby(folder, &wrong),
            Err(KeyringError::Phrase(_))
        ));
        assert_eq!(Keyring::load(folder).unwrap().active(), before.active());
        let typed: RecoveryPhrase = phrase.to_string().to_lowercase().parse().unwrap();
        assert_eq!(promote_standby(folder, &typed).unwrap(), standby);
        let after = Keyring::load(folder).unwrap();
        assert_eq!(after.active(), standby);
        assert!(after.standby().is_some_and(|next| next != standby));
    }

    #[test]
    fn after_a_rotation_both_keys_serve_until_every_hub_has_learnt() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let old = Keyring::load(folder).unwrap().active();
        let new = rotate(folder, 3).unwrap();
        let keyring = Keyring::load(folder).unwrap();
        let pins: Vec<Pin> = keyring.identities().iter().map(Identity::pin).collect();
        assert_eq!(pins, [new, old]);
        assert!(matches!(
            rotate(folder, 3),
            Err(KeyringError::StillLearning(3))
        ));
        assert!(rotate(folder, 0).is_ok());
    }
}
