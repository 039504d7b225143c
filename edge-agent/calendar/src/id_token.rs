//! Who signed in: the `id_token`, believed only after its signature and claims are checked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::answer::call_api;
use crate::error::Error;
use crate::oauth::OAuth;

/// The two names that Google signs with.
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// How far this machine's clock and Google's may be apart, in seconds.
const SKEW: i64 = 300;

/// Who signed in, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Google's id of the account; it never changes.
    pub subject: String,
    /// Its address; it can change.
    pub email: Option<String>,
}

/// Why an `id_token` is not believed.
#[derive(Debug, thiserror::Error)]
pub enum IdTokenError {
    /// The keys could not be fetched.
    #[error("fetch Google's keys")]
    Keys(#[source] Error),
    /// It is not a token of the kind that Google makes.
    #[error("the id_token is malformed: {0}")]
    Malformed(&'static str),
    /// Its signature is not by one of Google's keys.
    #[error("the id_token is not signed by Google")]
    Signature,
    /// It was made by, or for, somebody else, or for another sign-in.
    #[error("the id_token is not for this sign-in: its {0} is another")]
    NotOurs(&'static str),
    /// It is too old; or the machine's clock is wrong.
    #[error("the id_token has expired; is this machine's clock right?")]
    Expired,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: i64,
    nonce: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
    kty: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl OAuth {
    /// Fetches Google's keys and checks an `id_token`: signature, issuer, audience, expiry, nonce.
    ///
    /// # Errors
    ///
    /// Fails when the keys do not arrive or any of the checks does not hold.
    pub async fn check_id_token(
        &self,
        id_token: &str,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Identity, IdTokenError> {
        let answer = call_api(self.http().get(self.endpoints().certs.clone()))
            .await
            .map_err(IdTokenError::Keys)?;
        let keys: KeySet = answer
            .json("the request for keys")
            .map_err(IdTokenError::Keys)?;
        check(id_token, &keys, self.client_id(), nonce, now)
    }
}

fn check(
    id_token: &str,
    keys: &KeySet,
    client_id: &str,
    nonce: &str,
    now: Timestamp,
) -> Result<Identity, IdTokenError> {
    let (signed, signature) = id_token
        .rsplit_once('.')
        .ok_or(IdTokenError::Malformed("no signature"))?;
    let (header, claims) = signed
        .split_once('.')
        .ok_or(IdTokenError::Malformed("no claims"))?;
    let header: Header = part(header)?;
    if header.alg != "RS256" {
        return Err(IdTokenError::Malformed("not RS256"));
    }
    let signature = bytes(signature)?;
    let by_google = keys
        .keys
        .iter()
        .filter(|key| key.kty == "RSA" && (header.kid.is_none() || key.kid == header.kid))
        .any(|key| key.verifies(signed.as_bytes(), &signature));
    if !by_google {
        return Err(IdTokenError::Signature);
    }
    let claims: Claims = part(claims)?;
    claims.check(client_id, nonce, now)?;
    Ok(Identity {
        subject: claims.sub,
        email: claims.email,
    })
}

impl Claims {
    fn check(&self, client_id: &str, nonce: &str, now: Timestamp) -> Result<(), IdTokenError> {
        let for_us = match &self.aud {
            Audience::One(one) => one == client_id,
            Audience::Several(several) => matches!(several.as_slice(), [one] if one == client_id),
        };
        if !ISSUERS.contains(&self.iss.as_str()) {
            return Err(IdTokenError::NotOurs("issuer"));
        }
        if !for_us {
            return Err(IdTokenError::NotOurs("audience"));
        }
        if self.nonce.as_deref() != Some(nonce) {
            return Err(IdTokenError::NotOurs("nonce"));
        }
        if self.exp.saturating_add(SKEW) <= now.as_second() {
            return Err(IdTokenError::Expired);
        }
        Ok(())
    }
}

impl Key {
    fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let (Ok(n), Ok(e)) = (bytes(&self.n), bytes(&self.e)) else {
            return false;
        };
        RsaPublicKeyComponents { n, e }
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
            .is_ok()
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, IdTokenError> {
    URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_| IdTokenError::Malformed("not base64url"))
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, IdTokenError> {
    serde_json::from_slice(&bytes(text)?)
        .map_err(|_| IdTokenError::Malformed("a part is not as expected"))
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
