//! What can be tried at Google before, and after, an account is connected.

use edge_api::guide::{TestName, TestResult};
use google_calendar::oauth::{Begin, CALENDAR_SCOPE, DIRECTORY_SCOPE, new_verifier};
use google_calendar::{ConsentPage, Error, OAuth};
use jiff::{SignedDuration, Timestamp};

use super::verdict::{failed, passed, sentence};
use crate::google::flow::without_callback;
use crate::google::{Google, RelaySide};
use crate::outbound::in_words;
use crate::store::{StoreError, StoredAccount};

/// How Google's client ids end.
const CLIENT_ID_END: &str = ".apps.googleusercontent.com";

/// No code of Google's; where it is refused as a code, the client was accepted.
const NO_CODE: &str = "4/this-is-a-test-of-the-client-id-and-secret";

/// A token that ends sooner is about to be renewed.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

const TO_EDIT: &str = "Enter the client id and secret under Google App > Edit.";

impl<R: RelaySide> Google<R> {
    /// Tries `test` now.
    pub(crate) async fn try_out(
        &self,
        test: TestName,
        now: Timestamp,
    ) -> Result<TestResult, StoreError> {
        Ok(match test {
            TestName::RelayHost => self.try_host(now).await,
            TestName::ClientId => self.try_client_id(),
            TestName::ClientSecret => self.try_client_secret().await,
            TestName::RedirectUri => self.try_redirect_uri().await,
            TestName::Scopes => judge_scopes(&self.inner.store.google_accounts().await?),
            TestName::CalendarApi => match self.token(now).await? {
                Ok(token) => judge_calendar(self.calendar().probe(&token).await),
                Err(result) => result,
            },
            TestName::Directory => match self.token(now).await? {
                Ok(token) => judge_directory(self.calendar().probe_directory(&token).await),
                Err(result) => result,
            },
            // The relay knows which files; the portal asks it.
            TestName::VerificationFile => failed(
                "The verification file is tried together with the relay.",
                "Open Settings > Relay.",
            ),
        })
    }

    /// Fetches what the relay shows to Google at `url`, which has to be `content`.
    pub(crate) async fn try_verification_file(&self, url: &str, content: &str) -> TestResult {
        let answer = match self.inner.http.client().get(url).send().await {
            Ok(answer) => answer,
            Err(error) => {
                return failed(
                    format!("{url} cannot be reached: {}.", in_words(&error)),
                    "Test the relay's public host first.",
                );
            }
        };
        let status = answer.status();
        match answer.text().await {
            Ok(text) if status.is_success() && text.trim() == content.trim() => passed(format!(
                "{url} shows what Google looks for; press Verify in Search Console."
            )),
            _ => failed(
                format!("{url} answers with status {status} and not with the file."),
                "Check that the relay's public name leads to the relay and that no cache stands before it, then test again.",
            ),
        }
    }

    fn try_client_id(&self) -> TestResult {
        let Some(app) = self.app() else {
            return failed("No client id is saved.", TO_EDIT);
        };
        let number = app
            .client_id
            .strip_suffix(CLIENT_ID_END)
            .and_then(|start| start.split('-').next());
        match number {
            Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                passed("The client id has the form of Google's.")
            }
            _ => failed(
                format!(
                    "The client id does not have the form of Google's: a number, a hyphen, letters, {CLIENT_ID_END}."
                ),
                "Copy it again from Google's console, under Clients.",
            ),
        }
    }

    async fn try_client_secret(&self) -> TestResult {
        let Some(oauth) = self.oauth() else {
            return failed("No Google app is saved.", TO_EDIT);
        };
        // Without a relay any address does: the client is looked at first.
        let redirect = self.inner.relay.redirect_uri();
        let redirect = redirect.as_deref().unwrap_or("https://localhost/");
        let verifier = new_verifier();
        judge_client(
            oauth
                .exchange(NO_CODE, &begin(redirect, &verifier))
                .await
                .map(drop),
        )
    }

    async fn try_redirect_uri(&self) -> TestResult {
        let Some(oauth) = self.oauth() else {
            return failed("No Google app is saved.", TO_EDIT);
        };
        let Some(redirect) = self.inner.relay.redirect_uri() else {
            return failed(
                "No relay is set up, so there is no redirect URI.",
                "Set the relay up under Settings > Relay.",
            );
        };
        judge_consent(&oauth, &redirect).await
    }

    /// An access token of an account that works, or why there is none.
    async fn token(&self, now: Timestamp) -> Result<Result<String, TestResult>, StoreError> {
        let accounts = self.inner.store.google_accounts().await?;
        let Some(account) = accounts.iter().find(|account| account.reconnect.is_none()) else {
            return Ok(Err(no_account(&accounts)));
        };
        let tokens = self.inner.store.google_tokens(&account.id).await?;
        let access = tokens.and_then(|tokens| tokens.access);
        // Only one task renews tokens; it is at it when there is none.
        Ok(access
            .filter(|access| access.expires.duration_since(now) > MARGIN)
            .map(|access| access.token)
            .ok_or_else(|| {
                failed(
                    "The access token is being renewed.",
                    "Test again in a moment; if this stays, look at Repairs.",
                )
            }))
    }
}

