//! Every refusal the agent can give.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The body of every answer with a status of 400 or above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// Stable word for programs.
    pub code: ErrorCode,
    /// What happened and why, one sentence for the person.
    pub message: String,
    /// What to do about it, one sentence for the person.
    pub hint: String,
    /// Finds this request in the agent's log.
    pub request_id: String,
}

impl fmt::Display for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl std::error::Error for ErrorBody {}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:literal;)*) => {
        /// Why a request was refused. The list is closed and a word is never given another meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
            /// A code of a newer agent than this program knows; never sent.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ErrorCode {
            /// Every code an agent sends.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown => "unknown",
                }
            }

            /// The HTTP status that always goes with this code.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)*
                    Self::Unknown => 500,
                }
            }
        }
    };
}

codes! {
    /// The body, a path segment or a parameter is not what the route takes.
    BadRequest = "bad_request", 400;
    /// The password is shorter than the agent accepts.
    WeakPassword = "weak_password", 400;
    /// The file is not a client secret of a Google "Web application".
    ClientSecretFile = "client_secret_file", 400;
    /// The client id or secret cannot be one of Google's.
    GoogleAppInvalid = "google_app_invalid", 400;
    /// The typed pairing code is not one.
    PairingCode = "pairing_code", 400;
    /// The relay's address is not an https address.
    RelayAddress = "relay_address", 400;
    /// What was entered is not an HTTP proxy.
    ProxyInvalid = "proxy_invalid", 400;
    /// What was entered is not a bundle of certificate authorities.
    AuthoritiesInvalid = "authorities_invalid", 400;
    /// What was entered is no certificate with its key that the portal could serve with.
    CertificateInvalid = "certificate_invalid", 400;
    /// What was entered is not a host name.
    NameInvalid = "name_invalid", 400;
    /// What was entered is nothing that Google verifies a site with.
    SiteVerification = "site_verification", 400;
    /// The document is no layout, or asks for more than any sign needs.
    LayoutInvalid = "layout_invalid", 400;
    /// The file is no picture that signs can show.
    PictureInvalid = "picture_invalid", 400;
    /// The code is not the one that this authenticator shows now.
    WrongCode = "wrong_code", 400;
    /// There is no live session; sign in.
    SignedOut = "signed_out", 401;
    /// The name or the password is wrong; which of the two is not told.
    WrongCredentials = "wrong_credentials", 401;
    /// Name and password are right; signing in takes a one-time code, too.
    SecondFactorNeeded = "second_factor_needed", 401;
    /// The role of whoever asks is not enough.
    NotAllowed = "not_allowed", 403;
    /// What was entered is not the password of whoever is signed in.
    WrongPassword = "wrong_password", 403;
    /// Nobody has claimed this agent yet; only the setup and health routes answer.
    NotClaimed = "not_claimed", 403;
    /// The setup token is not the one on the agent's console.
    WrongSetupToken = "wrong_setup_token", 403;
    /// The request was made by a page of another site.
    CrossSite = "cross_site", 403;
    /// The sign-in with Google was begun in another browser or session.
    FlowOtherBrowser = "flow_other_browser", 403;
    /// There is no such thing, or not any more.
    NotFound = "not_found", 404;
    /// The route exists, but not for this method.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The agent has been claimed already; sign in instead.
    AlreadyClaimed = "already_claimed", 409;
    /// Somebody else has that name.
    NameTaken = "name_taken", 409;
    /// Nobody would be left who may do everything.
    LastOwner = "last_owner", 409;
    /// This needs a relay, and the agent is not enrolled at one.
    NotEnrolled = "not_enrolled", 409;
    /// The agent is enrolled at a relay already.
    AlreadyEnrolled = "already_enrolled", 409;
    /// Only the agent that speaks for the relay's domain may do this.
    NotHostOwner = "not_host_owner", 409;
    /// This needs a Google app, and none is saved.
    GoogleAppMissing = "google_app_missing", 409;
    /// The page's address is not one that the relay may send the browser back to.
    OriginUnknown = "origin_unknown", 409;
    /// The sign-in with Google is unknown, expired or used; connect again.
    FlowGone = "flow_gone", 409;
    /// Google's answer has not reached the agent yet; ask again in a moment.
    FlowPending = "flow_pending", 409;
    /// The person declined at Google.
    FlowDenied = "flow_denied", 409;
    /// The person unticked something the agent needs.
    ScopesMissing = "scopes_missing", 409;
    /// The certificate comes from files in the agent's folder, which go first.
    CertificateFromFiles = "certificate_from_files", 409;
    /// Another name or certificate is being tried out.
    TrialRunning = "trial_running", 409;
    /// The trial is over, and all is as before.
    TrialGone = "trial_gone", 409;
    /// The request did not come by the name and certificate that are tried out.
    TrialUnproven = "trial_unproven", 409;
    /// The hub that drives this display is not connected.
    HubOffline = "hub_offline", 409;
    /// The layout came with the agent; a copy of it can be changed.
    LayoutShipped = "layout_shipped", 409;
    /// The layout is shown by displays, and stays until they show another one.
    LayoutInUse = "layout_in_use", 409;
    /// Somebody else has saved the layout since it was read.
    LayoutChanged = "layout_changed", 412;
    /// Somebody else has changed it since it was read.
    ChangedMeanwhile = "changed_meanwhile", 412;
    /// The body is larger than the route takes.
    TooLarge = "too_large", 413;
    /// The address in the browser is not one of this agent's.
    WrongHost = "wrong_host", 421;
    /// Too many tries; wait.
    TooManyTries = "too_many_tries", 429;
    /// Something unexpected; the log has it under the request id.
    Internal = "internal", 500;
    /// The relay refused: the invite is wrong, used or expired, or the relay is not one.
    RelayRefused = "relay_refused", 502;
    /// Google refused, and said why.
    GoogleRefused = "google_refused", 502;
    /// The agent is stopping or busy; try again.
    Unavailable = "unavailable", 503;
    /// The relay did not answer.
    RelayUnreachable = "relay_unreachable", 504;
    /// Google did not answer.
    GoogleUnreachable = "google_unreachable", 504;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
