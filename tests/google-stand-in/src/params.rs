//! Query strings and forms, with repeated names.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::error::ApiError;

/// Name and value pairs in the order they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b=2`.
    pub(crate) fn parse(text: impl AsRef<[u8]>) -> Self {
        Self(
            url::form_urlencoded::parse(text.as_ref())
                .into_owned()
                .collect(),
        )
    }

    /// The first value of `name`, unless empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    /// Every value of `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs()
            .filter(move |(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// All pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// A boolean parameter; absent is false.
    ///
    /// # Errors
    ///
    /// 400 when it is neither `true` nor `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(ApiError::invalid(
                name,
                format!("Invalid boolean value: '{other}'."),
            )),
        }
    }

    /// `maxResults`: at least 1, at most `max`; Google lowers what is above.
    ///
    /// # Errors
    ///
    /// 400 when it is no positive number.
    pub(crate) fn max_results(&self, default: usize, max: usize) -> Result<usize, ApiError> {
        let Some(text) = self.get("maxResults") else {
            return Ok(default);
        };
        match text.parse::<usize>() {
            Ok(n) if n > 0 => Ok(n.min(max)),
            _ => Err(ApiError::invalid(
                "maxResults",
                format!("Invalid value '{text}'. Values must be within the range: [1, {max}]"),
            )),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or("")))
    }
}
