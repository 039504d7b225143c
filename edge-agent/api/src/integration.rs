//! The Google app and the connected accounts. Page `/settings/integration`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::guide::Obstacle;

/// Largest `client_secret.json` taken, in bytes; Google's are below 1 KB.
pub const MAX_CLIENT_SECRET_FILE: usize = 16 * 1024;

/// Answer of `GET integration`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Integration {
    /// What has to be registered in Google's console as "Authorised redirect URI"; absent until a relay is set up.
    pub redirect_uri: Option<String>,
    /// The saved Google app; the secret is never told again.
    pub app: Option<GoogleApp>,
    /// The connected accounts.
    pub accounts: Vec<Account>,
    /// Why none can be connected now; absent when Connect works.
    #[serde(default)]
    pub obstacle: Option<Obstacle>,
}

/// A saved Google app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GoogleApp {
    /// The client id, ending in `.apps.googleusercontent.com` at Google.
    pub client_id: String,
    /// The Google Cloud project, when it is known.
    pub project: Option<String>,
}

/// Body of `PUT integration/google-app`; answered by [`Integration`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveGoogleApp {
    /// The client id.
    pub client_id: String,
    /// The client secret; sealed at rest and never told again.
    pub client_secret: String,
    /// The Google Cloud project, when a file told it.
    #[serde(default)]
    pub project: Option<String>,
}

impl fmt::Debug for SaveGoogleApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveGoogleApp")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Answer of `POST integration/google-app/file`, whose body is the file as it is: what would be saved. Nothing is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ClientSecretPreview {
    /// To be put into the form.
    pub client_id: String,
    /// To be put into the form; it came from this browser a moment ago.
    pub client_secret: String,
    /// The Google Cloud project.
    pub project: Option<String>,
    /// What will not work, and what to change in Google's console; show before saving.
    pub warnings: Vec<String>,
    /// Where the file says something else than is needed.
    #[serde(default)]
    pub differences: Vec<Difference>,
}

/// One field of the OAuth client, as it is and as it has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Difference {
    /// The field's name in Google's console.
    pub field: String,
    /// What has to be among its values, letter by letter.
    pub needed: String,
    /// Its values.
    pub found: Vec<String>,
}

impl fmt::Debug for ClientSecretPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecretPreview")
            .field("client_id", &self.client_id)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Query of `POST integration/google/flows`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BeginFlow {
    /// Asks for the organisation's list of rooms, too, with building, floor and capacity; for administrators only.
    #[serde(default)]
    pub rooms: bool,
}

/// Answer of `POST integration/google/flows`, which has no body: send the whole page to `authorise_url`.
///
/// The browser comes back to `/settings/integration?flow=ID`, which posts to `integration/google/flows/ID/finish`
/// (no body) and is answered with the [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FlowBegun {
    /// Names this sign-in.
    pub flow: String,
    /// Google's consent page for it.
    pub authorise_url: String,
}

/// A connected Google account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Account {
    /// Names the account in addresses.
    pub id: String,
    /// The person's address at Google.
    pub email: String,
    /// Whether it works.
    pub state: AccountState,
    /// Why the organisation's directory cannot be read with it, so that organisers are named by their addresses.
    pub directory_problem: Option<String>,
    /// Whether the organisation's list of rooms was allowed.
    #[serde(default)]
    pub lists_rooms: bool,
    /// When Google ends the permission by itself, such as seven days after the sign-in for an app in testing; absent when
    /// it lasts.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub ends_at: Option<Timestamp>,
}

/// Whether an account works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AccountState {
    /// It does.
    Connected,
    /// Google no longer accepts the grant: somebody has to connect again.
    Reconnect {
        /// The likely causes, for the person.
        why: String,
    },
}
