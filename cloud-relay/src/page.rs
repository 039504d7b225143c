//! Pages for people: a title and paragraphs, at most one link, no script, nothing from elsewhere.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relay_contract::site::SiteToken;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");

/// Nothing is loaded, run, framed or sent; the one style is named by its hash.
pub(crate) static CONTENT_SECURITY_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("base64 is visible ASCII")
});

/// One page. Everything in it is escaped.
#[derive(Debug, Default)]
pub(crate) struct Notice<'a> {
    pub(crate) status: StatusCode,
    pub(crate) title: &'a str,
    pub(crate) paragraphs: &'a [&'a str],
    /// Address and words.
    pub(crate) link: Option<(&'a str, &'a str)>,
    /// Shown to Google only.
    pub(crate) tokens: &'a [SiteToken],
}

impl IntoResponse for Notice<'_> {
    fn into_response(self) -> Response {
        let title = escape(self.title);
        let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
        html += "<meta name=\"viewport\" content=\"width=device-width\">";
        for token in self.tokens {
            let token = escape(token.as_str());
            html += &format!("<meta name=\"google-site-verification\" content=\"{token}\">");
        }
        html += &format!("<title>{title}</title><style>{STYLE}</style>");
        html += &format!("<main><h1>{title}</h1>");
        for paragraph in self.paragraphs {
            html += &format!("<p>{}</p>", escape(paragraph));
        }
        if let Some((address, words)) = self.link {
            let (address, words) = (escape(address), escape(words));
            html += &format!("<p><a href=\"{address}\">{words}</a></p>");
        }
        html += "</main></html>";
        (self.status, Html(html)).into_response()
    }
}

/// Sends the browser on.
pub(crate) fn redirect(address: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, address)]).into_response()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_escaped_opens_a_tag_or_ends_an_attribute(text: String) {
            prop_assert!(!escape(&text).contains(['<', '>', '"', '\'']));
        }
    }
}
