//! Google's error bodies, as its APIs (not its OAuth endpoints) write them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// An error of the Calendar or People API.
///
/// `reason` and `domain` are what clients decide by; the message is for people.
#[derive(Clone, Debug)]
pub(crate) struct ApiError(Box<Fields>);

/// Boxed, so that the many functions that can fail return little.
#[derive(Clone, Debug)]
struct Fields {
    code: u16,
    domain: &'static str,
    reason: &'static str,
    message: String,
    location: Option<(&'static str, String)>,
    status: Option<&'static str>,
    details: Option<Value>,
}

impl ApiError {
    pub(crate) fn new(
        code: u16,
        domain: &'static str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self(Box::new(Fields {
            code,
            domain,
            reason,
            message: message.into(),
            location: None,
            status: None,
            details: None,
        }))
    }

    fn at(mut self, kind: &'static str, name: impl Into<String>) -> Self {
        self.0.location = Some((kind, name.into()));
        self
    }

    fn with(mut self, status: &'static str, details: Option<Value>) -> Self {
        self.0.status = Some(status);
        self.0.details = details;
        self
    }

    /// 401: no, unknown or expired access token.
    pub(crate) fn unauthorised() -> Self {
        Self::new(401, "global", "authError", "Invalid Credentials")
            .at("header", "Authorization")
            .with("UNAUTHENTICATED", None)
    }

    /// 403: the token lacks the scope. Both the old reason and the new detail.
    pub(crate) fn scope_missing() -> Self {
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "calendar-json.googleapis.com"},
        }]);
        Self::new(
            403,
            "global",
            "insufficientPermissions",
            "Request had insufficient authentication scopes.",
        )
        .with("PERMISSION_DENIED", Some(details))
    }

    /// 403: the API is switched off in the project, with the console's link.
    pub(crate) fn api_disabled(project: &str) -> Self {
        let url = format!(
            "https://console.developers.google.com/apis/api/calendar-json.googleapis.com/overview?project={project}"
        );
        let message = format!(
            "Google Calendar API has not been used in project {project} before or it is disabled. Enable it by visiting \
             {url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our \
             systems and retry."
        );
        let details = json!([
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com",
             "metadata": {"consumer": format!("projects/{project}"), "service": "calendar-json.googleapis.com",
                          "activationUrl": url}},
            {"@type": "type.googleapis.com/google.rpc.Help",
             "links": [{"description": "Google developers console API activation", "url": url}]},
        ]);
        Self::new(403, "usageLimits", "accessNotConfigured", message)
            .with("PERMISSION_DENIED", Some(details))
    }

    /// 403 or 429: over quota. Google uses both.
    pub(crate) fn rate_limited(code: u16) -> Self {
        if code == 429 {
            return Self::new(
                429,
                "usageLimits",
                "rateLimitExceeded",
                "Rate Limit Exceeded",
            )
            .with("RESOURCE_EXHAUSTED", None);
        }
        Self::new(
            403,
            "usageLimits",
            "userRateLimitExceeded",
            "User Rate Limit Exceeded",
        )
    }

    /// 403: over the limit of the whole project.
    pub(crate) fn project_limited() -> Self {
        Self::new(
            403,
            "usageLimits",
            "rateLimitExceeded",
            "Rate Limit Exceeded",
        )
    }

    /// 410: the sync token, or `updatedMin`, is too old.
    pub(crate) fn gone(parameter: &'static str) -> Self {
        let (reason, message) = if parameter == "updatedMin" {
            (
                "updatedMinTooLongAgo",
                "The requested minimum modification time lies too far in the past.",
            )
        } else {
            (
                "fullSyncRequired",
                "Sync token is no longer valid, a full sync is required.",
            )
        };
        Self::new(410, "calendar", reason, message).at("parameter", parameter)
    }

    /// 5xx.
    pub(crate) fn backend(code: u16) -> Self {
        Self::new(code, "global", "backendError", "Backend Error")
    }

    /// 403: the caller may read but not do this.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "global", "forbidden", message)
    }

    /// 404.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "global", "notFound", "Not Found")
    }

    /// 410: a second delete.
    pub(crate) fn deleted() -> Self {
        Self::new(410, "global", "deleted", "Resource has been deleted")
    }

    /// 412: `If-Match` names another version.
    pub(crate) fn precondition_failed() -> Self {
        Self::new(412, "global", "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// 409: the id is taken.
    pub(crate) fn duplicate() -> Self {
        Self::new(
            409,
            "global",
            "duplicate",
            "The requested identifier already exists.",
        )
    }

    /// 400: a parameter or field has a value that is not allowed.
    pub(crate) fn invalid(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, "global", "invalid", message).at("parameter", name)
    }

    /// 400: something is missing.
    pub(crate) fn required(message: impl Into<String>) -> Self {
        Self::new(400, "global", "required", message)
    }

    /// 400: the body is not what it should be.
    pub(crate) fn parse(message: impl Into<String>) -> Self {
        Self::new(400, "global", "parseError", message)
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What a person should read.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let fields = *self.0;
        let mut first =
            json!({"domain": fields.domain, "reason": fields.reason, "message": fields.message});
        if let Some((kind, name)) = &fields.location {
            first["locationType"] = json!(kind);
            first["location"] = json!(name);
        }
        let mut error = json!({"errors": [first], "code": fields.code, "message": fields.message});
        if let Some(status) = fields.status {
            error["status"] = json!(status);
        }
        if let Some(details) = fields.details {
            error["details"] = details;
        }
        let mut answer = (status, Json(json!({"error": error}))).into_response();
        if status == StatusCode::UNAUTHORIZED {
            answer.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(
                    "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
                ),
            );
        }
        answer
    }
}
