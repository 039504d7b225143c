//! The portal's certificate: files an admin put into `keys/`, else one that was uploaded, else one of our own, there
//! from the first start.
//!
//! `keys/portal.crt` and `keys/portal.key` (PEM) are the admin's files; `keys/self-signed.crt` and `.key` are ours. What
//! serves can be exchanged while it serves; each exchange has a number, by which connections know what they were made
//! with.

mod error;
mod facts;
mod given;
mod judge;
mod own;
#[cfg(test)]
pub(crate) mod testing;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use edge_api::security::CertificateSource;
use jiff::{SignedDuration, Timestamp};
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;

pub(crate) use self::error::CertificateError;
pub(crate) use self::facts::CertificateFacts;
pub(crate) use self::given::{GivenCertificate, Servable};
pub(crate) use self::judge::{Judge, machines_judge};

/// Our own certificate is made anew when it has this long to live.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Numbers the exchanges of the certificate; a connection has the one that it was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exchange(u64);

/// What the portal serves with; cheap to clone.
#[derive(Clone)]
pub(crate) struct PortalCertificate(Arc<Inner>);

struct Inner {
    keys: Box<Path>,
    judge: Judge,
    /// What was uploaded for good.
    uploaded: Mutex<Option<GivenCertificate>>,
    served: ArcSwap<Served>,
    exchanges: watch::Sender<Exchange>,
}

impl fmt::Debug for PortalCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortalCertificate")
            .field("facts", &self.facts())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Served {
    key: Arc<CertifiedKey>,
    facts: CertificateFacts,
}

/// The names a certificate is judged by and made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct For<'a> {
    /// The portal's name.
    pub(crate) name: &'a str,
    /// All that our own certificate should cover.
    pub(crate) names: &'a [String],
}

impl PortalCertificate {
    /// Loads the files in `keys`, else `uploaded`, else ours, making it if it is absent or nearly over.
    pub(crate) fn load(
        keys: &Path,
        uploaded: Option<GivenCertificate>,
        judge: Judge,
        of: For<'_>,
        now: Timestamp,
    ) -> Result<Self, CertificateError> {
        let served = load(keys, uploaded.as_ref(), of, now)?;
        let served = judged(served, &judge, of.name, now);
        Ok(Self(Arc::new(Inner {
            keys: keys.into(),
            judge,
            uploaded: Mutex::new(uploaded),
            served: ArcSwap::from_pointee(served),
            exchanges: watch::Sender::new(Exchange(1)),
        })))
    }

    /// Looks at the files again and, from the next connection on, serves with what they hold now.
    pub(crate) fn reload(&self, of: For<'_>, now: Timestamp) -> Result<(), CertificateError> {
        let uploaded = self.uploaded();
        let served = load(&self.0.keys, uploaded.as_ref(), of, now)?;
        self.exchange(judged(served, &self.0.judge, of.name, now));
        Ok(())
    }

    /// Whether files in `keys/` go before everything that is uploaded.
    pub(crate) fn is_from_files(&self) -> bool {
        given_file(&self.0.keys).exists()
    }

    /// What is served with.
    pub(crate) fn facts(&self) -> CertificateFacts {
        self.0.served.load().facts.clone()
    }

    /// The present exchange's number, and those to come.
    pub(crate) fn exchanges(&self) -> watch::Receiver<Exchange> {
        self.0.exchanges.subscribe()
    }

    /// What an upload would be to browsers that know the agent by `name`.
    pub(crate) fn judge(&self, mut servable: Servable, name: &str, now: Timestamp) -> Servable {
        servable.facts.trusted = judge::trusted(&self.0.judge, &servable.key, name, now);
        servable
    }

    /// Whether what is served with is valid under `name`, and whether browsers would take it.
    pub(crate) fn under(&self, name: &str, now: Timestamp) -> (bool, bool) {
        let served = self.0.served.load();
        let covers = judge::covers(&served.key, name);
        (
            covers,
            covers && judge::trusted(&self.0.judge, &served.key, name, now),
        )
    }

    /// Serves with an upload, for a while: nothing is kept, and [`Self::reload`] ends it.
    pub(crate) fn try_out(&self, servable: &Servable) -> Exchange {
        self.exchange(Served {
            key: Arc::clone(&servable.key),
            facts: servable.facts.clone(),
        })
    }

    /// Serves with one of our own for `of`, whatever was uploaded; for a while, as [`Self::try_out`].
    pub(crate) fn try_own(
        &self,
        of: For<'_>,
        now: Timestamp,
    ) -> Result<Exchange, CertificateError> {
        let served = load_own(&self.0.keys, of, now)?;
        Ok(self.exchange(served))
    }

    /// From now on this is what was uploaded for good; it serves from the next [`Self::reload`] on.
    pub(crate) fn keep(&self, uploaded: Option<GivenCertificate>) {
        *self
            .0
            .uploaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = uploaded;
    }

    /// What was uploaded for good.
    pub(crate) fn uploaded(&self) -> Option<GivenCertificate> {
        let uploaded = self.0.uploaded.lock();
        uploaded.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Exchanges what is served with; the same certificate again is no exchange.
    fn exchange(&self, fresh: Served) -> Exchange {
        let before = self.0.served.swap(Arc::new(fresh));
        if before.facts.fingerprint != self.facts().fingerprint {
            self.0.exchanges.send_modify(|exchange| exchange.0 += 1);
        }
        *self.0.exchanges.borrow()
    }
}

impl ResolvesServerCert for PortalCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.served.load().key))
    }
}

fn given_file(keys: &Path) -> std::path::PathBuf {
    keys.join("portal.crt")
}

fn load(
    keys: &Path,
    uploaded: Option<&GivenCertificate>,
    of: For<'_>,
    now: Timestamp,
) -> Result<Served, CertificateError> {
    let given = given_file(keys);
    if given.exists() {
        return read(&given, &keys.join("portal.key"), CertificateSource::Files);
    }
    // It was checked when it was uploaded; should this version not take it, the portal must still be there.
    match uploaded.map(GivenCertificate::read) {
        Some(Ok(servable)) => Ok(Served {
            key: servable.key,
            facts: servable.facts,
        }),
        Some(Err(error)) => {
            tracing::error!(%error, "the uploaded certificate is of no use; the portal serves with its own");
            load_own(keys, of, now)
        }
        None => load_own(keys, of, now),
    }
}

fn load_own(keys: &Path, of: For<'_>, now: Timestamp) -> Result<Served, CertificateError> {
    let certificate = keys.join("self-signed.crt");
    let key = keys.join("self-signed.key");
    if certificate.exists() && key.exists() {
        let served = read(&certificate, &key, CertificateSource::Own)?;
        let named = served.facts.names.iter().any(|name| name == of.name);
        if named && served.facts.not_after.duration_since(now) > RENEW_BEFORE {
            return Ok(served);
        }
    }
    own::make(&certificate, &key, of.names, now)?;
    read(&certificate, &key, CertificateSource::Own)
}

fn read(
    certificate: &Path,
    key: &Path,
    source: CertificateSource,
) -> Result<Served, CertificateError> {
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
    let facts = facts::facts(first, source).ok_or_else(|| CertificateError::Parse {
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

fn judged(mut served: Served, judge: &Judge, name: &str, now: Timestamp) -> Served {
    served.facts.trusted =
        !served.facts.self_signed() && judge::trusted(judge, &served.key, name, now);
    served
}

#[cfg(test)]
mod tests;
