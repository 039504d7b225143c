//! The setup token: whoever can read the agent's console or its data folder may claim it, once.
//!
//! The file is the token. It is used up by the claim, which the store settles: two claims at once, or a crash before
//! the file is gone, make no second admin.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;
use ulid::Ulid;

use super::random;

/// Characters between two dashes, so that the token can be read aloud.
const GROUP: usize = 5;

/// Where the token lies; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct SetupToken(PathBuf);

impl SetupToken {
    /// In the data folder.
    pub(crate) fn in_data(data: &Path) -> Self {
        Self(data.join("setup-token"))
    }

    /// The file, for the person who looks for it.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the token, or draws one of 128 bits and has it on disk before returning. For an agent that is not claimed.
    pub(crate) fn ensure(&self) -> io::Result<String> {
        match fs::read_to_string(&self.0) {
            Ok(text) if !normal(&text).is_empty() => return Ok(text.trim().to_owned()),
            // Left by a power cut: nobody was told what it was going to say.
            Ok(_) => fs::remove_file(&self.0)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        let token = draw();
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.0)?;
        file.write_all(token.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        Ok(token)
    }

    /// Whether `typed` is the token; compared in constant time. Capitals, spaces and dashes do not matter.
    pub(crate) fn is_right(&self, typed: &str) -> io::Result<bool> {
        let stored = match fs::read_to_string(&self.0) {
            Ok(text) => normal(&text),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(e),
        };
        let right = bool::from(normal(typed).as_bytes().ct_eq(stored.as_bytes()));
        Ok(right && !stored.is_empty())
    }

    /// Removes the token; that there is none is fine.
    pub(crate) fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
}

/// 26 characters of Crockford's alphabet in groups.
fn draw() -> String {
    let text = Ulid::from(u128::from_be_bytes(random())).to_string();
    let groups: Vec<&str> = (0..text.len())
        .step_by(GROUP)
        .map(|start| &text[start..text.len().min(start + GROUP)])
        .collect();
    groups.join("-")
}

/// As Crockford reads: no difference between O and 0, or I, L and 1.
fn normal(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_token_is_kept_for_its_owner_only_and_stays_the_same() {
        let data = tempfile::tempdir().unwrap();
        let token = SetupToken::in_data(data.path());
        let text = token.ensure().unwrap();
        assert_eq!(text.len(), 26 + 5, "{text}");
        assert_eq!(token.ensure().unwrap(), text);
        let mode = fs::metadata(token.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn it_may_be_typed_carelessly_but_must_be_right() {
        let data = tempfile::tempdir().unwrap();
        let token = SetupToken::in_data(data.path());
        let text = token.ensure().unwrap();
        assert!(
            token
                .is_right(&text.to_lowercase().replace('-', " ").replace('0', "o"))
                .unwrap()
        );
        assert!(!token.is_right(&text[1..]).unwrap());
        assert!(!token.is_right("").unwrap());
        token.remove().unwrap();
        assert!(!token.is_right(&text).unwrap());
        assert!(!token.is_right("").unwrap());
        assert_ne!(token.ensure().unwrap(), text);
    }
}
