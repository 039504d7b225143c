//! What the agent knows of its relay: where it is, who the agent is there, and the keys, sealed.

use relay_contract::enrol::Enrolled;
use relay_contract::id::Instance;
use relay_contract::key::AgentKeys;
use relay_contract::origin::RegisteredOrigin;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

const AAD_SECRETS: &str = "relay/enrolment/1";
const AAD_ATTEMPT: &str = "relay/attempt/1";
const AAD_NEXT_KEY: &str = "relay/next-key/1";

/// An enrolment as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct EnrolmentRecord {
    pub(crate) enrolled: Enrolled,
    /// Seed of the agent's Ed25519 key.
    pub(crate) key: [u8; 32],
    /// Seed of the key that is to take its place; the relay may or may not have heard of it.
    pub(crate) next_key: Option<[u8; 32]>,
    pub(crate) epoch: u64,
    /// The running copy that the epoch belongs to.
    pub(crate) instance: Option<Instance>,
    pub(crate) origins: Vec<RegisteredOrigin>,
}

#[derive(Serialize, Deserialize)]
struct Secrets {
    #[serde(with = "relay_contract::encoding::fixed")]
    key: [u8; 32],
    keys: AgentKeys,
}

impl Store {
    /// The key for enrolling at `relay_url` with an invite: the stored one if this was tried before, else `fresh`, which
    /// is on disk when this returns.
    pub(crate) async fn enrolment_key(
        &self,
        relay_url: &str,
        invite_hash: [u8; 32],
        fresh: [u8; 32],
    ) -> Result<[u8; 32], StoreError> {
        let url = relay_url.to_owned();
        let found: Option<Vec<u8>> = self
            .read(move |c| {
                let sql = "SELECT key FROM relay_attempt WHERE relay_url = ?1 AND invite = ?2";
                Ok(c.query_row(sql, (url, invite_hash), |row| row.get(0))
                    .optional()?)
            })
            .await?;
        if let Some(sealed) = found {
            return self.unseal_key(AAD_ATTEMPT, &sealed);
        }
        let (url, sealed) = (relay_url.to_owned(), self.seal(AAD_ATTEMPT, &fresh));
        self.write(move |tx| {
            let sql = "INSERT OR REPLACE INTO relay_attempt (one, relay_url, invite, key) VALUES (1, ?1, ?2, ?3)";
            tx.execute(sql, (url, invite_hash, sealed))?;
            Ok(())
        })
        .await?;
        Ok(fresh)
    }

    /// Keeps a finished enrolment in place of any other.
    pub(crate) async fn save_enrolment(&self, record: EnrolmentRecord) -> Result<(), StoreError> {
        let secrets = Secrets {
            key: record.key,
            keys: record.enrolled.keys.clone(),
        };
        let secrets =
            serde_json::to_vec(&secrets).map_err(|e| StoreError::corrupt("relay key", e))?;
        let sealed = self.seal(AAD_SECRETS, &secrets);
        let next_key = record.next_key.map(|key| self.seal(AAD_NEXT_KEY, &key));
        let origins = to_json(&record.origins)?;
        self.write(move |tx| {
            let enrolled = record.enrolled;
            tx.execute(
                "INSERT OR REPLACE INTO relay_enrolment
                     (one, agent, epoch, api_base, ws_url, public_base, host_owner, secrets, origins, instance, next_key)
                 VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                (
                    enrolled.agent.as_str(),
                    record.epoch,
                    enrolled.api_base,
                    enrolled.ws_url,
                    enrolled.public_base,
                    enrolled.host_owner,
                    sealed,
                    origins,
                    record.instance.as_ref().map(Instance::as_str),
                    next_key,
                ),
            )?;
            tx.execute("DELETE FROM relay_attempt", [])?;
            Ok(())
        })
        .await
    }

    /// The enrolment, if there is one.
    pub(crate) async fn enrolment(&self) -> Result<Option<EnrolmentRecord>, StoreError> {
        let row = self
            .read(|c| {
                let sql = "SELECT agent, epoch, api_base, ws_url, public_base, host_owner, secrets, origins,
                                  instance, next_key
                           FROM relay_enrolment";
                Ok(c.query_row(sql, [], read_row).optional()?)
            })
            .await?;
        let Some(row) = row else { return Ok(None) };
        let secrets = self.unseal(AAD_SECRETS, &row.secrets)?;
        let secrets: Secrets =
            serde_json::from_slice(&secrets).map_err(|e| StoreError::corrupt("relay key", e))?;
        let origins = serde_json::from_str(&row.origins)
            .map_err(|e| StoreError::corrupt("list of portal addresses", e))?;
        let agent = row
            .agent
            .parse()
            .map_err(|e| StoreError::corrupt("agent id", e))?;
        let instance = row.instance.as_deref().map(str::parse).transpose();
        let instance = instance.map_err(|e| StoreError::corrupt("name of a running copy", e))?;
        let next_key = match row.next_key {
            None => None,
            Some(sealed) => Some(self.unseal_key(AAD_NEXT_KEY, &sealed)?),
        };
        Ok(Some(EnrolmentRecord {
            enrolled: Enrolled {
                agent,
                api_base: row.api_base,
                ws_url: row.ws_url,
                public_base: row.public_base,
                host_owner: row.host_owner,
                keys: secrets.keys,
            },
            key: secrets.key,
            next_key,
            epoch: row.epoch,
            instance,
            origins,
        }))
    }

