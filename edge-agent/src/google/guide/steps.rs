//! The steps, as words and values. Pure.
//!
//! Texts live here and not in the page, so that what Google renames is changed in one place, and so that the page stays
//! small.

#[cfg(test)]
mod tests;

use edge_api::guide::{Audience, GuideLink, GuideStep, GuideTest, GuideValue, TestName};
use google_calendar::oauth::SCOPES;
use url::Url;

use super::domain::authorised_domain;

/// What the steps depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Absent until a relay is set up.
    pub(crate) redirect_uri: Option<String>,
    /// The relay's public host has passed its test.
    pub(crate) host_proven: bool,
    /// The Google Cloud project, when a file told it.
    pub(crate) project: Option<String>,
    pub(crate) has_app: bool,
    /// At least one account is connected and works.
    pub(crate) connected: bool,
}

/// The steps for an app of that audience, in the order in which they are done.
pub(crate) fn steps(facts: &Facts, audience: Audience) -> Vec<GuideStep> {
    let guide = Guide {
        origin: facts
            .redirect_uri
            .as_deref()
            .and_then(|uri| Url::parse(uri).ok()),
        facts,
    };
    let mut steps = vec![
        guide.relay(),
        guide.project(),
        guide.apis(),
        guide.branding(),
        guide.audience(audience),
        guide.scopes(audience),
        guide.client(),
        guide.secret(),
    ];
    if audience != Audience::Internal {
        steps.push(guide.domain(audience));
    }
    steps.push(guide.connect());
    steps
}

struct Guide<'a> {
    facts: &'a Facts,
    /// The relay's public address.
    origin: Option<Url>,
}

