//! The one place that turns errors of agents' calls into answers.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use relay_contract::error::{ErrorBody, ErrorCode};
use serde::de::DeserializeOwned;
use tracing::error;

use crate::store::StoreError;

/// Why an agent's call is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The agent can do something about it.
    Known(ErrorCode, String),
    /// Only the relay's operator can; logged in full, answered in none.
    Store(StoreError),
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Known(code, message.into())
    }

    /// The agent has left, or was removed, while its call was on the way.
    pub(crate) fn left() -> Self {
        Self::new(ErrorCode::Unauthorised, "this agent has left the relay")
    }
}

/// Reads a call's body; `what` says what it should have been.
pub(crate) fn read_body<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|_| Refusal::new(ErrorCode::Malformed, format!("the body is not {what}")))
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, message) = match self {
            Self::Known(code, message) => (code, message),
            Self::Store(error) => {
                error!(%error, "an agent's call failed");
                let message = "the relay cannot reach its database now; try again in a moment";
                (ErrorCode::Unavailable, message.to_owned())
            }
        };
        (status_of(code), Json(ErrorBody { code, message })).into_response()
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Malformed | ErrorCode::OriginInvalid => StatusCode::BAD_REQUEST,
        ErrorCode::InviteInvalid
        | ErrorCode::InviteExpired
        | ErrorCode::ProofInvalid
        | ErrorCode::Suspended
        | ErrorCode::NotHostOwner => StatusCode::FORBIDDEN,
        ErrorCode::Unauthorised | ErrorCode::ClockSkew => StatusCode::UNAUTHORIZED,
        ErrorCode::InviteUsed | ErrorCode::Superseded | ErrorCode::OtherInstance => {
            StatusCode::CONFLICT
        }
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Unavailable | ErrorCode::Unknown => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_refusing_status() {
        for code in ErrorCode::ALL {
            let status = status_of(*code);
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{code:?}"
            );
        }
    }
}
