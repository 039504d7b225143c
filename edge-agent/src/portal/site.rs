//! Site verification: what the relay shows to Google as a sign that its domain is this agent's owner's.

use axum::extract::State;
use edge_api::activity::Action;
use edge_api::error::ErrorCode;
use edge_api::relay::{SaveSite, Site, SiteFile};
use relay_contract::site::{self, MAX_SITE_ENTRIES, SiteToken, SiteVerification};

use super::app::App;
use super::body::JsonBody;
use super::caller::Caller;
use super::refusal::Refusal;
use super::version::{LastRead, Tagged};
use crate::relay::RelayError;

pub(super) async fn show(State(app): State<App>, _caller: Caller) -> Result<Tagged<Site>, Refusal> {
    owner_only(&app)?;
    let shown = app.relay.site_verification().await?;
    view(&app, shown).map(Tagged)
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    read: LastRead,
    JsonBody(body): JsonBody<SaveSite>,
) -> Result<Tagged<Site>, Refusal> {
    owner_only(&app)?;
    let wanted = read_all(&body.entries)?;
    let _one_at_a_time = app.editing.lock().await;
    read.is_still(&view(&app, app.relay.site_verification().await?)?)?;
    let shown = app.relay.set_site_verification(&wanted).await?;
    let files = shown.files.iter().map(ToString::to_string);
    let subject = match shown.tokens.len() {
        0 => files.collect::<Vec<_>>().join(", "),
        tags => files
            .chain([format!("{tags} meta tag(s)")])
            .collect::<Vec<_>>()
            .join(", "),
    };
    caller
        .record(&app, Action::SiteVerificationSet, subject)
        .await?;
    view(&app, shown).map(Tagged)
}

fn owner_only(app: &App) -> Result<(), Refusal> {
    let enrolment = app.relay.enrolment().ok_or(RelayError::NotEnrolled)?;
    if enrolment.host_owner() {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::NotHostOwner,
        "The relay's domain belongs to another agent, which verifies it with Google.",
        "Ask the relay's operator; nothing has to be verified here.",
    ))
}

fn view(app: &App, shown: SiteVerification) -> Result<Site, Refusal> {
    let enrolment = app.relay.enrolment().ok_or(RelayError::NotEnrolled)?;
    let file = |file: &site::SiteFile| SiteFile {
        name: file.to_string(),
        url: format!("{}/{file}", enrolment.public_base()),
        content: file.content(),
    };
    Ok(Site {
        files: shown.files.iter().map(file).collect(),
        tags: shown.tokens.iter().map(ToString::to_string).collect(),
    })
}

fn read_all(entries: &[String]) -> Result<SiteVerification, Refusal> {
    let mut wanted = SiteVerification::default();
    for entry in entries {
        match read(entry) {
            Some(Entry::File(file)) if !wanted.files.contains(&file) => wanted.files.push(file),
            Some(Entry::Token(token)) if !wanted.tokens.contains(&token) => {
                wanted.tokens.push(token);
            }
            Some(_) => {}
            None => {
                return Err(Refusal::new(
                    ErrorCode::SiteVerification,
                    "This is nothing that Google verifies a site with.",
                    "Enter the file's name (google, letters and digits, .html), or the whole meta tag, as Search Console shows it.",
                ));
            }
        }
    }
    if wanted.files.len() > MAX_SITE_ENTRIES || wanted.tokens.len() > MAX_SITE_ENTRIES {
        return Err(Refusal::new(
            ErrorCode::SiteVerification,
            format!("The relay shows at most {MAX_SITE_ENTRIES} files and as many tags."),
            "Remove those that nobody needs any more.",
        ));
    }
    Ok(wanted)
}

enum Entry {
    File(site::SiteFile),
    Token(SiteToken),
}

/// Reads what an admin copied from Search Console: a file's name or content, a whole meta tag, or the tag's content.
fn read(text: &str) -> Option<Entry> {
    let text = text.trim();
    let text = text
        .strip_prefix("google-site-verification:")
        .unwrap_or(text)
        .trim();
    if text.starts_with('<') {
        let named = text.contains("google-site-verification");
        let (_, rest) = text.split_once("content=")?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let content = rest[1..].split(quote).next()?;
        return named.then(|| content.parse().ok().map(Entry::Token))?;
    }
    match text.parse() {
        Ok(file) => Some(Entry::File(file)),
        // A file's name with a letter wrong must not pass for a token.
        Err(_) if text.ends_with(".html") => None,
        Err(_) => text.parse().ok().map(Entry::Token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "dBw5CvburAxi537Rp9qi5uG2174Vb6JwHwIRwPSLIK8";

    #[test]
    fn what_search_console_shows_is_read_in_every_form_that_people_copy() {
        for text in [
            "google0123456789abcdef.html",
            " google-site-verification: google0123456789abcdef.html\n",
        ] {
            let file = read(text);
            assert!(
                matches!(file, Some(Entry::File(file)) if file.as_str() == "google0123456789abcdef.html")
            );
        }
        for text in [
            TOKEN.to_owned(),
            format!("<meta name=\"google-site-verification\" content=\"{TOKEN}\" />"),
            format!("<meta content='{TOKEN}' name='google-site-verification'>"),
        ] {
            let token = read(&text);
            assert!(
                matches!(token, Some(Entry::Token(token)) if token.as_str() == TOKEN),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "index.html",
            "google0123456789ABCDEF.html",
            "<meta name=\"description\" content=\"abcdefghijklmnopqrstuvwxyz\">",
            "<meta name=\"google-site-verification\" content=",
            "<script>alert(1)</script>",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(read_all(&["nonsense!".to_owned()]).is_err());
        let many: Vec<_> = (0..=MAX_SITE_ENTRIES)
            .map(|n| format!("google0123456789abcd{n:02x}.html"))
            .collect();
        assert!(read_all(&many).is_err());
        assert!(
            read_all(&vec![TOKEN.to_owned(); 20]).is_ok(),
            "the same again is one"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(<meta )?\\PC{0,30}(content=)?\\PC{0,10}") {
            let _ = read(&text);
        }
    }
}
