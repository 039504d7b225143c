//! The portal's own addresses, to which a browser may be sent back after signing in with Google.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::encoding::canonical_number;
use crate::id::OriginId;

/// An agent has a name or two and an address per interface.
pub const MAX_ORIGINS: usize = 16;

/// A text that is not a portal origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a portal origin is https://, a host name or address in lower case, and a port if it is not 443; no path"
)]
pub struct NotAnOrigin;

/// `https://host` or `https://host:port`, in the one way browsers write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PortalOrigin(String);

impl PortalOrigin {
    /// The origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PortalOrigin {
    type Error = NotAnOrigin;

    fn try_from(text: String) -> Result<Self, NotAnOrigin> {
        let authority = text.strip_prefix("https://").ok_or(NotAnOrigin)?;
        let (host, port) = split_port(authority).ok_or(NotAnOrigin)?;
        if is_port(port) && (is_name(host) || is_address(host)) {
            Ok(Self(text))
        } else {
            Err(NotAnOrigin)
        }
    }
}

impl FromStr for PortalOrigin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for PortalOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PortalOrigin> for String {
    fn from(origin: PortalOrigin) -> Self {
        origin.0
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let end = authority.find(']')? + 1;
        let (host, rest) = authority.split_at(end);
        return match rest {
            "" => Some((host, None)),
            _ => Some((host, Some(rest.strip_prefix(':')?))),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

fn is_port(port: Option<&str>) -> bool {
    // Browsers leave 443 away: written out, it would never equal what they send.
    port.is_none_or(|p| canonical_number::<u16>(p).is_some_and(|n| n != 0 && n != 443))
}

fn is_name(host: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    // A name that ends in digits is an address to a browser.
    let last_is_a_word = host
        .rsplit('.')
        .next()
        .is_some_and(|l| l.bytes().any(|b| b.is_ascii_lowercase()) && !l.starts_with("0x"));
    host.len() <= 253 && host.split('.').all(label) && last_is_a_word
}

fn is_address(host: &str) -> bool {
    let v6 = || {
        host.strip_prefix('[')?
            .strip_suffix(']')?
            .parse::<Ipv6Addr>()
            .ok()
    };
    host.parse::<Ipv4Addr>().is_ok() || v6().is_some_and(|a| format!("[{a}]") == host)
}

/// Body of `PUT /origins`: all of them; those left out are withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetOrigins {
    /// At most [`MAX_ORIGINS`].
    pub origins: Vec<PortalOrigin>,
}

/// An origin with its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredOrigin {
    /// Stands in states; never reused.
    pub id: OriginId,
    /// The origin.
    pub origin: PortalOrigin,
}

/// Answer to [`SetOrigins`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origins {
    /// Those registered now.
    pub origins: Vec<RegisteredOrigin>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_addresses_are_origins() {
        for good in [
            "https://portal.localhost",
            "https://portal.localhost:8443",
            "https://192.168.1.20:8443",
            "https://[fe80::1]:8443",
            "https://[::1]",
            "https://placard",
        ] {
            assert_eq!(good.parse::<PortalOrigin>().unwrap().as_str(), good);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "https://",
            "http://portal.localhost",
            "https://portal.localhost/",
            "https://portal.localhost:443",
            "https://portal.localhost:0",
            "https://portal.localhost:08443",
            "https://portal.localhost:99999",
            "https://user@portal.localhost",
            "https://Portal.localhost",
            "https://a..b",
            "https://-a.b",
            "https://1.2.3",
            "https://1.2.3.04",
            "https://0x7f000001",
            "https://[::1",
            "https://[::1]x",
            "https://[0:0::1]",
            "https://a b",
            "https://a?b",
            "https://a#b",
            "https://a\\b",
            "https://evil.example:8443@portal.localhost",
            "https://portal.localhost\n",
            "https://ä.example",
        ] {
            assert!(bad.parse::<PortalOrigin>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn origins_golden() {
        let set = SetOrigins {
            origins: vec!["https://portal.localhost".parse().unwrap()],
        };
        assert_eq!(
            serde_json::to_string(&set).unwrap(),
            r#"{"origins":["https://portal.localhost"]}"#
        );
        let json = r#"{"origins":[{"id":3,"origin":"https://portal.localhost"}]}"#;
        let origins: Origins = serde_json::from_str(json).unwrap();
        assert_eq!(origins.origins[0].id, OriginId(3));
        assert_eq!(serde_json::to_string(&origins).unwrap(), json);
    }

    proptest! {
        #[test]
        fn what_is_accepted_has_no_path_user_or_space(text in "https://[a-z0-9.:@/\\\\\\[\\]? %#-]{0,24}") {
            if let Ok(origin) = text.parse::<PortalOrigin>() {
                let rest = &origin.as_str()["https://".len()..];
                prop_assert!(!rest.contains(['/', '@', '\\', '?', '#', ' ', '%']));
                prop_assert!(!rest.is_empty());
            }
        }
    }
}
