//! The way from nothing to a connected Google account, step by step, with the exact values to enter at Google and tests.
//! On page `/settings/integration`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who may sign in with the app: what the administrator chose in Google's console under Audience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The organisation's own accounts only.
    #[default]
    Internal,
    /// External, and not published.
    Testing,
    /// External and published.
    Production,
}

/// Query of `GET integration/guide`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GuideQuery {
    /// Changes what the steps say.
    #[serde(default)]
    pub audience: Audience,
}

/// Answer of `GET integration/guide`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Guide {
    /// As asked for.
    pub audience: Audience,
    /// In the order in which they are done.
    pub steps: Vec<GuideStep>,
    /// Errors that Google shows on a page of its own, from which nobody comes back.
    pub dead_ends: Vec<DeadEnd>,
}

/// An error that Google shows on a page of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeadEnd {
    /// Google's word, which stands on its page.
    pub error: String,
    /// What it means.
    pub what: String,
    /// What to do.
    pub action: String,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GuideStep {
    /// What is done.
    pub title: String,
    /// How, in sentences for the person.
    pub text: Vec<String>,
    /// Where.
    pub links: Vec<GuideLink>,
    /// What to enter there, letter by letter.
    pub values: Vec<GuideValue>,
    /// What it looks like when it is done.
    pub done_looks: String,
    /// What may come of it that nobody wants.
    pub warning: Option<String>,
    /// What can be tried from here.
    pub tests: Vec<GuideTest>,
    /// Whether the agent sees that it is done.
    pub done: bool,
}

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GuideLink {
    /// What it is called there.
    pub label: String,
    /// `https://…` at Google, or a path of this portal.
    pub url: String,
}

/// A value to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GuideValue {
    /// The field's name at Google.
    pub label: String,
    /// What goes into it.
    pub value: String,
}

/// A test to offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GuideTest {
    /// Names it in the address.
    pub name: TestName,
    /// What the button says.
    pub label: String,
}

macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What can be tried.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub enum TestName {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl TestName {
            /// Every test.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in addresses.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

tests! {
    /// The relay's public host answers, over TLS that is believed, as the relay of this agent.
    RelayHost = "relay_host";
    /// The files with which Google verifies the domain can be fetched.
    VerificationFile = "verification_file";
    /// The client id looks like one.
    ClientId = "client_id";
    /// Google's token endpoint knows the client id and the secret.
    ClientSecret = "client_secret";
    /// Google's consent page takes the client with this agent's redirect URI.
    RedirectUri = "redirect_uri";
    /// The connected account was given every permission.
    Scopes = "scopes";
    /// The Calendar API answers.
    CalendarApi = "calendar_api";
    /// The People API answers, and the organisation's directory can be read.
    Directory = "directory";
}

impl fmt::Display for TestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Answer of `POST integration/guide/tests/NAME`, which has no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TestResult {
    /// Whether it went well.
    pub passed: bool,
    /// What was found.
    pub what: String,
    /// What to do; absent when there is nothing to do.
    pub action: Option<String>,
}

/// Why an account cannot be connected yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Obstacle {
    /// What is in the way.
    pub what: String,
    /// What to do about it.
    pub action: String,
    /// The page of this portal where that is done.
    pub page: String,
}
