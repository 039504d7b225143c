//! Whose certificates are believed: those of the machine's authorities, and those that an admin adds.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

/// A company has one or two; a whole machine's bundle does not belong here.
pub(crate) const MAX_AUTHORITIES: usize = 32;

/// Why trust could not be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error(
        "read the extra certificate authorities in `{path}`; give a PEM file or remove `extra_ca` from agent.toml"
    )]
    File {
        path: PathBuf,
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    #[error("`{path}` holds no certificate; give a PEM file or remove `extra_ca` from agent.toml")]
    EmptyFile { path: PathBuf },
    #[error(
        "prepare TLS with this machine's certificate authorities; is the package ca-certificates installed?"
    )]
    Tls(#[source] rustls::Error),
}

/// A text that is not a bundle of certificate authorities; for the admin who entered it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAuthorities {
    #[error(
        "there is no certificate in this text; it has lines with BEGIN CERTIFICATE and END CERTIFICATE"
    )]
    None,
    #[error("there is a private key in this text; keep it secret, and enter the certificates only")]
    PrivateKey,
    #[error(
        "certificate {number} of this text is damaged; copy it again, from BEGIN CERTIFICATE to END CERTIFICATE"
    )]
    Damaged { number: usize },
    #[error(
        "{subject} is a server's certificate and not an authority's; ask for the certificate of the authority that signs it"
    )]
    NotAnAuthority { subject: String },
    #[error("{subject} has ended; ask for the certificate of the present authority")]
    Ended { subject: String },
    #[error("there are more than {MAX_AUTHORITIES} certificates; enter only those of your company")]
    TooMany,
}

/// One authority that an admin has added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    /// Whose it is, as it says itself.
    pub(crate) subject: String,
    /// When it ends.
    pub(crate) not_after: Timestamp,
    /// SHA-256 of the certificate, in hex.
    pub(crate) fingerprint: String,
    pub(super) certificate: CertificateDer<'static>,
}

/// Reads a PEM bundle as an admin enters it.
pub(crate) fn parse_authorities(
    text: &str,
    now: Timestamp,
) -> Result<Vec<Authority>, NotAuthorities> {
    let authorities = read_authorities(text)?;
    match authorities.iter().find(|a| a.not_after <= now) {
        Some(ended) => Err(NotAuthorities::Ended {
            subject: ended.subject.clone(),
        }),
        None => Ok(authorities),
    }
}

/// Reads a PEM bundle that was accepted once; some of it may have ended since.
pub(super) fn read_authorities(text: &str) -> Result<Vec<Authority>, NotAuthorities> {
    if text.contains("PRIVATE KEY-----") {
        return Err(NotAuthorities::PrivateKey);
    }
    let mut authorities: Vec<Authority> = Vec::new();
    for (index, certificate) in CertificateDer::pem_slice_iter(text.as_bytes()).enumerate() {
        if index == MAX_AUTHORITIES {
            return Err(NotAuthorities::TooMany);
        }
        let damaged = NotAuthorities::Damaged { number: index + 1 };
        let certificate = certificate.map_err(|_| damaged.clone())?;
        let authority = read(certificate).ok_or(damaged)??;
        if authorities
            .iter()
            .all(|a| a.fingerprint != authority.fingerprint)
        {
            authorities.push(authority);
        }
    }
    if authorities.is_empty() {
        return Err(NotAuthorities::None);
    }
    Ok(authorities)
}

fn read(certificate: CertificateDer<'static>) -> Option<Result<Authority, NotAuthorities>> {
    let (rest, parsed) = X509Certificate::from_der(&certificate).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let common_name = parsed.subject().iter_common_name().next();
    let subject = common_name
        .and_then(|name| name.as_str().ok())
        .map_or_else(|| parsed.subject().to_string(), str::to_owned);
    let subject: String = subject
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect();
    if !parsed.is_ca() {
        return Some(Err(NotAuthorities::NotAnAuthority { subject }));
    }
    let not_after = Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?;
    let fingerprint = Sha256::digest(&certificate);
    let fingerprint = fingerprint
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(Ok(Authority {
        subject,
        not_after,
        fingerprint,
        certificate,
    }))
}

/// TLS for everything that leaves the building, without ALPN.
pub(super) fn tls_config(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig, TrustError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(TrustError::Tls)?;
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TrustError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(tls)
}

/// The authorities in the file that `agent.toml` names.
pub(super) fn from_file(
    path: Option<&PathBuf>,
) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let unreadable = |source| TrustError::File {
        path: path.clone(),
        source,
    };
    let authorities: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if authorities.is_empty() {
        return Err(TrustError::EmptyFile { path: path.clone() });
    }
    Ok(authorities)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};

    use super::*;

    fn certificate(name: &str, authority: bool, ends: i32) -> String {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_after = rcgen::date_time_ymd(ends, 1, 1);
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .pem()
    }

    fn read(text: &str) -> Result<Vec<Authority>, NotAuthorities> {
        parse_authorities(text, "2026-11-23T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn authorities_are_read_once_each_with_what_people_know_them_by() {
        let ours = certificate("Corp Root", true, 2030);
        let found = read(&format!("comment\n{ours}\n{ours}")).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "Corp Root");
        assert_eq!(found[0].not_after.to_string(), "2030-01-01T00:00:00Z");
        assert_eq!(found[0].fingerprint.len(), 64);
    }

    #[test]
    fn what_is_no_authority_is_refused_by_name() {
        assert_eq!(read("hello"), Err(NotAuthorities::None));
        assert_eq!(read(""), Err(NotAuthorities::None));
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(read(&key), Err(NotAuthorities::PrivateKey));
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(read(damaged), Err(NotAuthorities::Damaged { number: 1 }));
        let server = read(&certificate("www", false, 2030)).unwrap_err();
        assert!(matches!(server, NotAuthorities::NotAnAuthority { subject } if subject == "www"));
        let ended = read(&certificate("Old Root", true, 2020)).unwrap_err();
        assert!(matches!(ended, NotAuthorities::Ended { .. }));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(-----BEGIN CERTIFICATE-----\n)?[A-Za-z0-9+/=\n -]{0,200}(\n-----END CERTIFICATE-----)?") {
            let _ = read(&text);
        }
    }
}
