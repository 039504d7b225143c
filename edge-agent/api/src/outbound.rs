//! The way out to relay and Google: the company's proxy and extra certificate authorities. On page `/settings/relay`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET outbound` and of every change to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Outbound {
    /// Absent when relay and Google are reached directly.
    pub proxy: Option<Proxy>,
    /// Authorities that are believed besides the machine's.
    pub authorities: Vec<Authority>,
}

/// The company's HTTP proxy, without its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Proxy {
    /// Such as `http://proxy.example.com:3128`.
    pub address: String,
    /// Absent when the proxy asks for no sign-in.
    pub user: Option<String>,
    /// Hosts that are reached without it; `.example.com` stands for all below it.
    pub direct: Vec<String>,
}

/// Body of `PUT outbound/proxy`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveProxy {
    /// Name and port, such as `proxy.example.com:3128`.
    pub address: String,
    /// Absent when the proxy asks for no sign-in.
    #[serde(default)]
    pub user: Option<String>,
    /// Absent keeps the stored one of the same user at the same address.
    #[serde(default)]
    pub password: Option<String>,
    /// As [`Proxy::direct`].
    #[serde(default)]
    pub direct: Vec<String>,
}

impl fmt::Debug for SaveProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveProxy")
            .field("address", &self.address)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// One certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Authority {
    /// Whose it is, as it says itself.
    pub subject: String,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schemars(with = "crate::instant::Instant"))]
    #[serde(with = "crate::instant")]
    pub not_after: Timestamp,
    /// SHA-256 of the certificate in lowercase hex.
    pub fingerprint: String,
}

/// Body of `PUT outbound/authorities`; replaces those that were there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveAuthorities {
    /// A PEM bundle.
    pub pem: String,
}

/// Answer of `POST outbound/test`: what happened to a connection to everybody that the agent needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "OutboundTrials"))]
pub struct Trials {
    /// The relay first, if the agent is enrolled at one.
    pub trials: Vec<Trial>,
}

/// One connection that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "OutboundTrial"))]
pub struct Trial {
    /// Host and port.
    pub target: String,
    /// Whether the way there leads through the proxy.
    pub through_proxy: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Why it was not made; absent when it was.
    pub problem: Option<String>,
    /// What to do about that.
    pub action: Option<String>,
}
