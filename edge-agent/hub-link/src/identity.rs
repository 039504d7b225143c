//! Who an end of the link is: an Ed25519 key on disk, and the pin by which others know it.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PKCS_ED25519, PublicKeyData};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The name in our certificates, and the one that a hub asks for which takes any key. Nobody checks it: the key counts,
/// not the name.
pub(crate) const CERTIFICATE_NAME: &str = "placard";

/// Why an identity could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(
        "read or create the key file `{path}`; it must be readable for this program's user alone"
    )]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the key file `{path}` does not hold an Ed25519 key; restore it from the backup (a new one means pairing again)"
    )]
    Key {
        path: PathBuf,
        #[source]
        source: rcgen::Error,
    },
    #[error("make a certificate of the key")]
    Certificate(#[source] rcgen::Error),
    #[error("hand the key to TLS")]
    Tls(#[from] rustls::Error),
}

/// The BLAKE3 hash of a public key (its SPKI): by it, one end recognises the other. 64 hex digits as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pin([u8; 32]);

impl Pin {
    /// The pin of a public key in its DER form.
    pub fn of_spki(spki: &[u8]) -> Self {
        Self(*blake3::hash(spki).as_bytes())
    }

    /// The pin of the key in a certificate; `None` when that is no certificate.
    pub fn of_certificate(certificate: &[u8]) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Some(Self::of_spki(parsed.tbs_certificate.subject_pki.raw))
    }

    /// The pin of the key that the other end of a connection has shown.
    pub(crate) fn of_peer(connection: &quinn::Connection) -> Option<Self> {
        let identity = connection.peer_identity()?;
        let chain = identity.downcast::<Vec<CertificateDer<'static>>>().ok()?;
        Self::of_certificate(chain.first()?)
    }

    /// The pin in a message; `None` when that is not 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; 32]>::try_from(bytes).ok().map(Self)
    }

    /// The pin for a message.
    pub fn to_bytes(self) -> bytes::Bytes {
        bytes::Bytes::copy_from_slice(&self.0)
    }

    /// The server name by which a hub asks an agent that has several keys for this one.
    pub fn server_name(self) -> String {
        let name: String = self.to_string().chars().take(32).collect();
        format!("p-{name}.{CERTIFICATE_NAME}")
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// A text that is not a pin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pin is 64 hex digits")]
pub struct NotAPin;

impl FromStr for Pin {
    type Err = NotAPin;

    fn from_str(text: &str) -> Result<Self, NotAPin> {
        blake3::Hash::from_hex(text)
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| NotAPin)
    }
}

/// A key of ours, ready for TLS.
#[derive(Clone)]
pub struct Identity {
    pin: Pin,
    certified: Arc<CertifiedKey>,
    /// Everything that must survive a restart is derived from it.
    root: [u8; 32],
    private: Arc<[u8]>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("pin", &self.pin)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads the key file (PKCS#8), or draws a key and has it on disk, readable for its owner only, before returning.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read, written, or does not hold an Ed25519 key.
    pub fn load_or_create(path: &Path) -> Result<Self, IdentityError> {
        let file_error = |source| IdentityError::File {
            path: path.to_owned(),
            source,
        };
        match fs::read(path) {
            Ok(bytes) => {
                let der = PrivatePkcs8KeyDer::from(bytes);
                let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ED25519).map_err(
                    |source| IdentityError::Key {
                        path: path.to_owned(),
                        source,
                    },
                )?;
                Self::from_key(&key)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let identity = Self::draw()?;
                identity.save(path)?;
                Ok(identity)
            }
            Err(error) => Err(file_error(error)),
        }
    }

    /// Draws a key, which is nowhere but in memory.
    ///
    /// # Errors
    ///
    /// Fails when the operating system has no randomness.
    pub fn draw() -> Result<Self, IdentityError> {
        let key = KeyPair::generate_for(&PKCS_ED25519).map_err(IdentityError::Certificate)?;
        Self::from_key(&key)
    }

    /// The identity whose private key (PKCS#8) was kept elsewhere.
    ///
    /// # Errors
    ///
    /// Fails when it is no Ed25519 key.
    pub fn from_private(der: &[u8]) -> Result<Self, IdentityError> {
        let der = PrivatePkcs8KeyDer::from(der.to_vec());
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ED25519)
            .map_err(IdentityError::Certificate)?;
        Self::from_key(&key)
    }

    /// The private key (PKCS#8), to be sealed or written.
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Has the key on disk, readable for its owner only, in place of whatever was there.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), IdentityError> {
        write_private(path, &self.private).map_err(|source| IdentityError::File {
            path: path.to_owned(),
            source,
        })
    }

    fn from_key(key: &KeyPair) -> Result<Self, IdentityError> {
        let certificate = CertificateParams::new([CERTIFICATE_NAME.to_owned()])
            .and_then(|params| params.self_signed(key))
            .map_err(IdentityError::Certificate)?;
        let private = PrivatePkcs8KeyDer::from(key.serialized_der().to_vec());
        let signing = rustls::crypto::ring::sign::any_eddsa_type(&private)?;
        Ok(Self {
            pin: Pin::of_spki(&key.subject_public_key_info()),
            certified: Arc::new(CertifiedKey::new(
                vec![CertificateDer::from(certificate.der().to_vec())],
                signing,
            )),
            root: blake3::derive_key(
                "placard hub-link-1 root of derived keys",
                key.serialized_der(),
            ),
            private: key.serialized_der().into(),
        })
    }

    /// How the other end knows us.
    pub fn pin(&self) -> Pin {
        self.pin
    }

    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified)
    }

    /// A secret that stays the same as long as the key does.
    pub(crate) fn derived(&self, context: &str) -> [u8; 32] {
        blake3::derive_key(context, &self.root)
    }
}

/// Writes a file that only its owner may read, by way of a temporary one, so that a crash leaves all of it or nothing.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_survives_a_restart_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/link.key");
        let first = Identity::load_or_create(&path).unwrap();
        let again = Identity::load_or_create(&path).unwrap();
        assert_eq!(first.pin(), again.pin());
        assert_eq!(first.derived("x"), again.derived("x"));
        assert_ne!(first.derived("x"), first.derived("y"));
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_pin_is_the_hash_of_the_key_in_the_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::load_or_create(&folder.path().join("k")).unwrap();
        assert_eq!(
            Pin::of_certificate(&identity.certified.cert[0]),
            Some(identity.pin())
        );
        assert_eq!(identity.pin().to_string().parse(), Ok(identity.pin()));
        assert_eq!(Pin::of_certificate(b"garbage"), None);
    }

    #[test]
    fn a_damaged_key_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        fs::write(&path, b"damaged").unwrap();
        assert!(matches!(
            Identity::load_or_create(&path),
            Err(IdentityError::Key { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), b"damaged");
    }
}
