//! The proof that both ends know the pairing code, bound to the TLS session they speak over.
//!
//! Each side proves `HMAC-SHA256(code, role ‖ keying material exported from the session)`. One who sits in the middle
//! has two sessions with different keying material: what is proved in one is worthless in the other. With 80 bits, a
//! recorded proof cannot be searched for the code while the code lives.

use hmac::{Hmac, KeyInit, Mac};
use quinn::Connection;
use sha2::Sha256;

use crate::code::PairingCode;

/// Label of the keying material (RFC 5705); also keeps it apart from any other use of the session.
const EXPORT_LABEL: &[u8] = b"EXPERIMENTAL placard-pair/1";

/// Which end proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Agent,
    Hub,
}

impl Role {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Agent => b"agent",
            Self::Hub => b"hub",
        }
    }
}

/// What the two ends of one TLS session, and nobody else, have in common.
#[derive(Clone, Copy)]
pub(crate) struct SessionSecret([u8; 32]);

impl SessionSecret {
    pub(crate) fn of(connection: &Connection) -> Self {
        let mut secret = [0; 32];
        connection
            .export_keying_material(&mut secret, EXPORT_LABEL, &[])
            .expect("TLS 1.3 exports 32 bytes once the handshake is done");
        Self(secret)
    }

    pub(crate) fn prove(self, role: Role, code: &PairingCode) -> bytes::Bytes {
        bytes::Bytes::copy_from_slice(&self.mac(role, code).finalize().into_bytes())
    }

    /// Whether `proof` is right; takes equally long either way.
    pub(crate) fn verify(self, role: Role, code: &PairingCode, proof: &[u8]) -> bool {
        self.mac(role, code).verify_slice(proof).is_ok()
    }

    fn mac(self, role: Role, code: &PairingCode) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(code.secret()).expect("HMAC takes a key of any length");
        mac.update(role.label());
        mac.update(&self.0);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_holds_for_its_role_code_and_session_only() {
        let code: PairingCode = "0123-4567-89AB-CDEF".parse().unwrap();
        let other: PairingCode = "0123-4567-89AB-CDEG".parse().unwrap();
        let session = SessionSecret([1; 32]);
        let proof = session.prove(Role::Hub, &code);
        assert!(session.verify(Role::Hub, &code, &proof));
        assert!(!session.verify(Role::Agent, &code, &proof), "reflected");
        assert!(!session.verify(Role::Hub, &other, &proof), "other code");
        assert!(
            !SessionSecret([2; 32]).verify(Role::Hub, &code, &proof),
            "replayed in another session"
        );
        assert!(!session.verify(Role::Hub, &code, &proof[..31]), "cut");
        assert!(!session.verify(Role::Hub, &code, &[]), "empty");
    }
}
