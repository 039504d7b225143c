//! A certificate authority for one run: it signs the stand-in, the relay and the portal; clients are given it to trust.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PublicKeyData};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
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

impl Identity {
    /// A server under this name, in HTTP/1.1: HTTP/2 would compress headers, and somebody may want to read them.
    ///
    /// # Errors
    ///
    /// Fails when the files cannot be read.
    pub(crate) fn server_config(&self) -> Result<Arc<ServerConfig>> {
        // Another part of the process may have chosen already; it is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain = CertificateDer::pem_slice_iter(&fs::read(&self.certificate)?)
            .collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(&fs::read(&self.key)?)?;
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
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
