//! The portal's own name, certificate, addresses and sessions. Page `/settings/security`.
//!
//! Name and certificate are tried out before they stay: a [`Wanted`] is previewed, then put to use, and taken back by
//! the agent itself unless a browser that reached the portal under it says within [`TRIAL_SECONDS`] that it may stay.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET security`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Security {
    /// The agent's clock.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub now: Timestamp,
    /// The name by which browsers find this agent.
    pub name: String,
    /// What the browser is shown.
    pub certificate: Certificate,
    /// Until when name and certificate are only tried out; absent when they stay.
    #[cfg_attr(
        feature = "openapi",
        schemars(with = "Option<crate::instant::Instant>")
    )]
    #[serde(default, with = "crate::instant::maybe")]
    pub trial_until: Option<Timestamp>,
    /// Every https origin this portal answers on, such as `https://placard.example.com:8443`.
    pub origins: Vec<String>,
    /// Every live session, the newest first.
    pub sessions: Vec<SessionInfo>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Certificate {
    /// Whether the agent made it itself; browsers warn about those.
    pub self_signed: bool,
    /// Where it comes from.
    pub source: CertificateSource,
    /// Who issued it, as it says itself.
    pub issuer: String,
    /// Whether this machine's certificate authorities vouch for it under the agent's name, as browsers would check.
    pub trusted: bool,
    /// The names and addresses it is valid for.
    pub names: Vec<String>,
    /// From when.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub not_before: Timestamp,
    /// Until when.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, as browsers show it: pairs of capital hex digits with colons between.
    pub fingerprint: String,
}

/// Where the portal's certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateSource {
    /// The agent made it.
    Own,
    /// It was uploaded here.
    Upload,
    /// Somebody put it into the agent's `keys` folder; an upload would not be used.
    Files,
    /// A source of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}

/// How long name and certificate are tried out.
///
/// Enough to press a button, and to sign in under the new name; short enough to wait for.
pub const TRIAL_SECONDS: u16 = 60;

/// Most bytes of an upload's texts together.
pub const MAX_CERTIFICATE_PEM: usize = 48 * 1024;

/// Body of `POST security/preview` and of `POST security/trial`: name and certificate as they shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Wanted {
    /// A host name without port, such as `placard.example.com`.
    pub name: String,
    /// Which certificate.
    pub certificate: WantedCertificate,
}

/// The certificate of a [`Wanted`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WantedCertificate {
    /// The present one.
    Keep,
    /// One that the agent makes itself.
    Own,
    /// This one.
    Upload {
        /// PEM: the server's certificate and its chain, in any order.
        chain: String,
        /// PEM: the private key, without passphrase; may be empty when `chain` holds it.
        key: String,
    },
}

impl fmt::Debug for WantedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "Keep",
            Self::Own => "Own",
            Self::Upload { .. } => "Upload(..)",
        })
    }
}

/// Answer of `POST security/preview`: what would be served. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "IdentityPreview"))]
pub struct Preview {
    /// The name, as it would be used.
    pub name: String,
    /// The address under that name.
    pub url: String,
    /// The certificate.
    pub certificate: Certificate,
    /// The certificates between it and its root, in order.
    pub chain: Vec<ChainLink>,
    /// What would not be as one may expect; the upload can be used all the same.
    pub warnings: Vec<CertificateWarning>,
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChainLink {
    /// Whose it is.
    pub subject: String,
    /// Until when it is valid.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub not_after: Timestamp,
}

/// Something about an upload that an admin should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CertificateWarning {
    /// Stable word for programs.
    pub code: CertificateWarningCode,
    /// What, and what it means.
    pub what: String,
    /// What to do.
    pub action: String,
}

/// The kinds of [`CertificateWarning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateWarningCode {
    /// No authority that this machine knows vouches for it: browsers will warn.
    NotTrusted,
    /// It does not cover the name: browsers will warn.
    OtherName,
    /// It ends within three weeks.
    EndsSoon,
    /// The certificates came in another order than they are served in, or with some that do not belong.
    Reordered,
    /// The name leads to no address of this agent, as far as this machine can tell.
    NameElsewhere,
    /// A kind of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}

/// Answer of `POST security/trial`: it is in use until `until`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Trial {
    /// Confirms the trial; whoever has it needs no session, since a new name has none yet.
    pub token: String,
    /// Where to confirm: the portal under its new name. A page there asks, and needs no sign-in.
    pub url: String,
    /// When all is as before, unless it was confirmed.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub until: Timestamp,
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Body of `POST security/trial/confirm`; answered with 204 when the trial's name and certificate stay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ConfirmTrial {
    /// Of the [`Trial`].
    pub token: String,
}

impl fmt::Debug for ConfirmTrial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmTrial(..)")
    }
}

/// Answer of `POST security/domain/probe`: whether the public domain, which is the relay's, is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DomainProbe {
    /// The domain.
    pub domain: String,
    /// The steps, up to the first that failed.
    pub steps: Vec<ProbeStep>,
}

/// One step of a [`DomainProbe`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ProbeStep {
    /// Which.
    pub step: Probe,
    /// What was found, when it is right.
    pub found: Option<String>,
    /// Why it is not right, in a sentence.
    pub problem: Option<String>,
    /// What to do then, in a sentence.
    pub action: Option<String>,
}

/// The steps of a [`DomainProbe`], in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// The domain has addresses.
    Name,
    /// A trusted certificate is shown there.
    Certificate,
    /// A relay answers.
    Answer,
    /// It is this agent's relay: the link to it stands.
    Link,
    /// A step of a newer agent; never sent.
    #[serde(other)]
    Unknown,
}

/// One live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SessionInfo {
    /// Names it, to end it with.
    pub id: String,
    /// Who is signed in.
    pub user: String,
    /// When it began.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub last_seen: Timestamp,
    /// Where the sign-in came from.
    pub address: String,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub this: bool,
}
