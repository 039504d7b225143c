//! The way out as an admin set it: a proxy and extra certificate authorities.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

const AAD: &str = "outbound/proxy/1";

/// A proxy as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredProxy {
    pub(crate) address: String,
    pub(crate) direct: Vec<String>,
    pub(crate) credentials: Option<StoredCredentials>,
}

/// Name and password for it; sealed at rest, not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredCredentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl std::fmt::Debug for StoredCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredCredentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// All of it; both are absent until an admin sets them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredOutbound {
    pub(crate) proxy: Option<StoredProxy>,
    /// PEM.
    pub(crate) authorities: Option<String>,
}

type Row = (Option<String>, String, Option<Vec<u8>>, Option<String>);

impl Store {
    /// What is set.
    pub(crate) async fn outbound(&self) -> Result<StoredOutbound, StoreError> {
        let row: Option<Row> = self
            .read(|c| {
                let sql = "SELECT proxy, direct, credentials, authorities FROM outbound";
                let row = c.query_row(sql, [], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
                });
                Ok(row.optional()?)
            })
            .await?;
        let Some((address, direct, sealed, authorities)) = row else {
            return Ok(StoredOutbound::default());
        };
        let credentials = match sealed {
            None => None,
            Some(sealed) => Some(
                serde_json::from_slice(&self.unseal(AAD, &sealed)?)
                    .map_err(|e| StoreError::corrupt("password of the proxy", e))?,
            ),
        };
        let direct = serde_json::from_str(&direct)
            .map_err(|e| StoreError::corrupt("list of hosts without proxy", e))?;
        Ok(StoredOutbound {
            proxy: address.map(|address| StoredProxy {
                address,
                direct,
                credentials,
            }),
            authorities,
        })
    }

    /// Keeps a proxy in place of any other; `None` forgets it, with its password.
    pub(crate) async fn save_proxy(&self, proxy: Option<StoredProxy>) -> Result<(), StoreError> {
        let (address, direct, credentials) = match proxy {
            None => (None, Vec::new(), None),
            Some(proxy) => (Some(proxy.address), proxy.direct, proxy.credentials),
        };
        let direct = serde_json::to_string(&direct)
            .map_err(|e| StoreError::corrupt("list of hosts without proxy", e))?;
        let sealed = credentials
            .map(|credentials| serde_json::to_vec(&credentials))
            .transpose()
            .map_err(|e| StoreError::corrupt("password of the proxy", e))?
            .map(|plain| self.seal(AAD, &plain));
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO outbound (one, proxy, direct, credentials) VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT (one) DO UPDATE SET proxy = ?1, direct = ?2, credentials = ?3",
                (address, direct, sealed),
            )?;
            Ok(())
        })
        .await
    }

    /// Keeps authorities in place of any others; `None` forgets them.
    pub(crate) async fn save_authorities(&self, pem: Option<String>) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO outbound (one, authorities) VALUES (1, ?1)
                 ON CONFLICT (one) DO UPDATE SET authorities = ?1",
                [pem],
            )?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn proxy_and_authorities_are_kept_apart_and_the_password_is_not_in_the_file() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        assert_eq!(store.outbound().await.unwrap(), StoredOutbound::default());
        let proxy = StoredProxy {
            address: "http://proxy.example:3128".into(),
            direct: vec![".corp.example".into()],
            credentials: Some(StoredCredentials {
                user: "u".into(),
                password: "a password that is found if it is there".into(),
            }),
        };
        store.save_authorities(Some("pem".into())).await.unwrap();
        store.save_proxy(Some(proxy.clone())).await.unwrap();
        drop(store);
        let store = Store::open(data.path()).unwrap();
        let found = store.outbound().await.unwrap();
        assert_eq!(found.proxy, Some(proxy));
        assert_eq!(found.authorities.as_deref(), Some("pem"));
        for file in ["agent.db", "agent.db-wal"] {
            let bytes = std::fs::read(data.path().join(file)).unwrap_or_default();
            let needle = b"found if it is there";
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
        store.save_proxy(None).await.unwrap();
        let found = store.outbound().await.unwrap();
        assert_eq!((found.proxy, found.authorities), (None, Some("pem".into())));
    }
}
