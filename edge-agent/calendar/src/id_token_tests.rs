use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::*;

/// A key made for tests, PKCS#8; it protects nothing.
const TEST_KEY: &[u8] = include_bytes!("../tests/data/id_token_key.pk8");

const CLIENT: &str = "7-app.apps.googleusercontent.com";

fn test_key() -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(TEST_KEY).unwrap()
}

fn keys() -> KeySet {
    let pair = test_key();
    let public: ring::signature::RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
    KeySet {
        keys: vec![Key {
            kid: Some("k1".to_owned()),
            kty: "RSA".to_owned(),
            n: URL_SAFE_NO_PAD.encode(&public.n),
            e: URL_SAFE_NO_PAD.encode(&public.e),
        }],
    }
}

fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let pair = test_key();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// Good claims with `extra` put over them.
fn token(extra: Value) -> String {
    let mut claims = json!({
        "iss": "https://accounts.google.com",
        "aud": CLIENT,
        "sub": "1234567890",
        "email": "rooms@example.com",
        "nonce": "n-1",
        "iat": now().as_second(),
        "exp": now().as_second() + 3600,
    });
    for (key, value) in extra.as_object().unwrap() {
        claims[key] = value.clone();
    }
    signed(&json!({"alg": "RS256", "kid": "k1", "typ": "JWT"}), &claims)
}

fn checked(token: &str) -> Result<Identity, IdTokenError> {
    check(token, &keys(), CLIENT, "n-1", now())
}

#[test]
fn a_token_for_this_sign_in_says_who_it_was() {
    let identity = checked(&token(json!({}))).unwrap();
    assert_eq!(identity.subject, "1234567890");
    assert_eq!(identity.email.as_deref(), Some("rooms@example.com"));
    checked(&token(json!({"iss": "accounts.google.com"}))).unwrap();
    checked(&token(json!({"aud": [CLIENT]}))).unwrap();
}

#[test]
fn a_token_for_another_sign_in_is_not_believed() {
    for (extra, which) in [
        (json!({"iss": "https://accounts.example.com"}), "issuer"),
        (json!({"aud": "8-other"}), "audience"),
        (json!({"aud": [CLIENT, "8-other"]}), "audience"),
        (json!({"nonce": "n-2"}), "nonce"),
        (json!({"nonce": null}), "nonce"),
    ] {
        let refused = checked(&token(extra));
        assert!(
            matches!(&refused, Err(IdTokenError::NotOurs(what)) if *what == which),
            "{refused:?}"
        );
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let expired = |seconds: i64| token(json!({"exp": now().as_second() - seconds}));
    checked(&expired(SKEW - 1)).unwrap();
    assert!(matches!(
        checked(&expired(SKEW)),
        Err(IdTokenError::Expired)
    ));
}

#[test]
fn a_changed_token_is_not_signed() {
    let good = token(json!({}));
    let other = token(json!({"sub": "999"}));
    let claims = other.split('.').nth(1).unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let forged = format!("{}.{claims}.{}", parts[0], parts[2]);
    assert!(matches!(checked(&forged), Err(IdTokenError::Signature)));
    let unknown_key = signed(&json!({"alg": "RS256", "kid": "k2"}), &json!({}));
    assert!(matches!(
        checked(&unknown_key),
        Err(IdTokenError::Signature)
    ));
}

#[test]
fn what_is_no_token_is_malformed() {
    let unsigned = signed(&json!({"alg": "none"}), &json!({}));
    for text in ["", "a", "a.b", "a.b.c", "..", &unsigned] {
        assert!(
            matches!(checked(text), Err(IdTokenError::Malformed(_))),
            "{text}"
        );
    }
}
