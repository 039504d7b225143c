//! The one type that handlers fail with, and how it is answered.
//!
//! Codes come from the contract. What was not foreseen is logged in full under the request's id and told to nobody.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use edge_api::error::{ErrorBody, ErrorCode};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use relay_contract::error as relay;
use tracing::{error, info};

use crate::outbound::in_words;
use crate::relay::RelayError;
use crate::security::PasswordError;
use crate::store::StoreError;

/// Finds a request in the log; every request carries it from the first layer on.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Why a request is not done.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// Foreseen: the person is told what, why and what to do.
    Known {
        code: ErrorCode,
        message: Cow<'static, str>,
        hint: Cow<'static, str>,
        retry_after: Option<Duration>,
    },
    /// Not foreseen: goes to the log.
    Internal(Arc<anyhow::Error>),
}

impl Refusal {
    /// What happened and why, then what to do; a sentence each.
    pub(crate) fn new(
        code: ErrorCode,
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Known {
            code,
            message: message.into(),
            hint: hint.into(),
            retry_after: None,
        }
    }

    /// An error whose text says what and why, a semicolon, and what to do.
    pub(crate) fn told(code: ErrorCode, error: &dyn std::error::Error) -> Self {
        let (message, hint) = sentences(&error.to_string());
        Self::new(code, message, hint)
    }

    /// Not foreseen.
    pub(crate) fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(Arc::new(error.into()))
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("There is no such {what}, or not any more."),
            "Reload the page; somebody may have changed it meanwhile.",
        )
    }

    /// Wait.
    pub(crate) fn too_many_tries(wait: Duration) -> Self {
        let seconds = wait.as_secs().max(1);
        Self::Known {
            code: ErrorCode::TooManyTries,
            message: "There were too many wrong tries from your address.".into(),
            hint: format!("Wait {seconds} seconds, then try again.").into(),
            retry_after: Some(wait),
        }
    }

    /// Answers, once the request's id is known, with what `show` makes of the refusal.
    pub(super) fn answer_as(
        &self,
        request_id: &str,
        show: impl FnOnce(&ErrorBody) -> Response,
    ) -> Response {
        let (body, retry_after) = self.body(request_id);
        let mut response = show(&body);
        *response.status_mut() =
            StatusCode::from_u16(body.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(wait) = retry_after {
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }

    /// Answers a program.
    pub(super) fn answer(&self, request_id: &str) -> Response {
        self.answer_as(request_id, |body| Json(body).into_response())
    }

    /// In words; the only place that logs a refusal.
    fn body(&self, request_id: &str) -> (ErrorBody, Option<Duration>) {
        match self {
            Self::Known {
                code,
                message,
                hint,
                retry_after,
            } => {
                info!(
                    request.id = request_id,
                    code = code.as_str(),
                    "request refused"
                );
                let body = ErrorBody {
                    code: *code,
                    message: message.to_string(),
                    hint: hint.to_string(),
                    request_id: request_id.to_owned(),
                };
                (body, *retry_after)
            }
            Self::Internal(cause) => {
                error!(
                    request.id = request_id,
                    error = format!("{cause:#}"),
                    "request failed"
                );
                let body = ErrorBody {
                    code: ErrorCode::Internal,
                    message: "Something went wrong inside the agent.".to_owned(),
                    hint: format!(
                        "Try again; if it stays, look for {request_id} in the agent's log."
                    ),
                    request_id: request_id.to_owned(),
                };
                (body, None)
            }
        }
    }
}

impl IntoResponse for Refusal {
    /// Leaves the refusal with the response, for the outermost layer to answer under the request's id.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Closed => Self::new(
                ErrorCode::Unavailable,
                "The agent is stopping.",
                "Try again in a moment.",
            ),
            other => Self::internal(other),
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::TooShort => Self::new(
                ErrorCode::WeakPassword,
                format!("{}.", capitalised(&error.to_string())),
                "Take a longer one: a few unrelated words are easy to remember and hard to guess.",
            ),
            PasswordError::TooLong => Self::new(
                ErrorCode::WeakPassword,
                format!("{}.", capitalised(&error.to_string())),
                "Take a shorter one.",
            ),
            other => Self::internal(other),
        }
    }
}

impl From<RelayError> for Refusal {
    fn from(error: RelayError) -> Self {
        let text = format!("{}.", capitalised(&error.to_string()));
        match error {
            RelayError::NotEnrolled => Self::new(
                ErrorCode::NotEnrolled,
                "This agent is not enrolled at a relay yet.",
                "Enter the relay's address and an invite under Settings > Relay.",
            ),
            RelayError::Address(_) | RelayError::NotAnOrigin(_) => Self::new(
                ErrorCode::RelayAddress,
                text,
                "Enter the address that the relay's operator gave you; it begins with https://.",
            ),
            RelayError::Refused { code, .. } => Self::new(
                ErrorCode::RelayRefused,
                text,
                match code {
                    relay::ErrorCode::NotFound => {
                        "Ask the relay's operator to update it; this relay is older than the agent."
                    }
                    relay::ErrorCode::Unavailable => "Try again in a moment.",
                    relay::ErrorCode::Suspended
                    | relay::ErrorCode::Superseded
                    | relay::ErrorCode::OtherInstance => "See under Settings > Relay.",
                    _ => "Ask the relay's operator for a new invite, and enter it as it is.",
                },
            ),
            RelayError::Unreachable(_) => {
                let (message, hint) = sentences(&in_words(&error));
                Self::new(ErrorCode::RelayUnreachable, message, hint)
            }
            RelayError::Unreadable { .. } => Self::new(
                ErrorCode::RelayRefused,
                text,
                "Check that the address is that of a Placard relay.",
            ),
            RelayError::OriginUnknown { .. } => Self::new(
                ErrorCode::OriginUnknown,
                text,
                "Open the portal by one of the addresses under Settings > Security, or wait until the relay is connected.",
            ),
            RelayError::Store(inner) => inner.into(),
        }
    }
}

/// A text that says what and why, a semicolon, and what to do: as two sentences.
pub(super) fn sentences(text: &str) -> (String, String) {
    let (what, todo) = text.rsplit_once("; ").unwrap_or((text, "try again"));
    let sentence = |part: &str| {
        let end = if part.ends_with('?') { "" } else { "." };
        format!("{}{end}", capitalised(part.trim_end_matches('.')))
    };
    (sentence(what), sentence(todo))
}

/// As a sentence begins.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
