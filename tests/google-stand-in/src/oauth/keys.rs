//! The key behind `id_token` and the JWKS.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

/// A public key pair that protects nothing: `ring` signs with RSA but cannot generate.
const TEST_KEY: &[u8] = include_bytes!("../../keys/test-only-rsa-2048.pem");
/// Names the key in JWT headers and in the JWKS.
const KEY_ID: &str = "stand-in-test-key-1";

/// Signs RS256.
#[derive(Debug)]
pub(crate) struct SigningKey(KeyPair);

impl SigningKey {
    /// The committed test key.
    pub(crate) fn test_only() -> Self {
        let der = PrivatePkcs8KeyDer::from_pem_slice(TEST_KEY).expect("the committed key is PEM");
        let pair =
            KeyPair::from_pkcs8(der.secret_pkcs8_der()).expect("the committed key is RSA 2048");
        Self(pair)
    }

    /// A compact JWT with these claims.
    pub(crate) fn jwt(&self, claims: &Value) -> String {
        let header = json!({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .expect("the buffer has the modulus' length");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public half as `/oauth2/v3/certs` answers it.
    pub(crate) fn jwks(&self) -> Value {
        let public: PublicKeyComponents<Vec<u8>> = self.0.public().into();
        json!({"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
            "n": URL_SAFE_NO_PAD.encode(&public.n), "e": URL_SAFE_NO_PAD.encode(&public.e),
        }]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    #[test]
    fn the_published_key_verifies_what_was_signed() {
        let key = SigningKey::test_only();
        let jwt = key.jwt(&json!({"sub": "1"}));
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let jwks = key.jwks();
        let part = |name: &str| {
            URL_SAFE_NO_PAD
                .decode(jwks["keys"][0][name].as_str().unwrap())
                .unwrap()
        };
        let public = RsaPublicKeyComponents {
            n: part("n"),
            e: part("e"),
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            .unwrap();
    }
}
