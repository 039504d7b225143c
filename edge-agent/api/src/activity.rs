//! Who did what. Page `/settings/security`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET activity`, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Activity {
    /// The last few hundred entries.
    pub entries: Vec<Entry>,
}

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Entry {
    /// When.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub at: Timestamp,
    /// Who: an admin's name, or `console`.
    pub who: String,
    /// What.
    pub action: Action,
    /// To what, for the person; never a secret.
    pub subject: String,
    /// Where it came from; absent for the console.
    pub address: Option<String>,
    /// What was before, where something was changed or removed; never a secret.
    pub was: Option<String>,
    /// What it became.
    pub became: Option<String>,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What can be done. The list is closed and a word is never given another meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
            /// An action of a newer agent; never sent.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl Action {
            /// Every action an agent records.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

actions! {
    /// The first admin was made.
    Claimed = "claimed";
    /// A sign-in.
    SignedIn = "signed_in";
    /// A sign-in with the wrong name or password.
    SignInRefused = "sign_in_refused";
    /// A sign-out.
    SignedOut = "signed_out";
    /// All admins and sessions were removed from the console, and a new setup token made.
    AdminReset = "admin_reset";
    /// A user was made.
    UserMade = "user_made";
    /// A user got another name or role.
    UserChanged = "user_changed";
    /// A user was removed.
    UserRemoved = "user_removed";
    /// A password was set.
    PasswordSet = "password_set";
    /// Signing in takes a one-time code from now on.
    SecondFactorSet = "second_factor_set";
    /// Signing in takes the password only.
    SecondFactorRemoved = "second_factor_removed";
    /// A token for scripts was made.
    TokenMade = "token_made";
    /// A token for scripts was deleted.
    TokenDeleted = "token_deleted";
    /// Somebody's session was ended.
    SessionEnded = "session_ended";
    /// The portal got another name or certificate, for good.
    IdentitySet = "identity_set";
    /// The agent was enrolled at a relay.
    RelayEnrolled = "relay_enrolled";
    /// A new key took the place of the agent's own at its relay.
    RelayKeyChanged = "relay_key_changed";
    /// This copy of the agent took over from another.
    RelayTakenOver = "relay_taken_over";
    /// The agent left its relay.
    RelayLeft = "relay_left";
    /// What the relay shows to Google as a sign of the domain's owner was set.
    SiteVerificationSet = "site_verification_set";
    /// The proxy was set or removed.
    ProxySet = "proxy_set";
    /// Certificate authorities were added or removed.
    AuthoritiesSet = "authorities_set";
    /// The Google app was saved.
    GoogleAppSaved = "google_app_saved";
    /// A Google account was connected.
    AccountConnected = "account_connected";
    /// A Google account was disconnected.
    AccountDisconnected = "account_disconnected";
    /// A calendar was added to the rooms by its address.
    RoomAdded = "room_added";
    /// A pairing window was opened.
    PairingOpened = "pairing_opened";
    /// A hub and its displays were forgotten.
    HubForgotten = "hub_forgotten";
    /// A hub was told to start again.
    HubRebooted = "hub_rebooted";
    /// A hub was given another name.
    HubRenamed = "hub_renamed";
    /// A display was linked to a room.
    DisplayLinked = "display_linked";
    /// A display was unlinked.
    DisplayUnlinked = "display_unlinked";
    /// A display's settings were changed.
    DisplaySet = "display_set";
    /// How long the history of what displays showed is kept was set.
    HistorySet = "history_set";
    /// A room's settings were changed.
    RoomSet = "room_set";
    /// An announcement was made.
    Announced = "announced";
    /// An announcement was withdrawn.
    Withdrawn = "withdrawn";
    /// A layout was imported or saved.
    LayoutSaved = "layout_saved";
    /// A layout was deleted.
    LayoutDeleted = "layout_deleted";
}
