//! Which port the portal has: 443, else 8443, settled at the first start.
//!
//! Bookmarks, the relay and cookies know the portal by its origin, so a settled port that is busy later is an error,
//! never another origin.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tracing::info;

use crate::store::{Store, StoreError};

/// In the order of preference.
const PORTS: [u16; 2] = [443, 8443];

/// Why the portal has no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListenError {
    #[error(
        "listen on {address}, which `listen` under [portal] in agent.toml asks for; is another program there (ss -ltnp)?"
    )]
    Asked {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error(
        "listen on port {port}, which this portal is known by; stop what is there (ss -ltnp), or set `listen` under [portal] in agent.toml"
    )]
    Settled {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error(
        "listen on port 443 or 8443; stop what is there (ss -ltnp), or set `listen` under [portal] in agent.toml"
    )]
    Neither(#[source] io::Error),
    #[error("find out the address that is listened on")]
    Address(#[source] io::Error),
    #[error("read or settle the port")]
    Store(#[from] StoreError),
}

/// Listens where the configuration asks, else at the settled port, else settles one.
pub(super) async fn portal(
    asked: Option<SocketAddr>,
    store: &Store,
) -> Result<TcpListener, ListenError> {
    if let Some(address) = asked {
        let listener = TcpListener::bind(address).await;
        return listener.map_err(|source| ListenError::Asked { address, source });
    }
    match store.https_port().await? {
        Some(port) => at(port)
            .await
            .map_err(|source| ListenError::Settled { port, source }),
        None => settle(&PORTS, store).await,
    }
}

async fn settle(ports: &[u16], store: &Store) -> Result<TcpListener, ListenError> {
    let mut refused = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for port in ports {
        match at(*port).await {
            Ok(listener) => {
                let settled = listener.local_addr().map_err(ListenError::Address)?.port();
                store.settle_https_port(settled).await?;
                return Ok(listener);
            }
            Err(error) => {
                info!(port, %error, "this port is not for the portal");
                refused = error;
            }
        }
    }
    Err(ListenError::Neither(refused))
}

async fn at(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        (data, store)
    }

    #[tokio::test]
    async fn the_port_is_settled_once_and_busy_later_is_an_error_that_names_it() {
        let (_data, store) = store();
        let taken = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let busy = taken.local_addr().unwrap().port();
        let first = settle(&[busy, 0], &store).await.unwrap();
        let settled = first.local_addr().unwrap().port();
        assert_ne!(settled, busy);
        let refused = portal(None, &store).await.unwrap_err();
        assert!(
            matches!(refused, ListenError::Settled { port, .. } if port == settled),
            "{refused}"
        );
        assert!(refused.to_string().contains(&settled.to_string()));
        drop(first);
        let again = portal(None, &store).await.unwrap();
        assert_eq!(again.local_addr().unwrap().port(), settled);
    }

    #[tokio::test]
    async fn what_the_configuration_asks_for_is_not_settled() {
        let (_data, store) = store();
        portal(Some("127.0.0.1:0".parse().unwrap()), &store)
            .await
            .unwrap();
        assert_eq!(store.https_port().await.unwrap(), None);
    }
}
