//! Who calls Google's APIs, from the access token.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::app::App;
use crate::clock;
use crate::error::ApiError;

/// Where Google's scopes live.
pub(crate) const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";

/// The API whose requests are counted; the others have quotas of their own, which nobody here comes near.
const COUNTED: &str = "/calendar/v3/";

/// A live access token's account and scopes. Only the extractor makes one.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    account: String,
    scopes: Vec<String>,
}

impl Caller {
    /// The account that consented.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// What was consented to, as full scope names.
    pub(crate) fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// `primary` is the account's own calendar.
    pub(crate) fn calendar<'a>(&'a self, id: &'a str) -> &'a str {
        if id == "primary" { &self.account } else { id }
    }

    /// Checks that one of `scopes` (short names) was consented to.
    ///
    /// # Errors
    ///
    /// 403 `insufficientPermissions`.
    pub(crate) fn needs(&self, scopes: &[&str]) -> Result<(), ApiError> {
        let has = |short: &&str| {
            self.scopes
                .iter()
                .any(|s| s.strip_prefix(SCOPE_PREFIX) == Some(short))
        };
        if scopes.iter().any(has) {
            Ok(())
        } else {
            Err(ApiError::scope_missing())
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(ApiError::unauthorised)?;
        let (account, scopes) = app
            .grants()
            .access(token, clock::now())
            .ok_or_else(ApiError::unauthorised)?;
        if parts.uri.path().starts_with(COUNTED) {
            app.quota().take(&account, clock::now())?;
        }
        Ok(Self { account, scopes })
    }
}
