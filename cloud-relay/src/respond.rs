//! The one place that turns errors into answers: JSON for agents, a page for people.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use relay_contract::error::{ErrorBody, ErrorCode};
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
        ErrorCode::InviteInvalid | ErrorCode::InviteExpired | ErrorCode::ProofInvalid => {
            StatusCode::FORBIDDEN
        }
        ErrorCode::Unauthorised | ErrorCode::ClockSkew => StatusCode::UNAUTHORIZED,
        ErrorCode::InviteUsed | ErrorCode::Superseded | ErrorCode::OtherInstance => {
            StatusCode::CONFLICT
        }
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Unavailable | ErrorCode::Unknown => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A page for a person: a title and paragraphs, and at most one link. Everything in it is escaped.
#[derive(Debug)]
pub(crate) struct Notice<'a> {
    pub(crate) status: StatusCode,
    pub(crate) title: &'a str,
    pub(crate) paragraphs: &'a [&'a str],
    /// Address and words.
    pub(crate) link: Option<(&'a str, &'a str)>,
}

impl IntoResponse for Notice<'_> {
    fn into_response(self) -> Response {
        let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
        html += "<meta name=\"viewport\" content=\"width=device-width\">";
        html += &format!("<title>{0}</title><h1>{0}</h1>", escape(self.title));
        for paragraph in self.paragraphs {
            html += &format!("<p>{}</p>", escape(paragraph));
        }
        if let Some((address, words)) = self.link {
            html += &format!(
                "<p><a href=\"{}\">{}</a></p>",
                escape(address),
                escape(words)
            );
        }
        html += "</html>";
        (self.status, Html(html)).into_response()
    }
}

/// Sends the browser on.
pub(crate) fn redirect(address: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, address)]).into_response()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn nothing_escaped_opens_a_tag_or_ends_an_attribute(text: String) {
            prop_assert!(!escape(&text).contains(['<', '>', '"', '\'']));
        }
    }
}
