//! What TLS checks: that the other side holds the key of the certificate it shows. Names, dates and issuers mean
//! nothing here; the key does.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    SignatureScheme,
};

use crate::identity::{Identity, Pin};

/// The one key pair, whoever asks.
pub(crate) struct SameKey(pub(crate) Arc<CertifiedKey>);

impl fmt::Debug for SameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SameKey(..)")
    }
}

impl rustls::client::ResolvesClientCert for SameKey {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The agent's keys: the one that the hub asks for by name, so that a hub that missed a rotation still finds the key it
/// knows; else the first.
pub(crate) struct AskedKey(pub(crate) Vec<Identity>);

impl fmt::Debug for AskedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(Identity::pin))
            .finish()
    }
}

impl rustls::server::ResolvesServerCert for AskedKey {
    fn resolve(&self, hello: rustls::server::ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asked = hello.server_name().unwrap_or_default();
        let named = |identity: &&Identity| identity.pin().server_name() == asked;
        let identity = self.0.iter().find(named).or(self.0.first())?;
        Some(identity.certified())
    }
}

/// Judges the other side's certificate by its key alone.
///
/// As the agent's, it lets every hub finish the handshake: key and protocol are judged together afterwards, since a
/// verifier does not see the protocol. As a hub's, it knows the agent's pins, or while pairing takes any key: the code
/// decides then.
#[derive(Debug)]
pub(crate) struct KeyCheck {
    /// Empty: any.
    pins: Vec<Pin>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl KeyCheck {
    pub(crate) fn any_of(pins: &[Pin]) -> Self {
        Self {
            pins: pins.to_vec(),
            ..Self::any()
        }
    }

    pub(crate) fn any() -> Self {
        Self {
            pins: Vec::new(),
            algorithms: rustls::crypto::ring::default_provider().signature_verification_algorithms,
        }
    }

    fn check(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let pin = Pin::of_certificate(certificate).ok_or(CertificateError::BadEncoding)?;
        if self.pins.is_empty() || self.pins.contains(&pin) {
            Ok(())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }
}

/// How signatures are checked, which `rustls` asks of either side's verifier in the same words.
macro_rules! signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(PeerIncompatible::Tls13RequiredForQuic.into())
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signature, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ED25519]
        }
    };
}

impl ClientCertVerifier for KeyCheck {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity)?;
        Ok(ClientCertVerified::assertion())
    }

    signatures!();
}

impl ServerCertVerifier for KeyCheck {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity)?;
        Ok(ServerCertVerified::assertion())
    }

    signatures!();
}