impl Guide<'_> {
    fn relay(&self) -> GuideStep {
        GuideStep {
            title: "Give the signs a public relay".into(),
            text: vec![
                "Google sends browsers and announcements only to public names. The relay has one; this server stays unreachable from outside.".into(),
            ],
            links: vec![portal("Relay", "/settings/relay")],
            values: self.value("Public address", |origin| origin.to_owned()),
            done_looks: "The test says that the public host answers as this agent's relay.".into(),
            tests: vec![test(TestName::RelayHost, "Test the public host")],
            done: self.facts.host_proven,
            ..GuideStep::default()
        }
    }

    fn project(&self) -> GuideStep {
        GuideStep {
            title: "Create a project".into(),
            text: vec![
                "Sign in to Google Cloud Console with an account of your organisation, and create a project that is used for nothing else. It costs nothing.".into(),
            ],
            links: vec![self.console("New project", "projectcreate")],
            values: vec![value("Project name", "Placard signs")],
            done_looks: "The project's name stands at the top of the console.".into(),
            done: self.facts.has_app,
            ..GuideStep::default()
        }
    }

    fn apis(&self) -> GuideStep {
        GuideStep {
            title: "Enable two APIs".into(),
            text: vec![
                "Press Enable on both pages: the Calendar API reads the rooms, the People API the names of those who invite.".into(),
            ],
            links: vec![
                self.console("Google Calendar API", "apis/library/calendar-json.googleapis.com"),
                self.console("People API", "apis/library/people.googleapis.com"),
            ],
            done_looks: "Both pages say \"API enabled\".".into(),
            tests: vec![test(TestName::CalendarApi, "Test the Calendar API")],
            done: self.facts.connected,
            ..GuideStep::default()
        }
    }

    fn branding(&self) -> GuideStep {
        let domain = self
            .origin
            .as_ref()
            .and_then(|origin| authorised_domain(origin.host_str()?).map(str::to_owned));
        let mut values = vec![value("App name", "Placard")];
        values.extend(self.value("Application home page", |origin| format!("{origin}/")));
        values.extend(self.value("Privacy policy", |origin| format!("{origin}/privacy")));
        values.extend(domain.map(|domain| value("Authorised domain", &domain)));
        GuideStep {
            title: "Say who asks: branding".into(),
            text: vec![
                "Press Get started if the page offers it. Choose your own address as user support e-mail and as contact; no logo is needed.".into(),
            ],
            links: vec![self.console("Branding", "auth/branding")],
            values,
            done_looks: "The page shows the app's name, and the domain under Authorised domains.".into(),
            done: self.facts.has_app,
            ..GuideStep::default()
        }
    }

    fn audience(&self, audience: Audience) -> GuideStep {
        let (text, done_looks, warning) = match audience {
            Audience::Internal => (
                "Choose Internal: only accounts of your organisation can sign in, Google reviews nothing, and no test users are needed. It is offered when the project belongs to a Google Workspace.",
                "The page says \"User type: Internal\".",
                None,
            ),
            Audience::Testing => (
                "Choose External, leave the publishing status at Testing, and add every account that will press Connect under Test users: at most 100. Whoever is not on the list is told that access is blocked.",
                "The page says \"Testing\", and lists your account under Test users.",
                Some(
                    "In Testing, Google ends every permission after seven days: somebody has to press Connect every week, and until then the signs grow stale. Use it to try the system out, and publish the app for daily use.",
                ),
            ),
            Audience::Production => (
                "Choose External and press Publish app.",
                "The page says \"In production\".",
                Some(
                    "Two of the permissions are what Google calls sensitive, so that it asks for a verification: the home page, the privacy policy, a verified domain and a short film of the sign-in. Until that is through, Google shows \"Google hasn't verified this app\" (press Advanced, then Go to Placard) and lets at most 100 accounts in; signs work all the same.",
                ),
            ),
        };
        GuideStep {
            title: "Say who may sign in: audience".into(),
            text: vec![text.into()],
            links: vec![self.console("Audience", "auth/audience")],
            done_looks: done_looks.into(),
            warning: warning.map(str::to_owned),
            done: self.facts.has_app,
            ..GuideStep::default()
        }
    }

    fn scopes(&self, audience: Audience) -> GuideStep {
        let mut text = vec![
            "Press Add or remove scopes, paste these into Manually add scopes, one a line, press Add to table, Update and Save.".to_owned(),
        ];
        if audience == Audience::Production {
            text.push("calendar.readonly and directory.readonly are sensitive: Google will ask why they are needed. To show on door signs when rooms are taken, and who invites.".into());
        }
        GuideStep {
            title: "Say what is read: data access".into(),
            text,
            links: vec![self.console("Data access", "auth/scopes")],
            values: vec![value("Scopes", &SCOPES.join("\n"))],
            done_looks: "The table lists them; calendar.readonly and directory.readonly stand under \"Your sensitive scopes\".".into(),
            tests: vec![test(TestName::Scopes, "Test what was allowed")],
            done: self.facts.has_app,
            ..GuideStep::default()
        }
    }

    fn client(&self) -> GuideStep {
        let mut values = vec![value("Application type", "Web application")];
        values.extend(self.value("Authorised JavaScript origins", |origin| origin.to_owned()));
        let redirect = self.facts.redirect_uri.as_deref();
        values.extend(redirect.map(|uri| value("Authorised redirect URIs", uri)));
        GuideStep {
            title: "Create the OAuth client".into(),
            text: vec![
                "Press Create client. Google compares the redirect URI letter by letter, also the slash at the end: copy it.".into(),
                "Download the JSON file at the end: the secret is shown only once.".into(),
            ],
            links: vec![self.console("Create client", "auth/clients/create")],
            values,
            done_looks: "A file client_secret_….json lies in your downloads.".into(),
            done: self.facts.has_app,
            ..GuideStep::default()
        }
    }

    fn secret(&self) -> GuideStep {
        GuideStep {
            title: "Enter client id and secret here".into(),
            text: vec![
                "Press Edit above and drop the file, or copy both values by hand. What does not fit is shown before anything is saved.".into(),
            ],
            done_looks: "The three tests pass. Google needs a few minutes after a change.".into(),
            tests: vec![
                test(TestName::ClientId, "Test the client id"),
                test(TestName::ClientSecret, "Test the secret"),
                test(TestName::RedirectUri, "Test the redirect URI"),
            ],
            done: self.facts.has_app,
            ..GuideStep::default()
        }
    }

    fn domain(&self, audience: Audience) -> GuideStep {
        let needed = if audience == Audience::Production {
            "Google's verification wants to see that the authorised domain is yours."
        } else {
            "Announcements come without it in most projects. Where Google refuses the relay's domain (\"Unauthorized WebHook callback channel\"), it is needed."
        };
        GuideStep {
            title: "Verify the domain".into(),
            text: vec![
                needed.into(),
                "Add the address below as a property of type URL prefix, choose HTML file or HTML tag, and enter what Google shows under Settings > Relay: the relay shows it. A domain property is verified by a DNS record, by hand.".into(),
            ],
            links: vec![
                GuideLink {
                    label: "Search Console".into(),
                    url: "https://search.google.com/search-console".into(),
                },
                portal("Relay", "/settings/relay"),
            ],
            values: self.value("URL prefix", |origin| format!("{origin}/")),
            done_looks: "Search Console says \"Ownership verified\".".into(),
            tests: vec![test(TestName::VerificationFile, "Test the verification file")],
            ..GuideStep::default()
        }
    }

    fn connect(&self) -> GuideStep {
        GuideStep {
            title: "Connect".into(),
            text: vec![
                "Press Connect under Google Workspace below, choose an account that sees the rooms' calendars, and leave every permission ticked.".into(),
                "When Google shows an error and does not come back, its words are in the list under Google Workspace.".into(),
            ],
            done_looks: "The account is listed as connected, and its rooms appear under Rooms.".into(),
            tests: vec![
                test(TestName::Scopes, "Test what was allowed"),
                test(TestName::CalendarApi, "Test the Calendar API"),
                test(TestName::Directory, "Test the directory"),
            ],
            done: self.facts.connected,
            ..GuideStep::default()
        }
    }

    /// A page of the console, in the right project where it is known.
    fn console(&self, label: &str, path: &str) -> GuideLink {
        let project = self
            .facts
            .project
            .as_deref()
            .filter(|_| path != "projectcreate");
        let project = project.map(|project| {
            let project: String =
                url::form_urlencoded::byte_serialize(project.as_bytes()).collect();
            format!("?project={project}")
        });
        GuideLink {
            label: label.to_owned(),
            url: format!(
                "https://console.cloud.google.com/{path}{}",
                project.unwrap_or_default()
            ),
        }
    }

    /// A value made of the relay's origin, once there is one.
    fn value(&self, label: &str, made: impl Fn(&str) -> String) -> Vec<GuideValue> {
        let origin = self
            .origin
            .as_ref()
            .map(|url| url.origin().ascii_serialization());
        origin
            .map(|origin| value(label, &made(&origin)))
            .into_iter()
            .collect()
    }
}

fn value(label: &str, value: &str) -> GuideValue {
    GuideValue {
        label: label.to_owned(),
        value: value.to_owned(),
    }
}

fn portal(label: &str, path: &str) -> GuideLink {
    GuideLink {
        label: label.to_owned(),
        url: path.to_owned(),
    }
}

fn test(name: TestName, label: &str) -> GuideTest {
    GuideTest {
        name,
        label: label.to_owned(),
    }
}
