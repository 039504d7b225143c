//! Who may speak to the portal, and how the portal proves who it is.
//!
//! Nothing here knows of routes; `portal` puts it to use.

mod api_token;
mod certificate;
mod half_way;
mod own_names;
mod passwords;
mod second_factor;
mod setup_token;
mod sign_in;
mod throttle;
mod trial;

#[cfg(test)]
pub(crate) use self::certificate::testing::TestAuthority;

pub(crate) use self::api_token::ApiSecret;
pub(crate) use self::certificate::{
    CertificateError, CertificateFacts, Exchange, For, GivenCertificate, PortalCertificate,
    Servable, machines_judge,
};
pub(crate) use self::half_way::{HALF_WAY_COOKIE, HALF_WAY_LIFE, Half, HalfWay};
pub(crate) use self::own_names::{OwnNames, interfaces};
pub(crate) use self::passwords::{PasswordError, Passwords};
pub(crate) use self::second_factor::{FactorSecret, draw_recovery_codes, recovery_hash};
pub(crate) use self::setup_token::SetupToken;
pub(crate) use self::sign_in::{SESSION_COOKIE, SESSION_LIFE, SessionToken, alive, needs_touch};
pub(crate) use self::throttle::Throttle;
pub(crate) use self::trial::{Choice, Trials, Unconfirmed};

/// Bytes that nobody can guess.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}
