//! The master key in `DATA/master.key`, for a host without a secret store.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use relay_contract::encoding::to_base64url;
use relay_contract::key::MasterKey;

use crate::machine;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or written.
    #[error("read or create the master key `{path}`")]
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
}

/// Reads the key, or draws one and has it on disk before returning.
///
/// # Errors
///
/// Fails when the file is not readable or does not hold a key; never replaces one.
pub fn load_or_create(folder: &Path) -> Result<MasterKey, MasterKeyError> {
    let path = folder.join("master.key");
    match fs::read_to_string(&path) {
        Ok(text) => text.parse().map_err(|_| MasterKeyError::Malformed { path }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            create(folder, &path).map_err(|source| MasterKeyError::File { path, source })
        }
        Err(source) => Err(MasterKeyError::File { path, source }),
    }
}

fn create(folder: &Path, path: &Path) -> io::Result<MasterKey> {
    let key = machine::bytes::<32>();
    // Written beside and then given its name, so that a crash leaves no half of a key. `link` fails if another process
    // was quicker; its key holds.
    let unfinished = folder.join(format!("master.key.{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    writeln!(file, "{}", to_base64url(&key))?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Ok(()) => {
            fs::File::open(folder)?.sync_all()?;
            Ok(MasterKey::from_bytes(key))
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path)?
            .parse()
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e)),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use relay_contract::id::AgentId;
    use relay_contract::key::{KeyVersion, MasterKeys};

    use super::*;

    #[test]
    fn the_key_is_drawn_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let keys = || {
            let key = load_or_create(folder.path()).unwrap();
            MasterKeys::new(KeyVersion(1), key, None).agent_keys(&AgentId::from_random([1; 10]))
        };
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
        fs::write(&path, "half a ke").unwrap();
        assert!(matches!(
            load_or_create(folder.path()),
            Err(MasterKeyError::Malformed { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), b"half a ke");
    }
}
