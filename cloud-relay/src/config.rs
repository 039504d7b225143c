//! Who the relay is: its addresses and its master keys.

use relay_contract::key::MasterKeys;
use relay_contract::route;

/// An address that cannot be a relay's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be the relay's address; give https://HOST or https://HOST:PORT, without a path"
)]
pub struct NotABase(String);

/// Addresses and keys; what is secret is not printed.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// What Google calls lies below this, such as `https://relay.example`.
    pub public_base: String,
    /// Host of `public_base` without port; agents name it in every call they sign.
    pub host: String,
    /// What agents call lies below this.
    pub api_base: String,
    /// Where agents open their WebSocket.
    pub ws_url: String,
    /// Verify and derive everything.
    pub masters: MasterKeys,
    /// Webhooks that an agent without a quota of its own may get each minute through one process.
    pub webhooks_per_minute: u32,
}

/// 500 rooms that all change within a minute are taken; who needs more gets a quota of its own.
pub const DEFAULT_WEBHOOKS_PER_MINUTE: u32 = 600;

impl RelayConfig {
    /// Everything on one address, as on one host.
    ///
    /// # Errors
    ///
    /// Fails when `public_base` is not a scheme and an authority.
    pub fn new(public_base: &str, masters: MasterKeys) -> Result<Self, NotABase> {
        let public_base = public_base.trim_end_matches('/').to_owned();
        let (host, websocket) = split(&public_base).ok_or_else(|| NotABase(public_base.clone()))?;
        Ok(Self {
            host: host.to_owned(),
            api_base: format!("{public_base}{}", route::AGENTS),
            ws_url: format!("{websocket}{}{}", route::AGENTS, route::CONNECT),
            public_base,
            masters,
            webhooks_per_minute: DEFAULT_WEBHOOKS_PER_MINUTE,
        })
    }

    /// The same with the WebSocket at a host of its own, as behind API Gateway.
    #[must_use]
    pub fn with_ws_url(self, ws_url: String) -> Self {
        Self { ws_url, ..self }
    }

    /// The same with another quota.
    #[must_use]
    pub fn with_webhooks_per_minute(self, webhooks_per_minute: u32) -> Self {
        Self {
            webhooks_per_minute,
            ..self
        }
    }
}

fn split(base: &str) -> Option<(&str, String)> {
    let (scheme, authority) = base.split_once("://")?;
    let websocket = match scheme {
        "https" => format!("wss://{authority}"),
        "http" => format!("ws://{authority}"),
        _ => return None,
    };
    if authority.is_empty() || authority.contains(['/', '@', '?', '#', ' ', '\\']) {
        return None;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            port.parse::<u16>().ok()?;
            host
        }
        _ => authority,
    };
    if host.is_empty() {
        None
    } else {
        Some((host, websocket))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use relay_contract::key::{KeyVersion, MasterKey};

    use super::*;

    fn masters() -> MasterKeys {
        MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None)
    }

    #[test]
    fn addresses_follow_from_the_public_base() {
        let config = RelayConfig::new("https://relay.localhost:8443/", masters()).unwrap();
        assert_eq!(config.host, "relay.localhost");
        assert_eq!(config.api_base, "https://relay.localhost:8443/agents/v1");
        assert_eq!(
            config.ws_url,
            "wss://relay.localhost:8443/agents/v1/connect"
        );
        assert_eq!(
            RelayConfig::new("http://[::1]:80", masters()).unwrap().host,
            "[::1]"
        );
    }

    proptest! {
        #[test]
        fn other_texts_are_refused_without_a_panic(base in "(https?://)?[a-z:/@?\\[\\]]{0,12}") {
            if let Ok(config) = RelayConfig::new(&base, masters()) {
                prop_assert!(!config.host.is_empty() && !config.host.contains('/'));
            }
        }
    }
}
