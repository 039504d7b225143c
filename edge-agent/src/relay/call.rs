//! Calls to the relay: signed, with the relay's clock, refusals in words.

use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use relay_contract::call::{Call, Caller, sign};
use relay_contract::error::{ErrorBody, ErrorCode};
use relay_contract::id::Instance;
use relay_contract::rotate::KEY_VERSION_HEADER;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::outbound::{OutboundHttp, clock_skew};
use crate::store::StoreError;

use super::enrolment::{Enrolment, NotARelayAddress};

/// Why something with the relay did not work; the text is for the admin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    #[error(
        "this agent is not enrolled at a relay yet; enter the relay's address and an invite under Settings > Relay"
    )]
    NotEnrolled,
    #[error(transparent)]
    Address(#[from] NotARelayAddress),
    #[error("the relay refused: {message}")]
    Refused { code: ErrorCode, message: String },
    #[error(
        "the relay cannot be reached; is its address right, and does the firewall let this machine out on HTTPS?"
    )]
    Unreachable(#[source] reqwest::Error),
    #[error(
        "the relay's answer cannot be read; is this the address of a Placard relay? (HTTP status {status})"
    )]
    Unreadable { status: StatusCode },
    #[error(
        "the portal's address {origin} is not known to the relay yet; open the portal by one of its usual addresses, or try again when the relay is connected"
    )]
    OriginUnknown { origin: String },
    #[error("`{0}` is not an https address of a portal")]
    NotAnOrigin(String),
    #[error("keep it in the store")]
    Store(#[from] StoreError),
}

impl RelayError {
    /// Whether another copy of this agent has taken over, so that this one must not go on.
    pub(super) fn means_passive(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: ErrorCode::Superseded | ErrorCode::OtherInstance,
                ..
            }
        )
    }

    /// Whether the relay is older than this call.
    pub(super) fn is_unknown_call(&self) -> bool {
        match self {
            Self::Refused { code, .. } => *code == ErrorCode::NotFound,
            Self::Unreadable { status } => *status == StatusCode::NOT_FOUND,
            _ => false,
        }
    }
}

/// Makes signed calls.
#[derive(Debug)]
pub(super) struct Client {
    http: OutboundHttp,
    instance: Instance,
    /// The relay's clock minus ours, in seconds.
    skew: AtomicI64,
    /// The newest version of the relay's keys that an answer named.
    key_version: AtomicU16,
}

impl Client {
    pub(super) fn new(http: OutboundHttp, instance: Instance) -> Self {
        Self {
            http,
            instance,
            skew: AtomicI64::new(0),
            key_version: AtomicU16::new(0),
        }
    }

    pub(super) fn http(&self) -> &OutboundHttp {
        &self.http
    }

    pub(super) fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The relay's clock minus ours, in seconds; 0 until it was heard of.
    pub(super) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    /// Whether the relay has newer keys for `enrolment` than it is using.
    pub(super) fn has_newer_keys(&self, enrolment: &Enrolment) -> bool {
        self.key_version.load(Ordering::Relaxed) > enrolment.key_version()
    }

    /// The value of `Authorization` for a call.
    pub(super) fn authorisation(&self, enrolment: &Enrolment, call: &Call<'_>) -> String {
        let caller = Caller {
            agent: enrolment.agent_id(),
            epoch: enrolment.epoch(),
            instance: &self.instance,
        };
        let skew = SignedDuration::from_secs(self.skew());
        let relay_now = now().saturating_add(skew).unwrap_or(now());
        format!(
            "Bearer {}",
            sign(
                enrolment.key(),
                caller,
                enrolment.relay_host(),
                call,
                relay_now
            )
        )
    }

    /// Learns the relay's clock from an answer.
    pub(super) fn observe_date(&self, headers: &HeaderMap) {
        if let Some(skew) = clock_skew(headers, now()) {
            self.skew.store(skew, Ordering::Relaxed);
        }
    }

    /// Calls and reads the answer; repeated once when only the clocks disagreed.
    pub(super) async fn call<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        enrolment: &Enrolment,
        method: Method,
        path_and_query: &str,
        body: Option<&Q>,
    ) -> Result<A, RelayError> {
        let body = match body {
            Some(body) => {
                Bytes::from(serde_json::to_vec(body).expect("the contract's types are plain JSON"))
            }
            None => Bytes::new(),
        };
        let first = self.send(enrolment, &method, path_and_query, &body).await;
        match first {
            Err(RelayError::Refused {
                code: ErrorCode::ClockSkew,
                ..
            }) => self.send(enrolment, &method, path_and_query, &body).await,
            other => other,
        }
    }

    async fn send<A: DeserializeOwned>(
        &self,
        enrolment: &Enrolment,
        method: &Method,
        path_and_query: &str,
        body: &Bytes,
    ) -> Result<A, RelayError> {
        let call = Call {
            method: method.as_str(),
            path_and_query,
            body,
        };
        let mut request = self
            .http
            .client()
            .request(
                method.clone(),
                format!("{}{path_and_query}", enrolment.api_base()),
            )
            .header(header::AUTHORIZATION, self.authorisation(enrolment, &call));
        if !body.is_empty() {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        self.finish(request).await
    }

    /// Sends a request that needs no token, or has one, and reads its answer.
    pub(super) async fn finish<A: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<A, RelayError> {
        let answer = request.send().await.map_err(RelayError::Unreachable)?;
        let status = answer.status();
        self.observe_date(answer.headers());
        let version = answer.headers().get(KEY_VERSION_HEADER);
        let version = version.and_then(|v| v.to_str().ok()?.parse().ok());
        if let Some(version) = version {
            self.key_version.store(version, Ordering::Relaxed);
        }
        let body = answer.bytes().await.map_err(RelayError::Unreachable)?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| RelayError::Unreadable { status });
        }
        Err(refusal(status, &body))
    }
}

/// What an answer that is not a success says.
pub(super) fn refusal(status: StatusCode, body: &[u8]) -> RelayError {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(body) => RelayError::Refused {
            code: body.code,
            message: body.message,
        },
        Err(_) => RelayError::Unreadable { status },
    }
}

/// An error with its causes, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

#[expect(
    clippy::disallowed_methods,
    reason = "calls are signed for the moment they are made at"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_other_words_is_still_an_error() {
        let gateway = refusal(StatusCode::BAD_GATEWAY, b"<html>");
        assert!(matches!(
            gateway,
            RelayError::Unreadable {
                status: StatusCode::BAD_GATEWAY
            }
        ));
        let ours = refusal(
            StatusCode::CONFLICT,
            br#"{"code":"other_instance","message":"m"}"#,
        );
        assert!(ours.means_passive());
    }
}
