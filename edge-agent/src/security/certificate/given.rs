//! A certificate with its key as an admin uploads it: read, checked and put in order before anything is served with it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};

use edge_api::security::{CertificateSource, MAX_CERTIFICATE_PEM};

use super::facts::{CertificateFacts, facts};
use super::judge::covers;

/// A chain has two or three; more is somebody's whole bundle.
const MAX_CERTIFICATES: usize = 10;

/// PEM texts that passed every check once, as they are kept.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct GivenCertificate {
    /// The server's certificate and its chain.
    pub(crate) chain: String,
    /// Its private key.
    pub(crate) key: String,
}

impl fmt::Debug for GivenCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenCertificate(..)")
    }
}

/// Why an upload cannot be served with; for the admin who made it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotServable {
    #[error(
        "the texts are larger than {} KB; enter the server's certificate, its chain and its key only",
        MAX_CERTIFICATE_PEM / 1024
    )]
    TooLarge,
    #[error(
        "there is no certificate in this; enter the text from BEGIN CERTIFICATE to END CERTIFICATE"
    )]
    NoCertificate,
    #[error(
        "certificate {number} is damaged; copy it again, from BEGIN CERTIFICATE to END CERTIFICATE"
    )]
    Damaged { number: usize },
    #[error(
        "there are more than {MAX_CERTIFICATES} certificates; enter only the server's and its chain"
    )]
    TooMany,
    #[error(
        "there is no private key in this; enter the text from BEGIN PRIVATE KEY to END PRIVATE KEY"
    )]
    NoKey,
    #[error(
        "there is more than one private key in this; enter only the one of the server's certificate"
    )]
    SeveralKeys,
    #[error(
        "the private key is locked by a passphrase; unlock it with `openssl pkey -in locked.key -out open.key` and enter that"
    )]
    LockedKey,
    #[error(
        "the private key is damaged or of a kind that cannot be used; take RSA of 2048 bits or more, or ECDSA P-256 or P-384"
    )]
    BadKey,
    #[error(
        "the private key belongs to none of these certificates; look for the key that the certificate was asked for with"
    )]
    OtherKey,
    #[error("this certificate of {subject} ended on {date}; get a new one")]
    Ended { subject: String, date: String },
    #[error(
        "this certificate of {subject} is valid only from {date} on; check this machine's clock, or wait"
    )]
    NotYet { subject: String, date: String },
}

/// An upload that can be served with.
#[derive(Clone, Debug)]
pub(crate) struct Servable {
    pub(super) key: Arc<CertifiedKey>,
    pub(crate) facts: CertificateFacts,
    /// The certificates above the server's, in order.
    pub(crate) chain: Vec<CertificateFacts>,
    /// Whether the texts had another order, or more in them.
    pub(crate) reordered: bool,
}

impl Servable {
    /// Whether it is valid under `name`, whoever issued it.
    pub(crate) fn covers(&self, name: &str) -> bool {
        covers(&self.key, name)
    }
}

impl GivenCertificate {
    /// Checks the texts: a key, its certificate, in its time, and whatever of the rest leads up from it.
    pub(crate) fn check(&self, now: Timestamp) -> Result<Servable, NotServable> {
        let servable = self.read()?;
        let date = |at: Timestamp| at.strftime("%-d %B %Y").to_string();
        let found = &servable.facts;
        if found.not_after <= now {
            return Err(NotServable::Ended {
                subject: found.subject.clone(),
                date: date(found.not_after),
            });
        }
        if found.not_before > now {
            return Err(NotServable::NotYet {
                subject: found.subject.clone(),
                date: date(found.not_before),
            });
        }
        Ok(servable)
    }

    /// As [`Self::check`], whatever the time is: what was accepted once is served until something better comes.
    pub(super) fn read(&self) -> Result<Servable, NotServable> {
        if self.chain.len() + self.key.len() > MAX_CERTIFICATE_PEM {
            return Err(NotServable::TooLarge);
        }
        let text = [self.chain.as_str(), self.key.as_str()].join("\n");
        let key = private_key(&text)?;
        let provider = CryptoProvider::get_default().expect("main installs the provider first");
        let signing = provider
            .key_provider
            .load_private_key(key)
            .map_err(|_| NotServable::BadKey)?;
        let public = signing.public_key().ok_or(NotServable::BadKey)?;
        let given = certificates(&text)?;
        let mine = given
            .iter()
            .position(|der| public_key(der).is_some_and(|theirs| theirs == public.as_ref()))
            .ok_or(NotServable::OtherKey)?;
        let ordered = lead_up(&given, mine);
        let reordered = ordered != given[..];
        let read = |der: &CertificateDer<'_>| {
            facts(der, CertificateSource::Upload).ok_or(NotServable::Damaged { number: mine + 1 })
        };
        let found = read(&ordered[0])?;
        let chain = ordered[1..].iter().map(read).collect::<Result<_, _>>()?;
        Ok(Servable {
            key: Arc::new(CertifiedKey::new(ordered, signing)),
            facts: found,
            chain,
            reordered,
        })
    }
}

fn private_key(text: &str) -> Result<PrivateKeyDer<'static>, NotServable> {
    if text.contains("ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(NotServable::LockedKey);
    }
    let mut keys = PrivateKeyDer::pem_slice_iter(text.as_bytes());
    let first = keys.next().ok_or(NotServable::NoKey)?;
    let first = first.map_err(|_| NotServable::BadKey)?;
    match keys.next() {
        None => Ok(first),
        Some(_) => Err(NotServable::SeveralKeys),
    }
}

fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, NotServable> {
    let mut found: Vec<CertificateDer<'static>> = Vec::new();
    for (index, der) in CertificateDer::pem_slice_iter(text.as_bytes()).enumerate() {
        if index == MAX_CERTIFICATES {
            return Err(NotServable::TooMany);
        }
        let damaged = NotServable::Damaged { number: index + 1 };
        let der = der.map_err(|_| damaged.clone())?;
        match X509Certificate::from_der(&der) {
            Ok(([], _)) => {}
            _ => return Err(damaged),
        }
        if !found.contains(&der) {
            found.push(der);
        }
    }
    if found.is_empty() {
        return Err(NotServable::NoCertificate);
    }
    Ok(found)
}

fn public_key(der: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    Some(parsed.public_key().raw.to_vec())
}

/// From the server's certificate up to, but without, the root, which browsers have.
fn lead_up(given: &[CertificateDer<'static>], mine: usize) -> Vec<CertificateDer<'static>> {
    let mut ordered = vec![given[mine].clone()];
    while let Some(above) = given.iter().find(|next| {
        let last = ordered.last().expect("the server's is in it");
        !ordered.contains(next) && issued(next, last) && !issued(next, next)
    }) {
        ordered.push(above.clone());
    }
    ordered
}

/// Whether `above` signed `below`.
fn issued(above: &CertificateDer<'_>, below: &CertificateDer<'_>) -> bool {
    let (Ok((_, above)), Ok((_, below))) = (
        X509Certificate::from_der(above),
        X509Certificate::from_der(below),
    ) else {
        return false;
    };
    above.subject() == below.issuer() && below.verify_signature(Some(above.public_key())).is_ok()
}
