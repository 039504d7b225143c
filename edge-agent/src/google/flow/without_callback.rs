//! Refusals that Google shows on a page of its own: nobody comes back, and only a person sees the words.

/// What Google's page says, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Google's word for it; stands small at the bottom of its page.
    pub(crate) error: &'static str,
    /// What it means.
    pub(crate) what: &'static str,
    /// What to do; `{redirect}` stands for the redirect URI.
    action: &'static str,
}

impl Shown {
    /// What to do, with this agent's redirect URI in it.
    pub(crate) fn action(&self, redirect: &str) -> String {
        self.action.replace("{redirect}", redirect)
    }
}

/// The refusals that are known.
pub(crate) const SHOWN: &[Shown] = &[
    Shown {
        error: "redirect_uri_mismatch",
        what: "The OAuth client does not have this agent's redirect URI.",
        action: "Enter exactly {redirect} under Authorised redirect URIs of the client in Google's console, save, wait five minutes and press Connect again.",
    },
    Shown {
        error: "access_denied",
        what: "The app is External and in Testing, and the account is not among its test users: Google says that access is blocked because the app has not completed verification.",
        action: "Add the account under Audience > Test users in Google's console (at most 100), or publish the app, and press Connect again.",
    },
    Shown {
        error: "org_internal",
        what: "The app is Internal, and the account belongs to another organisation.",
        action: "Press Connect again and choose an account of the organisation that the project belongs to, or change Audience to External.",
    },
    Shown {
        error: "admin_policy_enforced",
        what: "A Workspace administrator does not let this app read calendars.",
        action: "In admin.google.com under Security > API controls > App access control, add the client id and choose Trusted; then press Connect again.",
    },
    Shown {
        error: "deleted_client",
        what: "The OAuth client was deleted in Google's console.",
        action: "Create a new client of type Web application, enter its id and secret under Google App > Edit, and press Connect again.",
    },
    Shown {
        error: "disabled_client",
        what: "The OAuth client, or its project, is switched off.",
        action: "Enable it in Google's console, under Clients; after a notice of abuse or of payment, answer that first.",
    },
    Shown {
        error: "invalid_client",
        what: "Google does not know the client id.",
        action: "Copy it again from Google's console, under Clients, into Google App > Edit, and press Connect again.",
    },
    Shown {
        error: "unauthorized_client",
        what: "The OAuth client is not of type Web application.",
        action: "Create a client of type Web application, enter its id and secret under Google App > Edit, and press Connect again.",
    },
    Shown {
        error: "invalid_scope",
        what: "The app may not ask for one of the permissions.",
        action: "Enter the scopes of the guide under Data access in Google's console, save, and press Connect again.",
    },
    Shown {
        error: "disallowed_useragent",
        what: "Google does not let people sign in inside another app's window.",
        action: "Open this portal in a browser of its own (Chrome, Edge, Firefox, Safari) and press Connect there.",
    },
    Shown {
        error: "invalid_request",
        what: "The request is not as Google wants it: mostly a redirect URI that is not https or not a public name, or an app without branding.",
        action: "Check that {redirect} is a public https address, fill in Branding in Google's console (name, support e-mail, authorised domain), and press Connect again.",
    },
];

/// What a refusal means, and what to do about it; for one that is not known, its word.
pub(crate) fn without_callback(error: &str, redirect: &str) -> (String, String) {
    match SHOWN.iter().find(|shown| shown.error == error) {
        Some(shown) => (shown.what.to_owned(), shown.action(redirect)),
        None => (
            format!("Google refuses with \"{error}\"."),
            format!(
                "Check the client in Google's console; its redirect URI has to be exactly {redirect}."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_that_ends_at_google_says_what_to_do() {
        // The rows of Google's guides in which no browser comes back.
        for error in [
            "redirect_uri_mismatch",
            "admin_policy_enforced",
            "org_internal",
            "deleted_client",
            "disallowed_useragent",
            "invalid_request",
            "access_denied",
        ] {
            let shown = SHOWN
                .iter()
                .find(|shown| shown.error == error)
                .expect(error);
            let action = shown.action("https://relay.example/cb");
            assert!(
                shown.what.ends_with('.') && action.ends_with('.'),
                "{shown:?}"
            );
            assert!(action.len() > 40 && !action.contains('{'), "{action}");
        }
        let (what, action) = without_callback("redirect_uri_mismatch", "https://relay.example/cb");
        assert!(
            what.contains("redirect URI") && action.contains("exactly https://relay.example/cb ")
        );
        assert!(
            without_callback("new_word", "https://r")
                .0
                .contains("new_word")
        );
    }

    #[test]
    fn no_error_stands_there_twice() {
        let words: std::collections::BTreeSet<_> = SHOWN.iter().map(|shown| shown.error).collect();
        assert_eq!(words.len(), SHOWN.len());
    }
}
