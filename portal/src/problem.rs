//! Why something did not work, as the pages show it: what, what to do, and where to find it in the log.

use edge_api::error::{ErrorBody, ErrorCode};

use crate::words::client;

/// One thing that did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What happened and why.
    pub(crate) what: String,
    /// What to do.
    pub(crate) hint: String,
    /// The agent's stable word; absent when the agent did not answer or not understandably.
    pub(crate) code: Option<ErrorCode>,
    /// Finds the request in the agent's log.
    pub(crate) request_id: Option<String>,
}

impl Problem {
    /// A problem that the portal itself found.
    pub(crate) fn own(what: &str, hint: &str) -> Self {
        Self {
            what: what.to_owned(),
            hint: hint.to_owned(),
            code: None,
            request_id: None,
        }
    }

    /// The agent did not answer at all.
    pub(crate) fn unreachable() -> Self {
        Self::own(client::UNREACHABLE, client::UNREACHABLE_HINT)
    }

    /// The agent answered something that is not in the contract.
    pub(crate) fn unreadable() -> Self {
        Self::own(client::UNREADABLE, client::UNREADABLE_HINT)
    }

    /// Reads the body of a refusal, whatever is in it.
    pub(crate) fn refused(status: u16, body: &str) -> Self {
        match crate::json::from_str::<ErrorBody>(body) {
            Ok(error) => Self {
                what: error.message,
                hint: error.hint,
                code: Some(error.code),
                request_id: Some(error.request_id).filter(|id| !id.is_empty()),
            },
            Err(_) => Self::own(
                &format!(
                    "{} (HTTP {status})",
                    client::UNREADABLE.trim_end_matches('.')
                ),
                client::UNREADABLE_HINT,
            ),
        }
    }

    /// Whether it takes the agent's own pages to go on: nobody is signed in, or there is nobody yet.
    pub(crate) fn leads_away(&self) -> bool {
        self.is(ErrorCode::SignedOut) || self.is(ErrorCode::NotClaimed)
    }

    /// Whether the agent said this word.
    pub(crate) fn is(&self, code: ErrorCode) -> bool {
        self.code == Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let problem = Problem::refused(
            409,
            r#"{"code":"not_enrolled","message":"No relay.","hint":"Enrol first.","request_id":"r1","later":1}"#,
        );
        assert!(problem.is(ErrorCode::NotEnrolled));
        assert_eq!(
            (problem.what.as_str(), problem.hint.as_str()),
            ("No relay.", "Enrol first.")
        );
        assert_eq!(problem.request_id.as_deref(), Some("r1"));
    }

    #[test]
    fn a_code_of_a_newer_agent_keeps_its_words() {
        let problem = Problem::refused(
            400,
            r#"{"code":"from_2031","message":"What.","hint":"Do.","request_id":""}"#,
        );
        assert!(problem.is(ErrorCode::Unknown));
        assert_eq!(problem.what, "What.");
        assert_eq!(problem.request_id, None);
    }

    #[test]
    fn a_malformed_refusal_is_still_a_refusal() {
        for body in ["", "<html>", "[]", "{\"code\":5}"] {
            let problem = Problem::refused(502, body);
            assert!(problem.what.contains("502"));
            assert!(!problem.hint.is_empty());
        }
    }
}
