//! Where somebody wanted to go before signing in.

use serde::Deserialize;

/// Longer addresses are none of the portal's.
const LONGEST: usize = 2000;

/// Where everybody goes who did not want to go anywhere in particular.
const HOME: &str = "/m";

/// An address below this portal. Anything else becomes the wall of signs: a sign-in must not lead to another site.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(super) struct Target(String);

impl Target {
    /// The address to go to.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// `page` with this target, in the query named `to`.
    pub(super) fn after(&self, page: &str) -> String {
        if self.0 == HOME {
            return page.to_owned();
        }
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("to", &self.0)
            .finish();
        format!("{page}?{query}")
    }
}

impl Default for Target {
    fn default() -> Self {
        Self(HOME.to_owned())
    }
}

impl From<String> for Target {
    fn from(text: String) -> Self {
        if is_ours(&text) {
            Self(text)
        } else {
            Self::default()
        }
    }
}

fn is_ours(text: &str) -> bool {
    // Browsers read a backslash as a slash, and drop tabs and line ends: only what cannot be read in two ways is taken.
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    plain
        && text.len() <= LONGEST
        && text.starts_with('/')
        && !text.starts_with("//")
        && text != "/"
        && !text.starts_with("/api/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_portal_are_kept() {
        for text in [
            "/m/rooms",
            "/settings/integration?flow=a-b_1",
            "/login/done",
            "/m?state=busy&find=%C3%84hre",
        ] {
            let target = Target::from(text.to_owned());
            assert_eq!(target.as_str(), text);
        }
        let target = Target::from("/m?a=1&b=2".to_owned());
        assert_eq!(target.after("/login"), "/login?to=%2Fm%3Fa%3D1%26b%3D2");
        assert_eq!(Target::default().after("/login"), "/login");
    }

    #[test]
    fn no_text_leads_to_another_site() {
        for text in [
            "",
            "/",
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            "m/rooms",
            "/api/v1/activity.csv",
            "/ä",
            &format!("/{}", "a".repeat(LONGEST)),
        ] {
            assert_eq!(Target::from(text.to_owned()), Target::default(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_kept_stays_on_this_site(text in "[/\\\\:?#@.a-z%\\t\\n ]{0,12}") {
            let target = Target::from(text);
            let base = url::Url::parse("https://portal.example/login").unwrap();
            let led = base.join(target.as_str()).unwrap();
            proptest::prop_assert_eq!(led.origin(), base.origin());
        }
    }
}
