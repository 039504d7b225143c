//! Site verification: how Google sees that a domain belongs to the host owner, who has an account of Search Console's.
//!
//! The agent sends names and tokens only; what stands in the files is written by the relay, so that nobody puts a page
//! of their own on its domain.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::NotAName;

/// So many files, and as many tokens: each admin of a domain may have one.
pub const MAX_SITE_ENTRIES: usize = 8;

/// Google's have 16 hex digits.
const HEX_DIGITS: std::ops::RangeInclusive<usize> = 8..=64;
/// Google's have 43 or 44 characters.
const TOKEN_LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

/// `google` + lowercase hex digits + `.html`: the name of a file that Google asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteFile(String);

impl SiteFile {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What Google expects in it, to the byte.
    pub fn content(&self) -> String {
        format!("google-site-verification: {}", self.0)
    }
}

impl TryFrom<String> for SiteFile {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        let digits = text
            .strip_prefix("google")
            .and_then(|rest| rest.strip_suffix(".html"));
        let right = digits.is_some_and(|digits| {
            HEX_DIGITS.contains(&digits.len())
                && digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        });
        if right {
            Ok(Self(text))
        } else {
            Err(NotAName {
                expected: "the name of a verification file of Google's (google, hex digits, .html)",
            })
        }
    }
}

/// The `content` of a `google-site-verification` meta tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteToken(String);

impl SiteToken {
    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SiteToken {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        let right = TOKEN_LENGTH.contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-+/=".contains(&b));
        if right {
            Ok(Self(text))
        } else {
            Err(NotAName {
                expected: "a verification token of Google's (what stands in the meta tag's content)",
            })
        }
    }
}

/// Reading, writing and showing are the same for both.
macro_rules! as_text {
    ($name:ident) => {
        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                Self::try_from(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

as_text!(SiteFile);
as_text!(SiteToken);

/// Body of `PUT /site-verification` and answer to it and to `GET`: all of them; those left out are withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteVerification {
    /// Files at the root of the relay; at most [`MAX_SITE_ENTRIES`].
    #[serde(default)]
    pub files: Vec<SiteFile>,
    /// Meta tags on the relay's home page; at most [`MAX_SITE_ENTRIES`].
    #[serde(default)]
    pub tokens: Vec<SiteToken>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn site_verification_golden() {
        let site = SiteVerification {
            files: vec!["google0123456789abcdef.html".parse().unwrap()],
            tokens: vec![
                "dBw5CvburAxi537Rp9qi5uG2174Vb6JwHwIRwPSLIK8"
                    .parse()
                    .unwrap(),
            ],
        };
        let json = r#"{"files":["google0123456789abcdef.html"],"tokens":["dBw5CvburAxi537Rp9qi5uG2174Vb6JwHwIRwPSLIK8"]}"#;
        assert_eq!(serde_json::to_string(&site).unwrap(), json);
        assert_eq!(
            serde_json::from_str::<SiteVerification>(json).unwrap(),
            site
        );
        assert_eq!(
            site.files[0].content(),
            "google-site-verification: google0123456789abcdef.html"
        );
    }

    #[test]
    fn other_names_and_tokens_are_refused() {
        for name in [
            "",
            "google.html",
            "google0123456789ABCDEF.html",
            "google0123456789abcdef.htm",
            "google0123456789abcdef.html/",
            "../google0123456789abcdef.html",
            "google0123456789abcdeg.html",
            "index.html",
        ] {
            assert!(name.parse::<SiteFile>().is_err(), "{name:?}");
        }
        for token in [
            "",
            "short",
            "\"><script>alert(1)</script>",
            &"a".repeat(129),
        ] {
            assert!(token.parse::<SiteToken>().is_err(), "{token:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_file_name_is_one_segment_of_a_path(text in "(google)?[0-9a-f./%A-F]{0,24}(\\.html)?") {
            if let Ok(file) = text.parse::<SiteFile>() {
                prop_assert!(!file.as_str().contains(['/', '%']) && !file.as_str().contains(".."));
            }
        }

        #[test]
        fn what_is_a_token_ends_no_attribute(text in "\\PC{0,60}|[A-Za-z0-9_=+/-]{10,60}") {
            if let Ok(token) = text.parse::<SiteToken>() {
                prop_assert!(!token.as_str().contains(['"', '<', '>', '&', ' ']));
            }
        }
    }
}
