//! Who may speak to the portal, and how the portal proves who it is.
//!
//! Nothing here knows of routes; `portal` puts it to use.

mod certificate;
mod own_names;
mod passwords;
mod setup_token;
mod sign_in;
mod throttle;

pub(crate) use self::certificate::{CertificateError, CertificateFacts, PortalCertificate};
pub(crate) use self::own_names::{OwnNames, interfaces};
pub(crate) use self::passwords::{PasswordError, Passwords};
pub(crate) use self::setup_token::SetupToken;
pub(crate) use self::sign_in::{SESSION_COOKIE, SESSION_LIFE, SessionToken, alive, needs_touch};
pub(crate) use self::throttle::Throttle;

/// Bytes that nobody can guess.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}
