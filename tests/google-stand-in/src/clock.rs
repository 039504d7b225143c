//! The one place that reads the clock.

use jiff::Timestamp;

/// Now, as the handlers see it. Everything below them takes `now` as an argument.
#[expect(
    clippy::disallowed_methods,
    reason = "handlers read the clock here and pass it on"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// RFC 3339 with microseconds, the precision hop latencies are measured in.
pub(crate) fn micros(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// RFC 3339 with milliseconds, as Google writes `created` and `updated`.
pub(crate) fn millis(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_are_fixed_so_that_strings_sort_like_times() {
        let at: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!(micros(at), "2026-11-23T12:00:00.000000Z");
        assert_eq!(millis(at), "2026-11-23T12:00:00.000Z");
    }
}
