//! The scopes this Google knows.

use crate::caller::SCOPE_PREFIX;

/// Short name and what the consent page says.
const KNOWN: [(&str, &str); 12] = [
    (
        "calendar",
        "See, edit, share and permanently delete all the calendars you can access using Google Calendar",
    ),
    (
        "calendar.readonly",
        "See and download any calendar you can access using your Google Calendar",
    ),
    (
        "calendar.events",
        "View and edit events on all your calendars",
    ),
    (
        "calendar.events.readonly",
        "View events on all your calendars",
    ),
    (
        "calendar.calendarlist",
        "See, add and remove Google calendars you’re subscribed to",
    ),
    (
        "calendar.calendarlist.readonly",
        "See the list of Google calendars you’re subscribed to",
    ),
    (
        "calendar.freebusy",
        "View your availability in your calendars",
    ),
    (
        "directory.readonly",
        "See and download your organisation’s Google Workspace directory",
    ),
    (
        "admin.directory.resource.calendar.readonly",
        "View calendar resources on your Google Workspace domain",
    ),
    (
        "userinfo.email",
        "See your primary Google Account email address",
    ),
    (
        "userinfo.profile",
        "See your personal info, including any personal info you’ve made publicly available",
    ),
    (
        "drive.readonly",
        "See and download all your Google Drive files",
    ),
];

/// The full name Google answers for what was asked: `email` becomes `…/userinfo.email`. `None` when there is no such scope.
pub(crate) fn canonical(asked: &str) -> Option<String> {
    let short = match asked {
        "openid" => return Some("openid".to_owned()),
        "email" => "userinfo.email",
        "profile" => "userinfo.profile",
        other => other.strip_prefix(SCOPE_PREFIX)?,
    };
    KNOWN
        .iter()
        .any(|(known, _)| *known == short)
        .then(|| format!("{SCOPE_PREFIX}{short}"))
}

/// What the consent page says about a canonical scope.
pub(crate) fn words(canonical: &str) -> &'static str {
    let short = canonical.strip_prefix(SCOPE_PREFIX).unwrap_or(canonical);
    KNOWN.iter().find(|(known, _)| *known == short).map_or(
        "Associate you with your personal info on Google",
        |(_, words)| words,
    )
}

/// Who somebody is, which cannot be unticked.
pub(crate) fn identity(canonical: &str) -> bool {
    canonical == "openid" || canonical.contains("/userinfo.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_answered_in_full() {
        assert_eq!(
            canonical("email").as_deref(),
            Some("https://www.googleapis.com/auth/userinfo.email")
        );
        assert_eq!(canonical("https://www.googleapis.com/auth/nonsense"), None);
        assert!(identity(&canonical("openid").unwrap()));
        assert!(!identity(
            "https://www.googleapis.com/auth/calendar.readonly"
        ));
    }
}
