//! The portal's name and certificate as an admin set them.

use rusqlite::{OptionalExtension, params};

use super::activity::{self, Deed};
use crate::store::{Store, StoreError};

const AAD: &str = "portal/key/1";

/// By what browsers know the portal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredIdentity {
    pub(crate) name: String,
    pub(crate) certificate: Option<StoredCertificate>,
}

/// An uploaded certificate; its key is sealed at rest.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredCertificate {
    /// PEM.
    pub(crate) chain: String,
    /// PEM.
    pub(crate) key: String,
}

impl std::fmt::Debug for StoredIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredIdentity")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// What an admin set, if anybody did.
    pub(crate) async fn portal_identity(&self) -> Result<Option<StoredIdentity>, StoreError> {
        type Row = (String, Option<String>, Option<Vec<u8>>);
        let row: Option<Row> = self
            .read(|c| {
                let sql = "SELECT name, chain, key FROM portal_identity";
                let row = c.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)));
                Ok(row.optional()?)
            })
            .await?;
        let Some((name, chain, sealed)) = row else {
            return Ok(None);
        };
        let certificate = match chain.zip(sealed) {
            None => None,
            Some((chain, sealed)) => {
                let key = String::from_utf8(self.unseal(AAD, &sealed)?)
                    .map_err(|e| StoreError::corrupt("key of the portal's certificate", e))?;
                Some(StoredCertificate { chain, key })
            }
        };
        Ok(Some(StoredIdentity { name, certificate }))
    }

    /// Keeps name and certificate in place of any others, and records it.
    pub(crate) async fn save_portal_identity(
        &self,
        identity: StoredIdentity,
        deed: Deed,
    ) -> Result<(), StoreError> {
        let (chain, sealed) = identity
            .certificate
            .map(|given| (given.chain, self.seal(AAD, given.key.as_bytes())))
            .unzip();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO portal_identity (only, name, chain, key) VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT (only) DO UPDATE SET name = ?1, chain = ?2, key = ?3",
                params![identity.name, chain, sealed],
            )?;
            activity::insert(tx, &deed)
        })
        .await
    }
}
