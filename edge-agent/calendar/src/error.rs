//! What can go wrong, grouped by what the caller can do about it.

use std::time::Duration;

/// Why Google did not do what was asked. No message contains a token or anything of a calendar.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The access token is not accepted (any more): get a new one, once, and ask again.
    #[error("Google does not accept the access token")]
    TokenRejected,
    /// The grant is dead: stop trying, and have somebody sign in again.
    #[error("the grant is no longer valid ({reason}); the owner must sign in again")]
    Reauthorise {
        /// Google's words.
        reason: String,
    },
    /// The OAuth client's id or secret is wrong: nothing works until the administrator corrects it.
    #[error("Google does not know this client id and secret ({reason}); correct the Google app")]
    WrongClient {
        /// Google's words.
        reason: String,
    },
    /// Too many requests: ask again later.
    #[error("Google limits the rate of requests ({reason})")]
    RateLimited {
        /// How long Google asked to wait, if it said so.
        retry_after: Option<Duration>,
        /// Google's reason, such as `rateLimitExceeded`.
        reason: String,
    },
    /// The account may not do this: asking again does not help.
    #[error("not permitted ({reason}): {help}")]
    NotPermitted {
        /// Google's reason, such as `insufficientPermissions`.
        reason: String,
        /// What to do about it, for a person.
        help: &'static str,
    },
    /// The API is switched off in the project of the OAuth client.
    #[error("the Calendar API is not enabled in the Google project; enable it at {link}")]
    ApiDisabled {
        /// Where to switch it on.
        link: String,
    },
    /// What was asked for does not exist (any more), or this account cannot see it.
    #[error("Google does not have it (any more), or the account cannot see it ({reason})")]
    Gone {
        /// Google's reason, such as `notFound`.
        reason: String,
    },
    /// Nothing is wrong with the request: ask again later.
    #[error("Google cannot be reached or did not finish its answer: {what}")]
    Transient {
        /// What happened, in words.
        what: String,
        /// How long Google asked to wait, if it said so.
        retry_after: Option<Duration>,
    },
    /// Something this version does not know.
    #[error("Google refused with status {status} ({reason})")]
    Other {
        /// The HTTP status.
        status: u16,
        /// Google's reason or words.
        reason: String,
    },
    /// Google's answer cannot be read.
    #[error("Google's answer to {what} cannot be read: {reason}")]
    Unreadable {
        /// What was asked for.
        what: &'static str,
        /// Why it cannot be read.
        reason: String,
    },
}

impl Error {
    /// Whether the same request may succeed later without anybody's help.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Transient { .. }
                | Self::Unreadable { .. }
                | Self::Other { .. }
        )
    }

    /// How long Google asked to wait before the next request, if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Transient { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }
}

/// Google's error bodies, old and new, as far as they matter here.
mod body {
    use serde::Deserialize;

    use crate::tolerant::or_default;

