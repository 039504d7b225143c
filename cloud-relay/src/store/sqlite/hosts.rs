//! Who speaks for the relay's domain, in `SQLite`.

use relay_contract::id::AgentId;
use relay_contract::site::SiteVerification;
use rusqlite::{OptionalExtension, params};

use super::{SqliteStore, read_id, to_sql};
use crate::store::{Hosts, StoreError};

impl Hosts for SqliteStore {
    async fn host_owner(&self) -> Result<Option<AgentId>, StoreError> {
        let owner: Option<String> = self
            .0
            .read("look the host owner up", |c| {
                let mut query = c.prepare_cached("SELECT agent FROM host_owner")?;
                query.query_row([], |r| r.get(0)).optional()
            })
            .await?;
        owner.map(read_id).transpose()
    }

    async fn site_verification(&self) -> Result<SiteVerification, StoreError> {
        let json: Option<String> = self
            .0
            .read("look the site verification up", |c| {
                let mut query = c.prepare_cached("SELECT verification FROM site")?;
                query.query_row([], |r| r.get(0)).optional()
            })
            .await?;
        json.map_or(Ok(SiteVerification::default()), |json| {
            serde_json::from_str(&json).map_err(|_| StoreError::Corrupt {
                what: "site verification",
            })
        })
    }

    async fn set_site_verification(
        &self,
        owner: &AgentId,
        site: &SiteVerification,
    ) -> Result<bool, StoreError> {
        let (owner, site) = (owner.to_string(), site.clone());
        self.0
            .write("set the site verification", move |c| {
                let json = serde_json::to_string(&site).map_err(to_sql)?;
                let sql = "INSERT OR REPLACE INTO site (one, verification)
                     SELECT 1, ?2 FROM host_owner WHERE agent = ?1";
                Ok(c.execute(sql, params![owner, json])? == 1)
            })
            .await
    }
}
