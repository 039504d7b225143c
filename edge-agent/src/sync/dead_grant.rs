//! Why Google no longer accepts a grant, as likely as it can be told. Pure: the clock is an argument.
//!
//! Google says `invalid_grant` for all of its reasons. When the grant was made, and when Google said it would end, tells
//! them apart.

use jiff::{SignedDuration, Timestamp};

/// What a grant of an app that is External and in testing lives.
const TESTING: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A token that died at its end is found dead at its next renewal, within an hour; clocks differ by minutes.
const LATE: SignedDuration = SignedDuration::from_hours(2);

/// The likely cause and what to do, for the administrator. `reason` is Google's word.
pub(super) fn likely_cause(
    reason: &str,
    connected_at: Timestamp,
    ends_at: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let lived = now.duration_since(connected_at);
    let told = ends_at.is_some_and(|end| end.duration_since(now) <= SignedDuration::from_mins(5));
    let cause = if told {
        "It has ended, as Google had said when it was given: the app is still \"in testing\" in Google's console, which \
         ends every permission after seven days, or access was allowed for a time only. Publish the app under Audience > \
         Publish app"
    } else if (TESTING - LATE..TESTING + LATE).contains(&lived) {
        "It is seven days old, and that is when Google ends every permission of an app that is still \"in testing\" in its \
         console. Publish the app under Audience > Publish app"
    } else {
        "It was removed in the Google account, the password was changed, an administrator restricted the app, the account \
         signed in to it more than a hundred times, or this server was off for six months. Ask the account's owner and the \
         Workspace administrator"
    };
    format!(
        "Google no longer accepts the permission ({reason}). {cause}. Press Connect to sign in again."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const MADE: &str = "2026-11-16T10:00:00Z";

    #[test]
    fn a_permission_that_ended_when_google_had_said_names_testing() {
        let end = Some(at("2026-11-23T10:00:00Z"));
        let why = likely_cause("invalid_grant", at(MADE), end, at("2026-11-23T10:20:00Z"));
        assert!(
            why.contains("as Google had said") && why.contains("Publish the app"),
            "{why}"
        );
        assert!(
            why.contains("invalid_grant") && why.ends_with("Press Connect to sign in again."),
            "{why}"
        );
    }

    #[test]
    fn a_permission_that_dies_at_seven_days_untold_is_likely_of_an_app_in_testing() {
        let why = likely_cause("invalid_grant", at(MADE), None, at("2026-11-23T10:40:00Z"));
        assert!(
            why.contains("seven days old") && why.contains("Publish the app"),
            "{why}"
        );
    }

    #[test]
    fn a_permission_that_dies_at_another_age_was_taken_away() {
        for (end, now) in [
            (None, "2026-11-18T10:00:00Z"),
            (None, "2027-06-01T10:00:00Z"),
            // Before its end: it was not that.
            (Some(at("2026-11-23T10:00:00Z")), "2026-11-18T10:00:00Z"),
        ] {
            let why = likely_cause("invalid_grant", at(MADE), end, at(now));
            assert!(why.contains("removed in the Google account"), "{why}");
            assert!(!why.contains("Publish"), "{why}");
        }
    }
}