fn begin<'a>(redirect_uri: &'a str, verifier: &'a str) -> Begin<'a> {
    Begin {
        redirect_uri,
        state: "test",
        nonce: "test",
        verifier,
        with_rooms: false,
    }
}

fn no_account(accounts: &[StoredAccount]) -> TestResult {
    match accounts.first() {
        Some(account) => failed(
            format!(
                "Google no longer accepts the permission of {}.",
                account.email
            ),
            "Press Connect and sign in again.",
        ),
        None => failed("No Google account is connected.", "Press Connect first."),
    }
}

fn judge_client(answer: Result<(), Error>) -> TestResult {
    match answer {
        // The code was refused, not the client.
        Ok(()) | Err(Error::Reauthorise { .. }) => {
            passed("Google knows this client id and secret.")
        }
        Err(Error::WrongClient { reason }) => failed(
            format!("Google does not know this client id and secret ({reason})."),
            "Copy both again from Google's console, under Clients; make a new secret there if it is not shown any more.",
        ),
        Err(Error::Other { reason, .. }) if reason.contains("redirect_uri") => {
            passed("Google knows this client id and secret; test the redirect URI as well.")
        }
        Err(other) => not_answered(&other),
    }
}

async fn judge_consent(oauth: &OAuth, redirect: &str) -> TestResult {
    let verifier = new_verifier();
    let refusal = match oauth.consent_page(&begin(redirect, &verifier)).await {
        Ok(ConsentPage::Shown) => {
            return passed("Google takes the client with this agent's redirect URI.");
        }
        Ok(ConsentPage::Refused { error }) => error,
        Ok(ConsentPage::Unknown) => {
            return failed(
                "Google's answer does not tell whether the redirect URI is registered.",
                "Compare it letter by letter in Google's console, then press Connect.",
            );
        }
        Err(error) => return not_answered(&error),
    };
    let (what, action) = without_callback(&refusal, redirect);
    failed(what, action)
}

fn judge_scopes(accounts: &[StoredAccount]) -> TestResult {
    let Some(account) = accounts.iter().find(|account| account.reconnect.is_none()) else {
        return no_account(accounts);
    };
    let has = |scope: &str| account.scopes.split(' ').any(|granted| granted == scope);
    let email = &account.email;
    if !has(CALENDAR_SCOPE) && !has("https://www.googleapis.com/auth/calendar") {
        return failed(
            format!("{email} has not allowed to read calendars: no sign can be shown."),
            "Press Connect again and leave every permission ticked.",
        );
    }
    if !has(DIRECTORY_SCOPE) {
        return failed(
            format!(
                "{email} has not allowed to read the directory: organisers are named by their addresses."
            ),
            "Press Connect again and leave every permission ticked, if names are wanted.",
        );
    }
    passed(format!("{email} has allowed all that is needed."))
}

fn judge_calendar(answer: Result<(), Error>) -> TestResult {
    match answer {
        Ok(()) => passed("The Calendar API answers."),
        Err(Error::ApiDisabled { link }) => failed(
            "The Calendar API is not enabled in the Google project.",
            format!("Enable it at {link}, wait a few minutes and test again."),
        ),
        Err(error) => not_answered(&error),
    }
}

fn judge_directory(answer: Result<(), Error>) -> TestResult {
    match answer {
        Ok(()) => passed("The directory can be read: organisers are shown by their names."),
        Err(Error::ApiDisabled { link }) => failed(
            "The People API is not enabled in the Google project: organisers are named by their addresses.",
            format!("Enable it at {link}, wait a few minutes and test again."),
        ),
        Err(Error::NotPermitted { reason, .. }) => failed(
            format!(
                "The directory cannot be read ({reason}): organisers are named by their addresses."
            ),
            "If names are wanted, a Workspace administrator switches on contact sharing under Directory > Directory settings in admin.google.com; a private Google account has no directory.",
        ),
        Err(error) => not_answered(&error),
    }
}

fn not_answered(error: &Error) -> TestResult {
    let (what, action) = match error.to_string().split_once("; ") {
        Some((what, action)) => (what.to_owned(), action.to_owned()),
        None => (
            error.to_string(),
            "Test again in a moment; Settings > Relay > Test the way out says who can be reached."
                .to_owned(),
        ),
    };
    failed(sentence(&what), sentence(&action))
}
