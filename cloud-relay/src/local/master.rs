//! The master keys in `DATA/master.key`, for a host without a secret store.
//!
//! One line for each key, `VERSION KEY`, the one in use first. A lone key without a version, as older relays wrote it, is
//! version 1.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use relay_contract::encoding::to_base64url;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};

use crate::machine;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or written.
    #[error("read or write the master key `{path}`")]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "`{path}` does not hold a master key (32 bytes, as 64 hex digits or as base64); restore it: with another key all agents must enrol again"
    )]
    Malformed {
        /// Where it is.
        path: PathBuf,
    },
    /// A rotation is under way already.
    #[error(
        "the master key before this one is still kept; retire it first (`retire-master`), since only two are kept at a time"
    )]
    RotationUnderWay,
    /// There is nothing to retire.
    #[error("only one master key is kept; there is none to retire")]
    OnlyOne,
}

/// What the file holds, as text: a key is written as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines {
    current: (KeyVersion, String),
    previous: Option<String>,
}

/// Reads the keys, or draws one and has it on disk before returning.
///
/// # Errors
///
/// Fails when the file is not readable or does not hold a key; never replaces one.
pub fn load_or_create(folder: &Path) -> Result<MasterKeys, MasterKeyError> {
    let path = folder.join("master.key");
    let lines = match fs::read_to_string(&path) {
        Ok(text) => Lines::parse(&text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let text = create(folder, &path).map_err(|source| MasterKeyError::File {
                path: path.clone(),
                source,
            })?;
            Lines::parse(&text)
        }
        Err(source) => return Err(MasterKeyError::File { path, source }),
    };
    lines
        .and_then(|lines| lines.keys())
        .ok_or(MasterKeyError::Malformed { path })
}

/// Draws the next master key and keeps the one in use beside it; gives the new version. Holds from the next start on.
///
/// # Errors
///
/// Fails when two keys are kept already, or the file cannot be read or written.
pub fn rotate(folder: &Path) -> Result<KeyVersion, MasterKeyError> {
    change(folder, |lines| {
        if lines.previous.is_some() {
            return Err(MasterKeyError::RotationUnderWay);
        }
        let (version, key) = lines.current;
        let next = KeyVersion(version.0.saturating_add(1));
        Ok(Lines {
            current: (next, to_base64url(&machine::bytes::<32>())),
            previous: Some(key),
        })
    })
}

/// Drops the key before the one in use; gives the version in use.
///
/// # Errors
///
/// Fails when there is only one, or the file cannot be read or written.
pub fn retire(folder: &Path) -> Result<KeyVersion, MasterKeyError> {
    change(folder, |lines| match lines.previous {
        Some(_) => Ok(Lines {
            previous: None,
            ..lines
        }),
        None => Err(MasterKeyError::OnlyOne),
    })
}

impl Lines {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let current = read_line(lines.next()?)?;
        let previous = match lines.next() {
            None => None,
            Some(line) => {
                let (version, key) = read_line(line)?;
                (version.0.checked_add(1) == Some(current.0.0)).then_some(())?;
                Some(key)
            }
        };
        lines.next().is_none().then_some(Self { current, previous })
    }

    fn keys(&self) -> Option<MasterKeys> {
        let key = |text: &String| text.parse::<MasterKey>().ok();
        let previous = match &self.previous {
            Some(text) => Some(key(text)?),
            None => None,
        };
        let (version, current) = &self.current;
        Some(MasterKeys::new(*version, key(current)?, previous))
    }

    fn text(&self) -> String {
        let (version, key) = &self.current;
        let mut text = format!("{version} {key}\n");
        if let Some(previous) = &self.previous {
            text += &format!("{} {previous}\n", version.0.saturating_sub(1));
        }
        text
    }
}

fn read_line(line: &str) -> Option<(KeyVersion, String)> {
    let (version, key) = line.split_once(' ').unwrap_or(("1", line));
    key.parse::<MasterKey>().ok()?;
    let version = version.parse().ok().filter(|v| *v > 0)?;
    Some((KeyVersion(version), key.to_owned()))
}

