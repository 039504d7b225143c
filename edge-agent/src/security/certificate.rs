//! The portal's certificate: the one an admin put into `keys/`, else one of our own, there from the first start.
//!
//! `keys/portal.crt` and `keys/portal.key` (PEM) are the admin's; `keys/self-signed.crt` and `.key` are ours. What
//! serves can be exchanged while it serves.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

/// Our own certificate is made anew when it has this long to live.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why there is no certificate to serve with. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("read `{path}`; it must be PEM")]
    Pem {
        path: PathBuf,
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    #[error("`{path}` holds no certificate; put the server's certificate first, then its chain")]
    Empty { path: PathBuf },
    #[error("`{path}` cannot be served with; does the key beside it belong to it?")]
    Unusable {
        path: PathBuf,
        #[source]
        source: rustls::Error,
    },
    #[error("`{path}` cannot be read as an X.509 certificate")]
    Parse { path: PathBuf },
    #[error("make a certificate")]
    Make(#[from] rcgen::Error),
    #[error("write `{path}`")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateFacts {
    /// Whether we made it.
    pub(crate) self_signed: bool,
    pub(crate) names: Vec<String>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    /// SHA-256 as browsers show it.
    pub(crate) fingerprint: String,
}

/// What the portal serves with; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct PortalCertificate {
    keys: Arc<Path>,
    served: Arc<ArcSwap<Served>>,
}

#[derive(Debug)]
struct Served {
    key: Arc<CertifiedKey>,
    facts: CertificateFacts,
}

impl PortalCertificate {
    /// Loads the admin's certificate from `keys`, else ours, making it for `names` if it is absent or nearly over.
    pub(crate) fn load(
        keys: &Path,
        names: &[String],
        now: Timestamp,
    ) -> Result<Self, CertificateError> {
        let served = load(keys, names, now)?;
        Ok(Self {
            keys: keys.into(),
            served: Arc::new(ArcSwap::from_pointee(served)),
        })
    }

    /// Looks at the files again and, from the next connection on, serves with what they hold now.
    pub(crate) fn reload(&self, names: &[String], now: Timestamp) -> Result<(), CertificateError> {
        self.served.store(Arc::new(load(&self.keys, names, now)?));
        Ok(())
    }

    /// What is served with.
    pub(crate) fn facts(&self) -> CertificateFacts {
        self.served.load().facts.clone()
    }
}

impl ResolvesServerCert for PortalCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.served.load().key))
    }
}

fn load(keys: &Path, names: &[String], now: Timestamp) -> Result<Served, CertificateError> {
    let given = keys.join("portal.crt");
    if given.exists() {
        return read(&given, &keys.join("portal.key"), false);
    }
    let certificate = keys.join("self-signed.crt");
    let key = keys.join("self-signed.key");
    if certificate.exists() && key.exists() {
        let served = read(&certificate, &key, true)?;
        if served.facts.not_after.duration_since(now) > RENEW_BEFORE {
            return Ok(served);
        }
    }
    make(&certificate, &key, names, now)?;
    read(&certificate, &key, true)
}

fn read(certificate: &Path, key: &Path, self_signed: bool) -> Result<Served, CertificateError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| CertificateError::Pem { path, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(unreadable(certificate))?;
    let first = chain.first().ok_or_else(|| CertificateError::Empty {
        path: certificate.to_owned(),
    })?;
    let facts = facts(first, self_signed).ok_or_else(|| CertificateError::Parse {
        path: certificate.to_owned(),
    })?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let provider = CryptoProvider::get_default().expect("main installs the provider first");
    let key = CertifiedKey::from_der(chain, private, provider).map_err(|source| {
        CertificateError::Unusable {
            path: certificate.to_owned(),
            source,
        }
    })?;
    Ok(Served {
        key: Arc::new(key),
        facts,
    })
}

fn facts(der: &CertificateDer<'_>, self_signed: bool) -> Option<CertificateFacts> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let names = match parsed.subject_alternative_name() {
        Ok(Some(extension)) => extension
            .value
            .general_names
            .iter()
            .filter_map(name)
            .collect(),
        _ => Vec::new(),
    };
    let pairs: Vec<String> = Sha256::digest(der)
        .iter()
        .map(|b| format!("{b:02X}"))
        .collect();
    Some(CertificateFacts {
        self_signed,
        names,
        not_before: Timestamp::from_second(parsed.validity().not_before.timestamp()).ok()?,
        not_after: Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?,
        fingerprint: pairs.join(":"),
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(|b| std::net::IpAddr::from(b).to_string());
            let v6 = <[u8; 16]>::try_from(*bytes).map(|b| std::net::IpAddr::from(b).to_string());
            v4.or(v6).ok()
        }
        _ => None,
    }
}

/// ECDSA P-256, since Chromium takes no Ed25519; valid for a year, since some browsers take no more than 398 days.
fn make(
    certificate: &Path,
    key: &Path,
    names: &[String],
    now: Timestamp,
) -> Result<(), CertificateError> {
    let pair = match std::fs::read_to_string(key) {
        // The same key again, so that whoever pinned it need not do it anew.
        Ok(pem) => KeyPair::from_pem(&pem)?,
        Err(_) => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?,
    };
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Placard, made by itself");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let today = now.to_zoned(TimeZone::UTC).date();
    // From yesterday on, for browsers whose clock is behind.
    let day = |date: jiff::civil::Date| {
        let month = u8::try_from(date.month()).expect("months are 1 to 12");
        let of_month = u8::try_from(date.day()).expect("days are 1 to 31");
        rcgen::date_time_ymd(i32::from(date.year()), month, of_month)
    };
    params.not_before = day(today.saturating_sub(1.day()));
    params.not_after = day(today.saturating_add(1.year()));
    let signed = params.self_signed(&pair)?;
    write(key, pair.serialize_pem().as_bytes(), 0o600)?;
    write(certificate, signed.pem().as_bytes(), 0o644)
}

/// Replaces a file at one stroke.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), CertificateError> {
    let failed = |source| CertificateError::Write {
        path: path.to_owned(),
        source,
    };
    let folder = path
        .parent()
        .expect("certificates are inside the keys folder");
    std::fs::create_dir_all(folder).map_err(failed)?;
    let fresh = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&fresh)
        .map_err(failed)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    std::fs::rename(&fresh, path).map_err(failed)
}

#[cfg(test)]
mod tests;
