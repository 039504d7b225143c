//! One request, one answer of bounded size, one of our errors.

use std::error::Error as StdError;
use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;

use crate::error::{Error, clip, from_api_answer};

/// No answer of use is larger: a page of 2500 events with long descriptions stays below.
pub(crate) const LARGEST_ANSWER: usize = 32 << 20;

/// An error body is read only this far.
const LARGEST_ERROR: usize = 64 << 10;

/// Longer than this is not waited for on Google's word alone.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// An answer that has arrived whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads the body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|e| Error::Unreadable {
            what,
            // The category and the place, never the text: that is somebody's calendar.
            reason: format!(
                "{:?} error at line {} column {}",
                e.classify(),
                e.line(),
                e.column()
            ),
        })
    }
}

/// Sends a request to the Calendar API; anything but success and "not modified" is an error.
pub(crate) async fn call_api(request: RequestBuilder) -> Result<Answer, Error> {
    let answer = call(request).await?;
    if answer.status.is_success() || answer.status == StatusCode::NOT_MODIFIED {
        return Ok(answer);
    }
    Err(from_api_answer(
        answer.status.as_u16(),
        retry_after(&answer.headers),
        &answer.body,
    ))
}

/// Sends a request and reads the whole answer, whatever its status.
pub(crate) async fn call(request: RequestBuilder) -> Result<Answer, Error> {
    let mut response = request.send().await.map_err(|e| transient(&e))?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let limit = if status.is_success() {
        LARGEST_ANSWER
    } else {
        LARGEST_ERROR
    };
    let body = read_body(response, limit, status).await?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

async fn read_body(
    mut response: Response,
    limit: usize,
    status: StatusCode,
) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| transient(&e))? {
        if body.len() + chunk.len() > limit {
            if status.is_success() {
                return Err(Error::Unreadable {
                    what: "a request",
                    reason: format!("it is larger than {limit} bytes"),
                });
            }
            // The status says enough.
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// How long the answer asks to wait, in either of HTTP's two ways of saying it.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            // Measured on the sender's clock, so that ours need not be right.
            let until = http_date(text)?;
            let sent = http_date(headers.get(header::DATE)?.to_str().ok()?)?;
            Duration::try_from(until.duration_since(sent)).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// A failure of the way rather than of Google, in words without the address (which may carry an id).
fn transient(e: &reqwest::Error) -> Error {
    let kind = if e.is_timeout() {
        "no answer in time"
    } else if e.is_connect() {
        "no connection"
    } else {
        "the answer broke off"
    };
    // The innermost cause is the one that says something.
    let mut cause = e.source();
    while let Some(inner) = cause.and_then(StdError::source) {
        cause = Some(inner);
    }
    let what = match cause {
        Some(cause) => format!("{kind} ({})", clip(&cause.to_string())),
        None => kind.to_owned(),
    };
    Error::Transient {
        what,
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_wait_is_read_as_seconds_or_as_a_date_and_is_bounded() {
        let seconds = |s| Some(Duration::from_secs(s));
        assert_eq!(
            retry_after(&headers(&[(header::RETRY_AFTER, "17")])),
            seconds(17)
        );
        assert_eq!(
            retry_after(&headers(&[(header::RETRY_AFTER, "999999")])),
            seconds(3600)
        );
        assert_eq!(
            retry_after(&headers(&[(header::RETRY_AFTER, "soon")])),
            None
        );
        let dated = headers(&[
            (header::DATE, "Mon, 23 Nov 2026 10:00:00 GMT"),
            (header::RETRY_AFTER, "Mon, 23 Nov 2026 10:00:30 GMT"),
        ]);
        assert_eq!(retry_after(&dated), seconds(30));
    }
}
