//! Versions of what is edited: what somebody else has changed since it was read is not overwritten, but told.
//!
//! A setting's version is made of what it says, so that nothing has to count. The check and the change that follows are
//! made under [`super::app::Inner::editing`], one after the other.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use edge_api::error::ErrorCode;
use http::HeaderValue;
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use serde::Serialize;
use serde_json::Value;

use super::app::App;
use super::refusal::Refusal;

/// JSON with its version in the header `ETag`.
#[derive(Debug)]
pub(super) struct Tagged<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let tag = HeaderValue::from_str(&tag(&self.0)).expect("hex digits in quotes fit a header");
        ([(ETAG, tag)], Json(self.0)).into_response()
    }
}

/// Which version the caller has read, by the header `If-Match`. Whoever does not say overwrites whatever there is.
#[derive(Debug)]
pub(super) struct LastRead(Option<String>);

impl FromRequestParts<App> for LastRead {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Refusal> {
        let given = parts.headers.get(IF_MATCH).map(HeaderValue::as_bytes);
        Ok(Self(
            given.map(|tags| String::from_utf8_lossy(tags).into_owned()),
        ))
    }
}

impl LastRead {
    /// Refuses when `present` is not what the caller has read.
    pub(super) fn is_still(&self, present: &impl Serialize) -> Result<(), Refusal> {
        let Some(read) = &self.0 else { return Ok(()) };
        let present = tag(present);
        let mut tags = read.split(',').map(str::trim);
        if tags.any(|read| read == "*" || read == present) {
            return Ok(());
        }
        Err(Refusal::new(
            ErrorCode::ChangedMeanwhile,
            "Somebody else has changed this since you read it.",
            "Look at what it is now, and make your change again if it is still wanted.",
        ))
    }
}

fn tag(of: &impl Serialize) -> String {
    let text = serde_json::to_vec(of).expect("the contract's types are JSON");
    format!("\"{}\"", &blake3::hash(&text).to_hex()[..16])
}

/// What differs between two versions, for the record: the words that changed, as they were and as they became.
pub(super) fn difference<T: Serialize>(before: &T, after: &T) -> (String, String) {
    let object = |of: &T| serde_json::to_value(of).expect("the contract's types are JSON");
    let (before, after) = (object(before), object(after));
    let told = |of: &Value, other: &Value| {
        let words = of.as_object().into_iter().flatten();
        let changed = words.filter(|(name, value)| other.get(name) != Some(value));
        let said = changed.map(|(name, value)| format!("{name}: {value}"));
        said.collect::<Vec<_>>().join(", ")
    };
    (told(&before, &after), told(&after, &before))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_is_made_of_what_it_says() {
        let (one, other) = (json!({"layout": "a"}), json!({"layout": "b"}));
        let read = |tags: &str| LastRead(Some(tags.to_owned()));
        assert!(read(&tag(&one)).is_still(&one).is_ok());
        assert!(
            read(&format!("\"x\", {}", tag(&one)))
                .is_still(&one)
                .is_ok()
        );
        assert!(read("*").is_still(&one).is_ok());
        assert!(LastRead(None).is_still(&one).is_ok());
        assert!(read(&tag(&other)).is_still(&one).is_err());
        assert!(read("").is_still(&one).is_err());
    }

    #[test]
    fn a_record_names_what_changed_and_nothing_else() {
        let before = json!({"layout": "a", "privacy": "full", "quiet": null});
        let after = json!({"layout": "a", "privacy": "busy_only", "quiet": null});
        let (was, became) = difference(&before, &after);
        assert_eq!(was, "privacy: \"full\"");
        assert_eq!(became, "privacy: \"busy_only\"");
        assert_eq!(difference(&before, &before), (String::new(), String::new()));
    }
}
