//! What an answer says of the time where it comes from.

use http::{HeaderMap, header};
use jiff::Timestamp;

/// Difference of the `Date` header to our clock, in seconds. The header has whole seconds, so one is no difference.
pub(crate) fn clock_skew(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(date)
        .ok()?;
    let skew = date.as_second().checked_sub(now.as_second())?;
    Some(if skew.abs() <= 1 { 0 } else { skew })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_date(date: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::DATE, date.parse().unwrap())])
    }

    #[test]
    fn anothers_clock_is_read_from_an_answer() {
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        assert_eq!(
            clock_skew(&with_date("Sun, 01 Mar 2026 10:05:00 GMT"), now),
            Some(300)
        );
        assert_eq!(
            clock_skew(&with_date("Sun, 01 Mar 2026 10:00:01 GMT"), now),
            Some(0)
        );
        assert_eq!(clock_skew(&with_date("yesterday"), now), None);
        assert_eq!(clock_skew(&HeaderMap::new(), now), None);
    }
}
