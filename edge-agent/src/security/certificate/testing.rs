//! A certificate authority for tests: a root, one below it, and certificates for servers.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::{GivenCertificate, Judge};

/// Issues certificates.
pub(crate) struct TestAuthority {
    pub(crate) root: String,
    pub(crate) middle: String,
    issuer: Issuer<'static, KeyPair>,
}

impl TestAuthority {
    pub(crate) fn new() -> Self {
        let key = || KeyPair::generate().unwrap();
        let (root_key, root) = (key(), authority("Test Root"));
        let root_certificate = root.self_signed(&root_key).unwrap();
        let root_issuer = Issuer::new(root, root_key);
        let (middle_key, middle) = (key(), authority("Test Middle"));
        let middle_certificate = middle.signed_by(&middle_key, &root_issuer).unwrap();
        Self {
            root: root_certificate.pem(),
            middle: middle_certificate.pem(),
            issuer: Issuer::new(middle, middle_key),
        }
    }

    /// A server's certificate for `names`, valid from 2026 on until the beginning of `until`, and its key.
    pub(crate) fn server(&self, names: &[&str], until: i32) -> (String, String) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(names.clone()).unwrap();
        params
            .distinguished_name
            .push(DnType::CommonName, &names[0]);
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// As an admin uploads it: the server's certificate, then its chain.
    pub(crate) fn given(&self, names: &[&str], until: i32) -> GivenCertificate {
        let (certificate, key) = self.server(names, until);
        GivenCertificate {
            chain: certificate + &self.middle,
            key,
        }
    }

    /// Somebody who believes this authority only.
    pub(crate) fn judge(&self) -> Judge {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(self.root.as_bytes()).unwrap();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        Some(verifier.build().unwrap())
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}
