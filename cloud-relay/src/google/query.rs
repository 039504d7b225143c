//! The query of the OAuth callback, read strictly: it comes through a browser.

use axum::http::StatusCode;
use relay_contract::answer::Outcome;
use relay_contract::state::MAX_STATE;

/// Google's codes are below 512; the documented limit is 256 bytes.
const MAX_CODE: usize = 2048;
const MAX_ERROR: usize = 128;
const MAX_SCOPE: usize = 4096;

/// What matters of the query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) state: String,
    pub(crate) outcome: Outcome,
    pub(crate) scope: Option<String>,
}

/// Why a query is no answer of Google's, in words for the person before the browser.
pub(crate) type NotACallback = (StatusCode, &'static str);

impl Callback {
    /// Reads the pairs of a query; what Google adds beyond these (`prompt`, `authuser`, `hd`) does not matter.
    pub(crate) fn read(pairs: Vec<(String, String)>) -> Result<Self, NotACallback> {
        let (mut state, mut code, mut error, mut scope) = (None, None, None, None);
        for (name, value) in pairs {
            let (place, max) = match name.as_str() {
                "state" => (&mut state, MAX_STATE),
                "code" => (&mut code, MAX_CODE),
                "error" => (&mut error, MAX_ERROR),
                "scope" => (&mut scope, MAX_SCOPE),
                _ => continue,
            };
            if value.len() > max {
                return Err((
                    StatusCode::BAD_REQUEST,
                    "A part of this address is longer than Google makes it.",
                ));
            }
            if place.replace(value).is_some() {
                return Err((
                    StatusCode::BAD_REQUEST,
                    "A part of this address is there twice.",
                ));
            }
        }
        let outcome = match (code, error) {
            (Some(code), None) if !code.is_empty() => Outcome::Code(code),
            (None, Some(error)) if !error.is_empty() => Outcome::Error(error),
            _ => {
                let words =
                    "This address holds neither an answer of Google's nor an error, or both.";
                return Err((StatusCode::BAD_REQUEST, words));
            }
        };
        let state = state.ok_or((
            StatusCode::BAD_REQUEST,
            "This address does not say which sign-in it belongs to.",
        ))?;
        Ok(Self {
            state,
            outcome,
            scope,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Callback, NotACallback> {
        Callback::read(
            pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn an_answer_and_an_error_are_read() {
        let code = read(&[
            ("state", "s"),
            ("code", "4/x"),
            ("scope", "a b"),
            ("authuser", "0"),
        ])
        .unwrap();
        let outcome = Outcome::Code("4/x".into());
        assert_eq!(
            code,
            Callback {
                state: "s".into(),
                outcome,
                scope: Some("a b".into())
            }
        );
        let error = read(&[("error", "access_denied"), ("state", "s")]).unwrap();
        assert_eq!(error.outcome, Outcome::Error("access_denied".into()));
    }

    #[test]
    fn repeated_missing_and_oversized_parts_are_refused() {
        assert!(read(&[("state", "s"), ("state", "s"), ("code", "c")]).is_err());
        assert!(read(&[("state", "s"), ("code", "c"), ("code", "d")]).is_err());
        assert!(read(&[("state", "s"), ("code", "c"), ("error", "e")]).is_err());
        assert!(read(&[("state", "s")]).is_err());
        assert!(read(&[("code", "c")]).is_err());
        assert!(read(&[("state", "s"), ("code", "")]).is_err());
        assert!(read(&[("state", &"s".repeat(MAX_STATE + 1)), ("code", "c")]).is_err());
    }

    proptest! {
        #[test]
        fn any_pairs_are_read_or_refused(pairs in prop::collection::vec(("(state|code|error|scope|x)", "\\PC{0,8}"), 0..6)) {
            if let Ok(callback) = Callback::read(pairs.clone()) {
                prop_assert!(pairs.contains(&("state".to_owned(), callback.state)));
            }
        }
    }
}
