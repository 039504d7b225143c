//! Secrets at rest: XChaCha20-Poly1305 under a key file that only the service's user may read.
//!
//! A stolen database without `keys/seal.key` tells nothing.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Why a sealed value did not open.
#[derive(Debug, thiserror::Error)]
#[error(
    "a stored secret does not open with this key file; restore `keys/seal.key` from the backup that belongs to this database, or enter the secret again"
)]
pub(crate) struct UnsealError;

pub(super) struct SealKey(XChaCha20Poly1305);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

impl SealKey {
    /// Reads the key, or draws one and has it on disk before returning.
    pub(super) fn load_or_create(path: &Path) -> io::Result<Self> {
        let key = match fs::read(path) {
            Ok(bytes) => <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).map_err(|_| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the key file is not 32 bytes long",
                )
            })?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => create(path)?,
            Err(e) => return Err(e),
        };
        Ok(Self(XChaCha20Poly1305::new(&key.into())))
    }

    pub(super) fn seal(&self, aad: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE_BYTES>();
        let payload = Payload {
            msg: plain,
            aad: aad.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a secret is far below the cipher's limit of 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    pub(super) fn unseal(&self, aad: &str, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(UnsealError)?;
        let payload = Payload {
            msg: body,
            aad: aad.as_bytes(),
        };
        self.0
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| UnsealError)
    }
}

fn create(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    let folder = path
        .parent()
        .expect("the key file is inside the keys folder");
    fs::create_dir_all(folder)?;
    let key = random::<KEY_BYTES>();
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(&key)?;
    file.sync_all()?;
    // The name must survive a power cut as well as the bytes.
    fs::File::open(folder)?.sync_all()?;
    Ok(key)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_for_the_row_it_was_sealed_for() {
        let folder = tempfile::tempdir().unwrap();
        let key = SealKey::load_or_create(&folder.path().join("keys/seal.key")).unwrap();
        let sealed = key.seal("google/1", b"refresh token");
        assert_eq!(key.unseal("google/1", &sealed).unwrap(), b"refresh token");
        assert!(key.unseal("google/2", &sealed).is_err());
        assert!(key.unseal("google/1", &sealed[..10]).is_err());
    }

    #[test]
    fn the_key_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/seal.key");
        let sealed = SealKey::load_or_create(&path).unwrap().seal("a", b"b");
        let reopened = SealKey::load_or_create(&path).unwrap();
        assert_eq!(reopened.unseal("a", &sealed).unwrap(), b"b");
    }
}
