//! How a test ends, in words.

use edge_api::guide::TestResult;
use jiff::Timestamp;

/// How the last test of the relay's public host ended, and for which address.
#[derive(Clone, Debug)]
pub(crate) struct ProvenHost {
    pub(super) address: String,
    pub(super) result: TestResult,
    pub(super) at: Timestamp,
}

/// It went well.
pub(super) fn passed(what: impl Into<String>) -> TestResult {
    TestResult {
        passed: true,
        what: what.into(),
        action: None,
    }
}

/// What was found, and what to do.
pub(super) fn failed(what: impl Into<String>, action: impl Into<String>) -> TestResult {
    TestResult {
        passed: false,
        what: what.into(),
        action: Some(action.into()),
    }
}

/// With a capital at the beginning and a full stop at the end.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}
