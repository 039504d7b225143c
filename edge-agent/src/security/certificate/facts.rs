//! What a certificate says of itself.

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use edge_api::security::CertificateSource;

/// Longest name of an owner or issuer that is worth showing, in characters.
const MAX_NAME_CHARS: usize = 120;

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateFacts {
    pub(crate) source: CertificateSource,
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) names: Vec<String>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    /// SHA-256 as browsers show it.
    pub(crate) fingerprint: String,
    /// Whether the machine's authorities vouch for it under the agent's name.
    pub(crate) trusted: bool,
}

impl CertificateFacts {
    /// Whether we made it.
    pub(crate) fn self_signed(&self) -> bool {
        self.source == CertificateSource::Own
    }
}

/// Reads a certificate; none if it is not one.
pub(super) fn facts(
    der: &CertificateDer<'_>,
    source: CertificateSource,
) -> Option<CertificateFacts> {
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
        source,
        subject: called(parsed.subject()),
        issuer: called(parsed.issuer()),
        names,
        not_before: Timestamp::from_second(parsed.validity().not_before.timestamp()).ok()?,
        not_after: Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?,
        fingerprint: pairs.join(":"),
        trusted: false,
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

/// By what people know it: its common name, else all of its name.
fn called(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next();
    let text = common
        .and_then(|name| name.as_str().ok())
        .map_or_else(|| name.to_string(), str::to_owned);
    text.chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME_CHARS)
        .collect()
}
