//! Which running copy of the agent this is: `DATA/instance`, outside database and backups.
//!
//! A database copied to another machine starts there with another instance, and the relay tells the two apart.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use relay_contract::id::Instance;

/// Why the instance is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstanceError {
    #[error("read or create `{path}`")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "`{path}` does not hold 32 hex digits; delete it, and this machine counts as a new copy of the agent"
    )]
    Malformed { path: PathBuf },
}

/// Reads the instance, or draws one and has it on disk before returning.
pub(crate) fn load_or_create(data: &Path) -> Result<Instance, InstanceError> {
    let path = data.join("instance");
    match fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map_err(|_| InstanceError::Malformed { path }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            create(data, &path).map_err(|source| InstanceError::File { path, source })
        }
        Err(source) => Err(InstanceError::File { path, source }),
    }
}

fn create(data: &Path, path: &Path) -> io::Result<Instance> {
    let instance = Instance::from_random(random());
    let unfinished = data.join("instance.new");
    let mut file = fs::File::create(&unfinished)?;
    writeln!(file, "{instance}")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    fs::File::open(data)?.sync_all()?;
    Ok(instance)
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_drawn_once_per_data_folder() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = load_or_create(a.path()).unwrap();
        assert_eq!(load_or_create(a.path()).unwrap(), first);
        assert_ne!(load_or_create(b.path()).unwrap(), first);
    }

    #[test]
    fn a_broken_file_is_an_error_that_says_what_to_do() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("instance"), "x").unwrap();
        let error = load_or_create(data.path()).unwrap_err();
        assert!(error.to_string().contains("delete it"), "{error}");
    }
}