    #[derive(Default, Deserialize)]
    pub(super) struct Envelope {
        #[serde(default, deserialize_with = "or_default")]
        pub(super) error: Inner,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Inner {
        #[serde(deserialize_with = "or_default")]
        pub(super) message: String,
        #[serde(deserialize_with = "or_default")]
        pub(super) errors: Vec<Item>,
        #[serde(deserialize_with = "or_default")]
        pub(super) details: Vec<Detail>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Item {
        #[serde(deserialize_with = "or_default")]
        pub(super) domain: String,
        #[serde(deserialize_with = "or_default")]
        pub(super) reason: String,
        #[serde(rename = "extendedHelp")]
        pub(super) extended_help: Option<String>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Detail {
        pub(super) reason: Option<String>,
        #[serde(deserialize_with = "or_default")]
        pub(super) links: Vec<Link>,
        #[serde(deserialize_with = "or_default")]
        pub(super) metadata: Metadata,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Link {
        #[serde(deserialize_with = "or_default")]
        pub(super) url: String,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Metadata {
        #[serde(rename = "activationUrl")]
        pub(super) activation_url: Option<String>,
    }
}

/// Where to switch the API on when Google did not give the link.
const ENABLE_CALENDAR_API: &str =
    "https://console.cloud.google.com/apis/library/calendar-json.googleapis.com";

/// Reads an error answer of the Calendar API.
///
/// Not every 403 means signed out: rates, a switched-off API and a missing permission arrive as 403, too.
pub(crate) fn from_api_answer(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Error {
    let inner = serde_json::from_slice::<body::Envelope>(body)
        .unwrap_or_default()
        .error;
    let reasons: Vec<&str> = inner
        .errors
        .iter()
        .map(|item| item.reason.as_str())
        .chain(
            inner
                .details
                .iter()
                .filter_map(|detail| detail.reason.as_deref()),
        )
        .filter(|reason| !reason.is_empty())
        .collect();
    let is = |names: &[&str]| reasons.iter().any(|reason| names.contains(reason));
    let reason = reasons
        .first()
        .copied()
        .or(Some(inner.message.as_str()).filter(|message| !message.is_empty()))
        .map_or_else(|| format!("status {status}"), clip);
    let limited = is(&[
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "quotaExceeded",
        "dailyLimitExceeded",
        "RATE_LIMIT_EXCEEDED",
    ]);
    match status {
        // Google sends this one as 400 or as 401, which then says nothing about the token.
        400 | 401 if is(&["push.webhookUrlUnauthorized", "push.webhookUrlNotHttps"]) => {
            Error::NotPermitted {
                help: help_for(&reasons),
                reason,
            }
        }
        401 => Error::TokenRejected,
        429 => Error::RateLimited {
            retry_after,
            reason,
        },
        403 if limited => Error::RateLimited {
            retry_after,
            reason,
        },
        403 if is(&["accessNotConfigured", "SERVICE_DISABLED"]) => Error::ApiDisabled {
            link: enable_link(&inner),
        },
        403 if inner.errors.iter().any(|item| item.domain == "usageLimits") => Error::RateLimited {
            retry_after,
            reason,
        },
        403 => Error::NotPermitted {
            help: help_for(&reasons),
            reason,
        },
        404 | 410 => Error::Gone { reason },
        408 | 500..=599 => Error::Transient {
            what: format!("status {status}"),
            retry_after,
        },
        _ => Error::Other { status, reason },
    }
}

fn enable_link(inner: &body::Inner) -> String {
    let details = inner.details.iter();
    details
        .clone()
        .find_map(|detail| detail.metadata.activation_url.clone())
        .or_else(|| {
            details
                .flat_map(|detail| &detail.links)
                .map(|link| link.url.clone())
                .next()
        })
        .or_else(|| {
            inner
                .errors
                .iter()
                .find_map(|item| item.extended_help.clone())
        })
        .filter(|link| link.starts_with("https://"))
        .unwrap_or_else(|| ENABLE_CALENDAR_API.to_owned())
}

fn help_for(reasons: &[&str]) -> &'static str {
    let is = |names: &[&str]| reasons.iter().any(|reason| names.contains(reason));
    if is(&["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"]) {
        "a permission was not ticked when the account was connected; connect it again and allow everything that is asked"
    } else if is(&["push.webhookUrlUnauthorized"]) {
        "Google does not accept the relay's domain; verify the domain in Google's Search Console with the project's \
         owner. Until then changes are found by asking every few minutes"
    } else if is(&["push.webhookUrlNotHttps"]) {
        "Google posts only to https with a public certificate; set up the relay's domain. Until then changes are found \
         by asking every few minutes"
    } else if is(&[
        "requiredAccessLevel",
        "forbiddenForServiceAccounts",
        "forbidden",
    ]) {
        "the account may not see this calendar; share the room's calendar with it, with all event details"
    } else {
        "Google refuses this for the account; check its permissions, and the project's, in Google's consoles"
    }
}

/// Google's words, short enough for a log line.
pub(crate) fn clip(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(status: u16, body: &str) -> Error {
        from_api_answer(status, None, body.as_bytes())
    }

    #[test]
    fn a_rate_limit_is_not_a_missing_permission() {
        let body = r#"{"error":{"errors":[{"domain":"usageLimits","reason":"rateLimitExceeded","message":"Rate Limit Exceeded"}],"code":403,"message":"Rate Limit Exceeded"}}"#;
        assert!(matches!(api(403, body), Error::RateLimited { .. }));
        assert!(matches!(api(429, "busy"), Error::RateLimited { .. }));
    }

    #[test]
    fn a_switched_off_api_comes_with_the_link_to_switch_it_on() {
        let new = r#"{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Google Calendar API has not been used",
            "details":[{"reason":"SERVICE_DISABLED","metadata":{"activationUrl":"https://console.developers.google.com/x?project=1"}}]}}"#;
        match api(403, new) {
            Error::ApiDisabled { link } => {
                assert_eq!(link, "https://console.developers.google.com/x?project=1");
            }
            other => panic!("{other:?}"),
        }
        let old = r#"{"error":{"errors":[{"domain":"usageLimits","reason":"accessNotConfigured"}],"code":403}}"#;
        assert!(
            matches!(api(403, old), Error::ApiDisabled { link } if link == ENABLE_CALENDAR_API)
        );
    }

    #[test]
    fn a_missing_scope_says_to_connect_again() {
        let body = r#"{"error":{"errors":[{"domain":"global","reason":"insufficientPermissions"}],"code":403}}"#;
        match api(403, body) {
            Error::NotPermitted { help, .. } => assert!(help.contains("connect it again")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_relay_domain_that_google_does_not_accept_says_so() {
        let body = r#"{"error":{"errors":[{"domain":"global","reason":"push.webhookUrlUnauthorized","message":"Unauthorized WebHook callback channel: https://relay"}],"code":401}}"#;
        match api(401, body) {
            Error::NotPermitted { help, .. } => assert!(help.contains("domain")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_rest_is_grouped_by_what_to_do() {
        assert!(matches!(api(401, ""), Error::TokenRejected));
        assert!(matches!(api(404, "{}"), Error::Gone { .. }));
        assert!(matches!(api(410, "not json"), Error::Gone { .. }));
        assert!(matches!(api(503, "<html>"), Error::Transient { .. }));
        assert!(matches!(api(418, "{}"), Error::Other { status: 418, .. }));
    }

    #[test]
    fn what_is_null_is_absent() {
        let body = r#"{"error":{"code":403,"message":null,"details":null,"errors":[{"domain":"usageLimits","reason":"rateLimitExceeded","extendedHelp":null}]}}"#;
        assert!(matches!(api(403, body), Error::RateLimited { .. }));
        assert!(matches!(api(404, r#"{"error":null}"#), Error::Gone { .. }));
    }

    #[test]
    fn long_words_are_clipped_between_characters() {
        assert_eq!(clip(&"é".repeat(300)).chars().count(), 201);
        assert_eq!(clip("one\ntwo"), "one");
    }
}
