//! The data folder: private, and one agent's at a time.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum DataError {
    #[error(
        "create the data folder `{path}`; is its parent writable for the user that runs the agent?"
    )]
    Create {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("lock `{path}`")]
    Lock {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "another edge-agent runs on the data in `{0}`; stop it first, or name another folder with --data"
    )]
    InUse(PathBuf),
}

/// The folder, ours until dropped (or until the process dies, however it dies).
#[derive(Debug)]
pub(super) struct DataFolder(
    #[expect(dead_code, reason = "the lock lives as long as the file is open")] File,
);

impl DataFolder {
    /// Creates the folder if it is absent, and takes its lock.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let create = |source| DataError::Create {
            path: path.to_owned(),
            source,
        };
        // Calendar titles are in there: for the agent's user only.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(create)?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path.join("keys"))
            .map_err(create)?;
        shut_out_others(path).map_err(create)?;
        let lock = path.join("lock");
        let failed = |source| DataError::Lock {
            path: lock.clone(),
            source,
        };
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// A folder that was there already may have been made by hand.
fn shut_out_others(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o007 != 0 {
        permissions.set_mode(permissions.mode() & !0o007);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_agents_do_not_share_one_folder() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("placard");
        let first = DataFolder::open(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert!(matches!(DataFolder::open(&path), Err(DataError::InUse(_))));
        drop(first);
        DataFolder::open(&path).unwrap();
    }
    #[test]
    fn a_folder_that_everybody_could_read_is_shut() {
        let path = tempfile::tempdir().unwrap();
        fs::set_permissions(path.path(), fs::Permissions::from_mode(0o755)).unwrap();
        DataFolder::open(path.path()).unwrap();
        let mode = fs::metadata(path.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o750);
    }
}
