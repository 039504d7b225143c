//! Who may use the portal and the API, and what for: users, their second factors, and tokens for scripts. Page
//! `/settings/users`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Digits of a one-time code.
pub const CODE_DIGITS: usize = 6;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// Longest life of a token for scripts, in days.
pub const MAX_TOKEN_DAYS: u16 = 366;

/// Longest name of a user or a token, in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// What somebody may do; each may do all that the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks at signs, rooms and hubs.
    Viewer,
    /// Does the building's daily work: links displays, pairs hubs, announces.
    FacilityManager,
    /// Sets everything up, and sees who did what.
    Admin,
    /// Makes admins. There is always one.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: &[Self] = &[
        Self::Viewer,
        Self::FacilityManager,
        Self::Admin,
        Self::Owner,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::FacilityManager => "facility_manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// As people say it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::FacilityManager => "facility manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// Answer of `GET users`, ordered by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Users {
    /// Everybody.
    pub users: Vec<User>,
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct User {
    /// Names the user for as long as there is one.
    pub id: u64,
    /// By which the user signs in.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Since when.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub created_at: Timestamp,
    /// Whether signing in takes a one-time code, too.
    pub second_factor: bool,
    /// Whether it is the one who asks.
    pub this: bool,
    /// For the header `If-Match` of a change: what has not been read is not overwritten.
    pub etag: String,
}

/// Body of `POST users`; answered by [`User`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NewUser {
    /// By which the user signs in.
    pub name: String,
    /// What the user may do; not more than whoever asks.
    pub role: Role,
    /// The first password.
    pub password: String,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// Body of `PUT users/ID`, with `If-Match`; answered by [`User`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChangeUser {
    /// By which the user signs in from now on.
    pub name: String,
    /// What the user may do from now on.
    pub role: Role,
}

/// Body of `PUT users/ID/password` (204): somebody else's password, such as a forgotten one. Their sessions end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SetPassword {
    /// The new one.
    pub password: String,
}

impl fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetPassword(..)")
    }
}

/// Body of `PUT session/password` (204): one's own. All other sessions end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChangePassword {
    /// The one until now.
    pub present: String,
    /// The new one.
    pub password: String,
}

impl fmt::Debug for ChangePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangePassword(..)")
    }
}

/// Answer of `POST session/second-factor`: what an authenticator has to know. Nothing has changed yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SecondFactor {
    /// The secret in Base32, for typing.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub url: String,
    /// The same as an SVG of a QR code.
    pub qr: Option<String>,
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondFactor(..)")
    }
}

/// Body of `PUT session/second-factor`: proof that an authenticator has the secret; answered by [`RecoveryCodes`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ConfirmSecondFactor {
    /// Of the [`SecondFactor`].
    pub secret: String,
    /// What the authenticator shows.
    pub code: String,
    /// One's password.
    pub password: String,
}

impl fmt::Debug for ConfirmSecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmSecondFactor(..)")
    }
}

/// Codes for the day when the authenticator is lost; each is good for one sign-in. They are shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RecoveryCodes {
    /// [`RECOVERY_CODES`] of them; capitals, spaces and dashes do not matter.
    pub codes: Vec<String>,
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(..)")
    }
}

/// Body of `DELETE session/second-factor` (204): signing in takes the password only again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DropSecondFactor {
    /// One's password.
    pub password: String,
}

impl fmt::Debug for DropSecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DropSecondFactor(..)")
    }
}

/// Answer of `GET tokens`, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Tokens {
    /// The agent's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// Also those that have expired, until they are deleted.
    pub tokens: Vec<Token>,
}

/// What a script signs its requests with, in the header `Authorization: Bearer …`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Token {
    /// Names the token, without being of use to sign a request with.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do; never as much as an owner.
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// When.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub created_at: Timestamp,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub last_used: Option<Timestamp>,
}

/// Body of `POST tokens`; answered by [`NewToken`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MakeToken {
    /// What it is for.
    pub name: String,
    /// What it may do; not more than whoever asks, and not as much as an owner.
    pub role: Role,
    /// For how many days, up to [`MAX_TOKEN_DAYS`].
    pub days: u16,
}

/// A token with its secret, which is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NewToken {
    /// The token.
    pub token: Token,
    /// What goes after `Bearer`.
    pub secret: String,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