    /// Has a key on disk that is to take the place of the agent's own: the stored one if there is one, else `fresh`.
    pub(crate) async fn begin_key_rotation(&self, fresh: [u8; 32]) -> Result<(), StoreError> {
        let sealed = self.seal(AAD_NEXT_KEY, &fresh);
        self.write(move |tx| {
            let sql = "UPDATE relay_enrolment SET next_key = coalesce(next_key, ?1)";
            tx.execute(sql, [sealed])?;
            Ok(())
        })
        .await
    }

    /// Keeps which running copy the enrolment is used by, and as which epoch.
    pub(crate) async fn save_incarnation(
        &self,
        epoch: u64,
        instance: &Instance,
    ) -> Result<(), StoreError> {
        let instance = instance.as_str().to_owned();
        self.write(move |tx| {
            let sql = "UPDATE relay_enrolment SET epoch = ?1, instance = ?2";
            tx.execute(sql, (epoch, instance))?;
            Ok(())
        })
        .await
    }

    /// Forgets the enrolment.
    pub(crate) async fn forget_enrolment(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("DELETE FROM relay_enrolment", [])?;
            Ok(())
        })
        .await
    }

    fn unseal_key(&self, aad: &str, sealed: &[u8]) -> Result<[u8; 32], StoreError> {
        let plain = self.unseal(aad, sealed)?;
        <[u8; 32]>::try_from(plain)
            .map_err(|_| StoreError::corrupt("key for the relay", "not 32 bytes long"))
    }

    /// Keeps the portal's addresses as the relay has numbered them.
    pub(crate) async fn save_relay_origins(
        &self,
        origins: Vec<RegisteredOrigin>,
    ) -> Result<(), StoreError> {
        let origins = to_json(&origins)?;
        self.write(move |tx| {
            tx.execute("UPDATE relay_enrolment SET origins = ?1", [origins])?;
            Ok(())
        })
        .await
    }
}

struct Row {
    agent: String,
    epoch: u64,
    api_base: String,
    ws_url: String,
    public_base: String,
    host_owner: bool,
    secrets: Vec<u8>,
    origins: String,
    instance: Option<String>,
    next_key: Option<Vec<u8>>,
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        agent: row.get(0)?,
        epoch: row.get(1)?,
        api_base: row.get(2)?,
        ws_url: row.get(3)?,
        public_base: row.get(4)?,
        host_owner: row.get(5)?,
        secrets: row.get(6)?,
        origins: row.get(7)?,
        instance: row.get(8)?,
        next_key: row.get(9)?,
    })
}

fn to_json(origins: &[RegisteredOrigin]) -> Result<String, StoreError> {
    serde_json::to_string(origins).map_err(|e| StoreError::corrupt("list of portal addresses", e))
}

#[cfg(test)]
mod tests {
    use relay_contract::id::{AgentId, OriginId};
    use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};

    use super::*;

    fn record() -> EnrolmentRecord {
        let agent = AgentId::from_random([1; 10]);
        let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None);
        EnrolmentRecord {
            enrolled: Enrolled {
                keys: masters.agent_keys(&agent),
                agent,
                api_base: "https://relay.localhost/agents/v1".into(),
                ws_url: "wss://relay.localhost/agents/v1/connect".into(),
                public_base: "https://relay.localhost".into(),
                host_owner: true,
            },
            key: [3; 32],
            next_key: None,
            epoch: 1,
            instance: None,
            origins: vec![],
        }
    }

    #[tokio::test]
    async fn an_enrolment_survives_a_restart_and_its_keys_are_not_in_the_file() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        assert!(store.enrolment().await.unwrap().is_none());
        store.save_enrolment(record()).await.unwrap();
        let origin = RegisteredOrigin {
            id: OriginId(4),
            origin: "https://p.localhost".parse().unwrap(),
        };
        store
            .save_relay_origins(vec![origin.clone()])
            .await
            .unwrap();
        drop(store);
        let store = Store::open(data.path()).unwrap();
        let found = store.enrolment().await.unwrap().unwrap();
        assert_eq!(
            (found.enrolled, found.key, found.epoch),
            (record().enrolled, [3; 32], 1)
        );
        assert_eq!(found.origins, vec![origin]);
        for file in ["agent.db", "agent.db-wal"] {
            let bytes = std::fs::read(data.path().join(file)).unwrap_or_default();
            let webhook = record().enrolled.keys.webhook;
            assert!(
                !bytes
                    .windows(32)
                    .any(|w| w == [3; 32] || w == webhook.as_bytes())
            );
        }
    }

    #[tokio::test]
    async fn a_new_key_and_a_new_incarnation_are_on_disk_before_anyone_hears_of_them() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        store.save_enrolment(record()).await.unwrap();
        store.begin_key_rotation([8; 32]).await.unwrap();
        store.begin_key_rotation([9; 32]).await.unwrap();
        let instance = Instance::from_random([5; 16]);
        store.save_incarnation(2, &instance).await.unwrap();
        drop(store);
        let store = Store::open(data.path()).unwrap();
        let found = store.enrolment().await.unwrap().unwrap();
        assert_eq!((found.key, found.next_key), ([3; 32], Some([8; 32])));
        assert_eq!((found.epoch, found.instance), (2, Some(instance)));
        store.forget_enrolment().await.unwrap();
        assert!(store.enrolment().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn repeating_an_enrolment_uses_the_same_key() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        let key = |url: &'static str, invite, fresh| {
            let store = store.clone();
            async move {
                store
                    .enrolment_key(url, [invite; 32], [fresh; 32])
                    .await
                    .unwrap()
            }
        };
        assert_eq!(key("https://r", 1, 10).await, [10; 32]);
        assert_eq!(key("https://r", 1, 11).await, [10; 32]);
        assert_eq!(key("https://r", 2, 12).await, [12; 32]);
    }
}
