//! Where Google is.

use url::Url;

/// Google's addresses; tests and stand-ins put theirs here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The consent page.
    pub authorise: Url,
    /// Where codes and refresh tokens are redeemed.
    pub token: Url,
    /// Where a grant is given back.
    pub revoke: Url,
    /// The keys that sign `id_token`s.
    pub certs: Url,
    /// The Calendar API; `users/me/calendarList` and so on are below it.
    pub calendar: Url,
    /// The People API.
    pub people: Url,
    /// The Admin SDK; `directory/v1` is below it.
    pub admin: Url,
}

impl Endpoints {
    /// Google's own.
    #[must_use]
    pub fn google() -> Self {
        let url = |text: &str| Url::parse(text).expect("the addresses below are addresses");
        Self {
            authorise: url("https://accounts.google.com/o/oauth2/v2/auth"),
            token: url("https://oauth2.googleapis.com/token"),
            revoke: url("https://oauth2.googleapis.com/revoke"),
            certs: url("https://www.googleapis.com/oauth2/v3/certs"),
            calendar: url("https://www.googleapis.com/calendar/v3"),
            people: url("https://people.googleapis.com/v1"),
            admin: url("https://admin.googleapis.com/admin"),
        }
    }

    /// An address below the Calendar API; each part is escaped, so that an id may hold any character.
    pub(crate) fn calendar(&self, parts: &[&str]) -> Url {
        below(&self.calendar, parts)
    }

    /// An address below the Admin SDK.
    pub(crate) fn admin(&self, parts: &[&str]) -> Url {
        below(&self.admin, parts)
    }

    /// A method of the People API, such as `people:searchDirectoryPeople`.
    pub(crate) fn people(&self, method: &str) -> Url {
        below(&self.people, &[method])
    }
}

fn below(base: &Url, parts: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(parts);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_id_is_one_part_of_the_path() {
        let google = Endpoints::google();
        let url = google.calendar(&["calendars", "a/b#c@group.calendar.google.com", "events"]);
        assert_eq!(
            url.as_str(),
            "https://www.googleapis.com/calendar/v3/calendars/a%2Fb%23c@group.calendar.google.com/events"
        );
    }
}
