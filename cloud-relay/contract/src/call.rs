//! How an agent signs its calls, and how the relay checks them.
//!
//! Every call carries `Authorization: Bearer` and a JWT (`EdDSA`) that lives at most a minute and is bound to the relay's
//! host, to method, path and query below the agents' base, and to the body. Connecting signs `GET /connect` with an
//! empty body. The one accepted header makes the algorithm a constant, not a claim of the caller.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoding::{fixed, from_base64url, to_base64url};
use crate::id::{AgentId, Instance};

/// How long a signed call may live, in seconds; enough for a slow network, too short to be worth stealing.
pub const MAX_LIFETIME: i64 = 60;
/// How far in the future a call may have been signed, in seconds; clocks differ by a little.
pub const MAX_AHEAD: i64 = 10;
/// Longer tokens are refused unread; ours are about 500 characters.
pub const MAX_JWT: usize = 2048;

/// Incarnations are raised by one at a time; beyond this a number is a mistake, and not every database could hold it.
pub const MAX_EPOCH: u64 = 1 << 48;

/// The only header that is made or accepted.
const HEADER: &str = r#"{"typ":"JWT","alg":"EdDSA"}"#;

/// What is called.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Below the agents' base, with query: `/inbox?after=x`.
    pub path_and_query: &'a str,
    /// Empty for a call without one.
    pub body: &'a [u8],
}

/// Answer to a call that has nothing to tell but that it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// Who calls, as what.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The agent's id.
    pub agent: &'a AgentId,
    /// Its incarnation, raised by a restore.
    pub epoch: u64,
    /// Its running copy.
    pub instance: &'a Instance,
}

/// What the JWT says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The agent that calls.
    pub iss: AgentId,
    /// The relay's host name.
    pub aud: String,
    /// Signed at, in seconds.
    pub iat: i64,
    /// Valid until, in seconds.
    pub exp: i64,
    /// Method.
    pub method: String,
    /// Path and query below the agents' base.
    pub path: String,
    /// SHA-256 of the body.
    #[serde(with = "fixed")]
    pub body: [u8; 32],
    /// The agent's incarnation.
    pub epoch: u64,
    /// The agent's running copy.
    pub instance: Instance,
}

/// Why a call is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Not such a JWT.
    #[error("the authorisation is not a token as agents make it")]
    Malformed,
    /// Signed by another key.
    #[error("the signature is not that of the agent's key")]
    Signature,
    /// For another relay, method, path or body.
    #[error("the token was signed for another call")]
    OtherCall,
    /// Outside its minute.
    #[error("the token is not valid at this time; the clocks of agent and relay differ")]
    Time,
}

/// Signs a call; the result stands after `Bearer`.
///
/// `relay_host` is the host name of the relay's public base, without port. `now` is the relay's time as the agent knows it.
pub fn sign(
    key: &SigningKey,
    caller: Caller<'_>,
    relay_host: &str,
    call: &Call<'_>,
    now: Timestamp,
) -> String {
    let claims = Claims {
        iss: caller.agent.clone(),
        aud: relay_host.to_owned(),
        iat: now.as_second(),
        exp: now.as_second() + MAX_LIFETIME,
        method: call.method.to_owned(),
        path: call.path_and_query.to_owned(),
        body: Sha256::digest(call.body).into(),
        epoch: caller.epoch,
        instance: caller.instance.clone(),
    };
    let claims = serde_json::to_vec(&claims).expect("claims are plain JSON");
    let signed = format!(
        "{}.{}",
        to_base64url(HEADER.as_bytes()),
        to_base64url(&claims)
    );
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", to_base64url(&signature.to_bytes()))
}

/// A token that has been read but not checked: it only says whose key to look up.
#[derive(Clone, Debug)]
pub struct Unchecked {
    signed: String,
    signature: Signature,
    claims: Claims,
}

impl Unchecked {
    /// Reads what stands after `Bearer`.
    ///
    /// # Errors
    ///
    /// Fails with [`CallError::Malformed`].
    pub fn parse(jwt: &str) -> Result<Self, CallError> {
        let parts = || {
            if jwt.len() > MAX_JWT {
                return None;
            }
            let (signed, signature) = jwt.rsplit_once('.')?;
            let (header, claims) = signed.split_once('.')?;
            if from_base64url(header)? != HEADER.as_bytes() {
                return None;
            }
            Some(Self {
                signature: Signature::from_slice(&from_base64url(signature)?).ok()?,
                claims: serde_json::from_slice(&from_base64url(claims)?).ok()?,
                signed: signed.to_owned(),
            })
        };
        parts().ok_or(CallError::Malformed)
    }

    /// Who is said to call.
    pub fn agent(&self) -> &AgentId {
        &self.claims.iss
    }

