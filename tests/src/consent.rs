//! A browser's part in signing in: cookies, redirects, and Google's consent form filled in by a person.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, Url};

/// Cookies by host; ports do not count, as in a browser.
#[derive(Clone, Debug, Default)]
pub struct Cookies(BTreeMap<String, BTreeMap<String, String>>);

impl Cookies {
    /// Takes what an answer sets.
    pub fn take_from(&mut self, answer: &Response) {
        let Some(host) = answer.url().host_str() else {
            return;
        };
        for header in answer.headers().get_all(SET_COOKIE) {
            let Ok(text) = header.to_str() else { continue };
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let jar = self.0.entry(host.to_owned()).or_default();
            if parts.any(|part| part.eq_ignore_ascii_case("max-age=0")) {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The header for a request to `url`; empty when there are none.
    pub fn header_for(&self, url: &Url) -> String {
        let jar = url.host_str().and_then(|host| self.0.get(host));
        jar.into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Forgets cookies whose name begins with `prefix`, as another browser never had them.
    pub fn forget(&mut self, prefix: &str) {
        for jar in self.0.values_mut() {
            jar.retain(|name, _| !name.starts_with(prefix));
        }
    }
}

/// Opens Google's consent page, presses `Allow`, and follows the redirects until they lead to `portal`.
///
/// Returns the address in the portal that the browser ends at.
///
/// # Errors
///
/// Fails when a page refuses or the way does not lead back.
pub async fn allow(http: &reqwest::Client, authorise_url: &str, portal: &str) -> Result<Url> {
    let page = http.get(authorise_url).send().await?;
    let url = page.url().clone();
    ensure!(
        page.status().is_success(),
        "the consent page answered {}: {}",
        page.status(),
        page.text().await?
    );
    let mut cookies = Cookies::default();
    cookies.take_from(&page);
    let form = Form::first_on(&page.text().await?).context("the consent page has no form")?;
    let target = url.join(&form.action)?;
    let mut answer = http
        .post(target.clone())
        .header(COOKIE, cookies.header_for(&target))
        .form(&form.pressing("Allow"))
        .send()
        .await?;
    for _ in 0..5 {
        ensure!(
            answer.status().is_redirection(),
            "{} answered {} instead of leading back to the portal: {}",
            answer.url().clone(),
            answer.status(),
            answer.text().await?
        );
        let location = answer
            .headers()
            .get(LOCATION)
            .context("a redirect without a place")?
            .to_str()?;
        let next = answer.url().join(location)?;
        if next.as_str().starts_with(portal) {
            return Ok(next);
        }
        answer = http.get(next).send().await?;
    }
    anyhow::bail!("five redirects did not lead back to {portal}")
}

/// A form on a page, as far as a consent page needs it.
#[derive(Debug)]
struct Form {
    action: String,
    fields: Vec<(String, String)>,
    buttons: Vec<(String, String, String)>,
}

impl Form {
    fn first_on(page: &str) -> Option<Self> {
        let start = page.find("<form")?;
        let body = &page[start..start + page[start..].find("</form>")?];
        let open = &body[..=body.find('>')?];
        let inputs = body.match_indices("<input").filter_map(|(at, _)| {
            let tag = &body[at..=at + body[at..].find('>')?];
            let unticked =
                attribute(tag, "type").as_deref() == Some("checkbox") && !tag.contains("checked");
            (!unticked).then_some(())?;
            Some((
                attribute(tag, "name")?,
                attribute(tag, "value").unwrap_or_else(|| "on".into()),
            ))
        });
        let buttons = body.match_indices("<button").filter_map(|(at, _)| {
            let end = at + body[at..].find('>')?;
            let label = &body[end + 1..end + body[end..].find("</button>")?];
            let tag = &body[at..=end];
            Some((
                label.trim().to_owned(),
                attribute(tag, "name")?,
                attribute(tag, "value").unwrap_or_default(),
            ))
        });
        Some(Self {
            action: attribute(open, "action").unwrap_or_default(),
            fields: inputs.collect(),
            buttons: buttons.collect(),
        })
    }

    fn pressing(&self, label: &str) -> Vec<(String, String)> {
        let pressed = self.buttons.iter().find(|(text, ..)| text == label);
        self.fields
            .iter()
            .cloned()
            .chain(pressed.map(|(_, name, value)| (name.clone(), value.clone())))
            .collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[from..from + tag[from..].find('"')?];
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_filled_in_as_it_stands_and_the_button_pressed() {
        let page = r#"<p><form method="post" action="/go?a=1&amp;b=2"><input type="hidden" name="t" value="x&quot;y">
            <input type="checkbox" name="scope" value="a" checked><input type="checkbox" name="scope" value="b">
            <button name="answer" value="deny">Deny</button><button name="answer" value="allow"> Allow </button></form>"#;
        let form = Form::first_on(page).unwrap();
        assert_eq!(form.action, "/go?a=1&b=2");
        let pairs: Vec<_> = form.pressing("Allow");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(pairs, [("t", "x\"y"), ("scope", "a"), ("answer", "allow")]);
    }
}
