//! Claiming the agent, signing in and out. Pages `/setup` and `/login`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::users::Role;

/// Fewest characters of a password.
///
/// Length is what slows a guesser; rules about kinds of characters only annoy.
pub const MIN_PASSWORD_CHARS: usize = 10;

/// Most bytes of a password, so that nobody keeps the hasher busy with a novel.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// Answer of `GET setup`; needs no session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SetupState {
    /// Whether somebody has claimed this agent.
    pub claimed: bool,
    /// The name this agent goes by on the network, such as `placard.example.com`.
    pub agent_name: String,
    /// Where the setup token lies on the agent's machine, while unclaimed.
    pub token_file: Option<String>,
    /// The command that prints the token on the agent's machine, while unclaimed.
    pub token_command: Option<String>,
    /// The version of the agent.
    pub version: String,
}

/// Body of `POST setup`: makes the first admin and signs in at once; answered by [`Session`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Claim {
    /// What the agent's console said; capitals, spaces and dashes do not matter.
    pub setup_token: String,
    /// The name the admin will sign in with.
    pub name: String,
    /// At least [`MIN_PASSWORD_CHARS`] characters.
    pub password: String,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Body of `POST session`; answered by [`Session`] and the session cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// The user's name.
    pub name: String,
    /// The user's password.
    pub password: String,
    /// What the authenticator shows, or a recovery code; only for users with a second factor, and only once the agent
    /// has asked for it with [`crate::error::ErrorCode::SecondFactorNeeded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Who is signed in: answer of `GET session`, `POST session` and `POST setup`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Session {
    /// The user's name.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// When this session began.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub created_at: Timestamp,
    /// When it ends, however busy it is.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub ends_at: Timestamp,
}

/// Answer of `GET /api/health`; needs no session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Health {
    /// `ok`; an agent whose store does not answer gives 503 instead.
    pub status: String,
    /// The version of the agent.
    pub version: String,
}
