//! What Google signs: who signed in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};

/// A key made for tests, PKCS#8; it protects nothing.
const KEY: &[u8] = include_bytes!("../../../calendar/tests/data/id_token_key.pk8");

pub(super) fn id_token(audience: &str, nonce: &str, now: i64) -> String {
    let claims = json!({"iss": "https://accounts.google.com", "aud": audience, "sub": "12345", "nonce": nonce,
        "email": "rooms@example.com", "exp": now + 3600});
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!(
        "{}.{}",
        part(json!({"alg": "RS256", "kid": "k1"})),
        part(claims)
    );
    let key = RsaKeyPair::from_pkcs8(KEY).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(super) fn certs() -> Value {
    let key = RsaKeyPair::from_pkcs8(KEY).unwrap();
    let public: RsaPublicKeyComponents<Vec<u8>> = key.public().into();
    json!({"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1",
        "n": URL_SAFE_NO_PAD.encode(&public.n), "e": URL_SAFE_NO_PAD.encode(&public.e)}]})
}