fn change(
    folder: &Path,
    change: impl FnOnce(Lines) -> Result<Lines, MasterKeyError>,
) -> Result<KeyVersion, MasterKeyError> {
    let path = folder.join("master.key");
    let file = |source| MasterKeyError::File {
        path: path.clone(),
        source,
    };
    let text = fs::read_to_string(&path).map_err(file)?;
    let lines =
        Lines::parse(&text).ok_or_else(|| MasterKeyError::Malformed { path: path.clone() })?;
    let lines = change(lines)?;
    let unfinished = write_beside(folder, &lines.text()).map_err(file)?;
    fs::rename(&unfinished, &path).map_err(file)?;
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(file)?;
    Ok(lines.current.0)
}

fn create(folder: &Path, path: &Path) -> io::Result<String> {
    let text = format!("1 {}\n", to_base64url(&machine::bytes::<32>()));
    // Written beside and then given its name, so that a crash leaves no half of a key. `link` fails if another process
    // was quicker; its key holds.
    let unfinished = write_beside(folder, &text)?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Ok(()) => {
            fs::File::open(folder)?.sync_all()?;
            Ok(text)
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(e) => Err(e),
    }
}

fn write_beside(folder: &Path, text: &str) -> io::Result<PathBuf> {
    let unfinished = folder.join(format!("master.key.{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(unfinished)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use proptest::prelude::*;
    use relay_contract::id::AgentId;
    use relay_contract::webhook;

    use super::*;

    fn agent() -> AgentId {
        AgentId::from_random([1; 10])
    }

    #[test]
    fn the_key_is_drawn_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let keys = || load_or_create(folder.path()).unwrap().agent_keys(&agent());
        assert_eq!(keys(), keys());
        let mode = fs::metadata(folder.path().join("master.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let key = to_base64url(&[7; 32]);
        for damaged in [
            "half a ke".to_owned(),
            String::new(),
            format!("0 {key}"),
            format!("3 {key}\n1 {key}"),
            format!("2 {key}\n1 {key}\n0 {key}"),
        ] {
            fs::write(&path, &damaged).unwrap();
            for failed in [
                load_or_create(folder.path()).map(drop),
                rotate(folder.path()).map(drop),
            ] {
                assert!(
                    matches!(failed, Err(MasterKeyError::Malformed { .. })),
                    "{damaged}"
                );
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn a_rotation_keeps_the_old_key_until_it_is_retired() {
        let folder = tempfile::tempdir().unwrap();
        // As an older relay has written it.
        fs::write(folder.path().join("master.key"), to_base64url(&[7; 32])).unwrap();
        let keys = || load_or_create(folder.path()).unwrap();
        let token = webhook::mint(&keys().agent_keys(&agent()), "c");
        assert!(matches!(
            retire(folder.path()),
            Err(MasterKeyError::OnlyOne)
        ));
        assert_eq!(rotate(folder.path()).unwrap(), KeyVersion(2));
        assert_eq!(keys().version(), KeyVersion(2));
        assert!(webhook::verify(&keys(), &agent(), "c", &token));
        assert!(matches!(
            rotate(folder.path()),
            Err(MasterKeyError::RotationUnderWay)
        ));
        assert_eq!(retire(folder.path()).unwrap(), KeyVersion(2));
        assert!(!webhook::verify(&keys(), &agent(), "c", &token));
        assert_eq!(rotate(folder.path()).unwrap(), KeyVersion(3));
    }

    proptest! {
        #[test]
        fn any_text_is_keys_or_refused(text in "([0-9]{1,6} )?\\PC{0,50}(\n1 \\PC{0,50})?") {
            if let Some(lines) = Lines::parse(&text) {
                prop_assert_eq!(Lines::parse(&lines.text()), Some(lines));
            }
        }
    }
}
