//! Times and spans in words. Pure: the clock and the zone come in from outside.

/// A span in one unit: `now`, `38 s`, `12 min`, `5 h`, `3 days`.
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..=0 => "now".to_owned(),
        1..=59 => format!("{seconds} s"),
        60..=5_399 => format!("{} min", (seconds + 30) / 60),
        5_400..=129_599 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

/// How long ago something was: `just now`, `38 s ago`.
pub(crate) fn ago(seconds: i64) -> String {
    if seconds < 2 {
        "just now".to_owned()
    } else {
        format!("{} ago", span(seconds))
    }
}

/// How long until something is: `in 9 min`, or `over`.
pub(crate) fn until(seconds: i64) -> String {
    if seconds <= 0 {
        "over".to_owned()
    } else {
        format!("in {}", span(seconds))
    }
}

/// How long something has been so: `for 25 h`.
pub(crate) fn lasting(seconds: i64) -> String {
    if seconds < 1 {
        "since now".to_owned()
    } else {
        format!("for {}", span(seconds))
    }
}

/// A latency: `84 ms`, `1.4 s`, `12 s`, then as [`span`].
pub(crate) fn latency(ms: u64) -> String {
    match ms {
        0..=999 => format!("{ms} ms"),
        1_000..=9_949 => {
            let tenths = (ms + 50) / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        _ => span(i64::try_from(ms / 1_000).unwrap_or(i64::MAX)),
    }
}

/// A small number of things: `1 display`, `8 displays`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_use_the_unit_a_person_would() {
        let cases = [
            (-5, "now"),
            (0, "now"),
            (59, "59 s"),
            (60, "1 min"),
            (2_280, "38 min"),
            (5_400, "2 h"),
            (18_000_000, "208 days"),
        ];
        for (seconds, words) in cases {
            assert_eq!(span(seconds), words);
        }
    }

    #[test]
    fn a_clock_that_is_ahead_gives_no_negative_age() {
        assert_eq!(ago(-3), "just now");
        assert_eq!(ago(5), "5 s ago");
        assert_eq!(until(0), "over");
        assert_eq!(until(540), "in 9 min");
    }

    #[test]
    fn latencies_keep_what_matters() {
        let cases = [
            (0, "0 ms"),
            (84, "84 ms"),
            (999, "999 ms"),
            (1_449, "1.4 s"),
            (9_949, "9.9 s"),
            (12_400, "12 s"),
        ];
        for (ms, words) in cases {
            assert_eq!(latency(ms), words);
        }
        assert_eq!(
            latency(u64::MAX),
            span(i64::try_from(u64::MAX / 1_000).unwrap())
        );
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "display", "displays"), "1 display");
        assert_eq!(count(0, "display", "displays"), "0 displays");
    }
}