    /// Checks signature, time and binding.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the signature comes first, so that a stranger learns nothing of the rest.
    pub fn verify(
        &self,
        key: &VerifyingKey,
        relay_host: &str,
        call: &Call<'_>,
        now: Timestamp,
    ) -> Result<Claims, CallError> {
        key.verify_strict(self.signed.as_bytes(), &self.signature)
            .map_err(|_| CallError::Signature)?;
        let claims = &self.claims;
        if claims.epoch > MAX_EPOCH {
            return Err(CallError::Malformed);
        }
        let body: [u8; 32] = Sha256::digest(call.body).into();
        let bound = claims.aud == relay_host
            && claims.method == call.method
            && claims.path == call.path_and_query
            && claims.body == body;
        if !bound {
            return Err(CallError::OtherCall);
        }
        let now = now.as_second();
        let lifetime = claims.exp.checked_sub(claims.iat);
        let short = lifetime.is_some_and(|l| (0..=MAX_LIFETIME).contains(&l));
        if !short || claims.iat > now + MAX_AHEAD || claims.exp <= now {
            return Err(CallError::Time);
        }
        Ok(claims.clone())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALL: Call<'static> = Call {
        method: "GET",
        path_and_query: "/inbox?after=x",
        body: b"",
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[3; 32])
    }

    fn signed(call: &Call<'_>) -> String {
        let (agent, instance) = (
            AgentId::from_random([1; 10]),
            Instance::from_random([2; 16]),
        );
        let caller = Caller {
            agent: &agent,
            epoch: 1,
            instance: &instance,
        };
        sign(&key(), caller, "relay.localhost", call, at(1000))
    }

    fn check(jwt: &str, call: &Call<'_>, now: i64) -> Result<Claims, CallError> {
        Unchecked::parse(jwt)?.verify(&key().verifying_key(), "relay.localhost", call, at(now))
    }

    #[test]
    fn claims_golden() {
        let claims = check(&signed(&CALL), &CALL, 1000).unwrap();
        let json = r#"{"iss":"040g2081040g2081","aud":"relay.localhost","iat":1000,"exp":1060,"method":"GET","path":"/inbox?after=x","body":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU","epoch":1,"instance":"02020202020202020202020202020202"}"#;
        assert_eq!(serde_json::to_string(&claims).unwrap(), json);
    }

    #[test]
    fn a_token_holds_for_one_call_only() {
        let jwt = signed(&CALL);
        let others = [
            Call {
                method: "POST",
                ..CALL
            },
            Call {
                path_and_query: "/inbox?after=y",
                ..CALL
            },
            Call {
                path_and_query: "/connect",
                ..CALL
            },
            Call { body: b"x", ..CALL },
        ];
        for other in others {
            assert_eq!(
                check(&jwt, &other, 1000),
                Err(CallError::OtherCall),
                "{other:?}"
            );
        }
        let elsewhere = Unchecked::parse(&jwt).unwrap();
        let elsewhere = elsewhere.verify(&key().verifying_key(), "other.example", &CALL, at(1000));
        assert_eq!(elsewhere, Err(CallError::OtherCall));
    }

    #[test]
    fn a_token_holds_for_its_minute_only() {
        let jwt = signed(&CALL);
        assert!(check(&jwt, &CALL, 1000 - MAX_AHEAD).is_ok());
        assert!(check(&jwt, &CALL, 1059).is_ok());
        assert_eq!(check(&jwt, &CALL, 1060), Err(CallError::Time));
        assert_eq!(
            check(&jwt, &CALL, 1000 - MAX_AHEAD - 1),
            Err(CallError::Time)
        );
    }

    #[test]
    fn another_key_and_another_algorithm_are_refused() {
        let jwt = signed(&CALL);
        let stranger = SigningKey::from_bytes(&[4; 32]).verifying_key();
        let refused =
            Unchecked::parse(&jwt)
                .unwrap()
                .verify(&stranger, "relay.localhost", &CALL, at(1000));
        assert_eq!(refused, Err(CallError::Signature));
        let none = to_base64url(br#"{"typ":"JWT","alg":"none"}"#);
        let (_, rest) = jwt.split_once('.').unwrap();
        assert_eq!(
            check(&format!("{none}.{rest}"), &CALL, 1000),
            Err(CallError::Malformed)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_a_panic(jwt in "[A-Za-z0-9_.-]{0,300}") {
            prop_assert!(check(&jwt, &CALL, 1000).is_err());
        }

        #[test]
        fn one_changed_byte_breaks_a_token(index: prop::sample::Index, byte in 32u8..127) {
            let mut bytes = signed(&CALL).into_bytes();
            let index = index.index(bytes.len());
            prop_assume!(bytes[index] != byte);
            bytes[index] = byte;
            prop_assert!(check(std::str::from_utf8(&bytes).unwrap(), &CALL, 1000).is_err());
        }

        #[test]
        fn what_is_signed_verifies(path in "/[a-z/?=&%0-9]{0,40}", body: Vec<u8>) {
            let call = Call { method: "PUT", path_and_query: &path, body: &body };
            prop_assert!(check(&signed(&call), &call, 1001).is_ok());
        }
    }
}
