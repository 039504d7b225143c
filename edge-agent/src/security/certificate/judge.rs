//! Whether browsers would take a certificate without a warning.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::ServerCertVerifier;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{ServerName, UnixTime};
use rustls_platform_verifier::Verifier;
use tracing::warn;

/// Whom this machine believes about certificates; none if it believes nobody.
pub(crate) type Judge = Option<Arc<dyn ServerCertVerifier>>;

/// The machine's own certificate authorities: what browsers in the building are likely to know, too. Those that an
/// admin added for the way out are not among them, since no browser has heard of these.
pub(crate) fn machines_judge() -> Judge {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    match Verifier::new(provider) {
        Ok(verifier) => Some(Arc::new(verifier)),
        Err(error) => {
            warn!(%error, "this machine has no certificate authorities: every certificate counts as one that browsers warn about");
            None
        }
    }
}

/// Whether `judge` takes a certificate with its chain, under `name`, at `now`.
pub(super) fn trusted(judge: &Judge, key: &CertifiedKey, name: &str, now: Timestamp) -> bool {
    let (Some(judge), Some((first, above))) = (judge, key.cert.split_first()) else {
        return false;
    };
    let Ok(name) = ServerName::try_from(name) else {
        return false;
    };
    let since = Duration::from_secs(now.as_second().max(0).unsigned_abs());
    let now = UnixTime::since_unix_epoch(since);
    judge
        .verify_server_cert(first, above, &name, &[], now)
        .is_ok()
}

/// Whether a certificate is valid under `name`, whoever issued it.
pub(super) fn covers(key: &CertifiedKey, name: &str) -> bool {
    let (Some(first), Ok(name)) = (key.cert.first(), ServerName::try_from(name)) else {
        return false;
    };
    rustls::server::ParsedCertificate::try_from(first)
        .is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, &name).is_ok())
}
