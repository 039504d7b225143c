//! A certificate authority for one run: it signs the stand-in, the relay and the portal; clients are given it to trust.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PublicKeyData};
use sha2::{Digest, Sha256};

/// The run's certificate authority and where its certificate lies.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: PathBuf,
    /// The authority's certificate, PEM.
    pub certificate: PathBuf,
}

/// A server's certificate and key on disk.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Chain, PEM.
    pub certificate: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
    /// What Chromium pins: base64 of the SHA-256 of the public key (SPKI).
    pub pin: String,
}

impl Authority {
    /// Draws a new authority and writes its certificate to `folder`.
    ///
    /// # Errors
    ///
    /// Fails when the files cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Placard test run");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = folder.join("ca.pem");
        fs::write(&certificate, params.self_signed(&key)?.pem())?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            folder: folder.to_owned(),
            certificate,
        })
    }

    /// Signs a certificate for `names` (host names or addresses).
    ///
    /// # Errors
    ///
    /// Fails when the files cannot be written.
    pub fn sign(&self, label: &str, names: &[&str]) -> Result<Identity> {
        let key = KeyPair::generate()?;
        let params =
            CertificateParams::new(names.iter().map(|&n| n.to_owned()).collect::<Vec<_>>())?;
        let identity = Identity {
            certificate: self.folder.join(format!("{label}.pem")),
            key: self.folder.join(format!("{label}.key")),
            pin: STANDARD.encode(Sha256::digest(key.subject_public_key_info())),
        };
        fs::write(
            &identity.certificate,
            params.signed_by(&key, &self.issuer)?.pem(),
        )?;
        fs::write(&identity.key, key.serialize_pem())?;
        Ok(identity)
    }
}
