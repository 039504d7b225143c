//! The frame of the stand-in's pages: no scripts, no files beside it.

use axum::response::Html;

const STYLE: &str = include_str!("style.css");

/// A whole page. `body` is HTML.
pub(crate) fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{}</title><style>{STYLE}</style></head><body>{body}\
         <footer>Google stand-in: made for tests, holds no real accounts.</footer></body></html>",
        escape(title)
    ))
}

/// Text for HTML and for attributes in double quotes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
        assert!(page("<x>", "").0.contains("<title>&lt;x&gt;</title>"));
    }
}
