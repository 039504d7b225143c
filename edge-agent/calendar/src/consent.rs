//! Whether Google would show its consent page, asked without a browser.
//!
//! Google does not document what it answers to a program here. What is read is its error's word, wherever it stands: in
//! the address that it redirects to, plainly or inside `authError`, or on the page. Where none is found and no sign-in
//! begins either, the answer is [`ConsentPage::Unknown`] and a person has to look.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::header;
use url::Url;

use crate::answer::{Answer, call};
use crate::error::Error;
use crate::oauth::{Begin, OAuth};

/// The words that Google is known to refuse with.
const WORDS: &[&str] = &[
    "redirect_uri_mismatch",
    "admin_policy_enforced",
    "org_internal",
    "deleted_client",
    "disabled_client",
    "disallowed_useragent",
    "unauthorized_client",
    "invalid_client",
    "invalid_scope",
    "invalid_request",
    "access_denied",
];

/// What a person would see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentPage {
    /// A sign-in, or the page that asks for permission.
    Shown,
    /// An error of Google's own.
    Refused {
        /// Google's word for it.
        error: String,
    },
    /// Something that this version cannot read.
    Unknown,
}

impl OAuth {
    /// Asks for the consent page, and goes nowhere from there.
    ///
    /// # Errors
    ///
    /// Fails when Google cannot be reached or the redirect address is not one.
    pub async fn consent_page(&self, begin: &Begin<'_>) -> Result<ConsentPage, Error> {
        let url = self.authorise_url(begin).map_err(|e| Error::Unreadable {
            what: "the sign-in",
            reason: e.to_string(),
        })?;
        call(self.http().get(url)).await.map(|answer| read(&answer))
    }
}

fn read(answer: &Answer) -> ConsentPage {
    let refused = |word: &str| ConsentPage::Refused {
        error: word.to_owned(),
    };
    let location = answer.headers.get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    if let Some(location) = location.filter(|_| answer.status.is_redirection()) {
        // Relative ones are read as well as whole ones.
        let base = Url::parse("https://accounts.google.com/").expect("an address");
        let Ok(url) = base.join(location) else {
            return ConsentPage::Unknown;
        };
        return match word_in(&url) {
            Some(word) => refused(word),
            None if url.path().contains("error") => ConsentPage::Unknown,
            None => ConsentPage::Shown,
        };
    }
    let page = String::from_utf8_lossy(&answer.body);
    match WORDS.iter().find(|word| page.contains(**word)) {
        Some(word) if !answer.status.is_success() => refused(word),
        None if answer.status.is_success() => ConsentPage::Shown,
        _ => ConsentPage::Unknown,
    }
}

/// Google's word in an address that it redirects to: `error=word`, or inside the binary value of `authError`.
fn word_in(url: &Url) -> Option<&'static str> {
    url.query_pairs().find_map(|(name, value)| match &*name {
        "error" => WORDS.iter().find(|word| value == **word).copied(),
        "authError" => {
            let text = value.trim_end_matches('=');
            let bytes = URL_SAFE_NO_PAD
                .decode(text)
                .or_else(|_| STANDARD_NO_PAD.decode(text))
                .ok()?;
            let text = String::from_utf8_lossy(&bytes);
            WORDS.iter().find(|word| text.contains(**word)).copied()
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(status: u16, location: Option<&str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(location) = location {
            headers.insert(header::LOCATION, location.parse().unwrap());
        }
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    fn refused(error: &str) -> ConsentPage {
        ConsentPage::Refused {
            error: error.to_owned(),
        }
    }

    #[test]
    fn an_error_is_found_wherever_google_puts_it() {
        let inside = "https://accounts.google.com/signin/oauth/error?authError=ChVyZWRpcmVjdF91cmlfbWlzbWF0Y2gSDkEgbWVzc2FnZQ%3D%3D&client_id=1";
        assert_eq!(
            read(&answer(302, Some(inside), "")),
            refused("redirect_uri_mismatch")
        );
        let plain = "/signin/oauth/error?error=org_internal";
        assert_eq!(read(&answer(303, Some(plain), "")), refused("org_internal"));
        let page = "<p>Error 400: <code>invalid_request</code></p>";
        assert_eq!(read(&answer(400, None, page)), refused("invalid_request"));
    }

    #[test]
    fn a_sign_in_or_a_page_that_asks_is_a_consent_page() {
        let sign_in = "https://accounts.google.com/v3/signin/identifier?continue=x";
        assert_eq!(read(&answer(302, Some(sign_in), "")), ConsentPage::Shown);
        assert_eq!(
            read(&answer(200, None, "<h1>Placard wants access</h1>")),
            ConsentPage::Shown
        );
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_success() {
        assert_eq!(
            read(&answer(302, Some("/signin/oauth/error?authError=????"), "")),
            ConsentPage::Unknown
        );
        assert_eq!(read(&answer(500, None, "oops")), ConsentPage::Unknown);
        assert_eq!(
            read(&answer(200, None, "about redirect_uri_mismatch")),
            ConsentPage::Unknown
        );
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_the_reader_panic(status in 100u16..600, location in "[ -~]{0,80}", body in "\\PC{0,80}") {
            let _ = read(&answer(status, Some(&location), &body));
            let _ = read(&answer(status, Some(&format!("/x?authError={location}")), &body));
        }
    }
}
