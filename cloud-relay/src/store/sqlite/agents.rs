//! Who is enrolled, in `SQLite`.

use jiff::Timestamp;
use relay_contract::id::{AgentId, Instance};
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};
use relay_contract::rotate::KeyUse;
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, read_id, read_time, to_sql};
use crate::store::signal::renumber;
use crate::store::{AgentRecord, Agents, EnrolOutcome, NewAgent, Status, StoreError};

/// A row as it is read.
struct Row {
    public_key: [u8; 32],
    next_key: Option<[u8; 32]>,
    epoch: u64,
    instance: String,
    origins: String,
    status: String,
    seen: Option<i64>,
}

impl Agents for SqliteStore {
    async fn enrol(&self, new: &NewAgent) -> Result<EnrolOutcome, StoreError> {
        let new = new.clone();
        let agent = self
            .0
            .write("enrol", move |c| {
                let sql = "SELECT agent, public_key FROM invites WHERE nonce = ?1";
                let used: Option<(String, [u8; 32])> = c
                    .query_row(sql, [new.invite], |r| Ok((r.get(0)?, r.get(1)?)))
                    .optional()?;
                if let Some((agent, key)) = used {
                    let here = key_of(c, &agent)?.is_some();
                    return Ok((key == new.public_key && here).then_some(agent));
                }
                enrol_new(c, &new).map(Some)
            })
            .await?;
        match agent {
            Some(agent) => Ok(EnrolOutcome::Agent(read_id(agent)?)),
            None => Ok(EnrolOutcome::InviteUsed),
        }
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<AgentRecord>, StoreError> {
        let id = id.to_string();
        let row = self
            .0
            .read("look an agent up", move |c| {
                let mut query = c.prepare_cached(
                    "SELECT public_key, next_key, epoch, instance, origins, status, seen FROM agents WHERE agent = ?1",
                )?;
                let read = |r: &rusqlite::Row<'_>| {
                    Ok(Row {
                        public_key: r.get(0)?,
                        next_key: r.get(1)?,
                        epoch: r.get(2)?,
                        instance: r.get(3)?,
                        origins: r.get(4)?,
                        status: r.get(5)?,
                        seen: r.get(6)?,
                    })
                };
                query.query_row([id], read).optional()
            })
            .await?;
        row.map(read_agent).transpose()
    }

    async fn claim_epoch(
        &self,
        id: &AgentId,
        from: u64,
        to: u64,
        instance: &Instance,
    ) -> Result<bool, StoreError> {
        let (id, instance) = (id.to_string(), instance.to_string());
        self.0
            .write("raise an incarnation", move |c| {
                let sql = "UPDATE agents SET epoch = ?3, instance = ?4
                     WHERE agent = ?1 AND (epoch = ?2 OR (epoch = ?3 AND instance = ?4))";
                Ok(c.execute(sql, params![id, from, to, instance])? == 1)
            })
            .await
    }

    async fn set_origins(
        &self,
        id: &AgentId,
        wanted: &[PortalOrigin],
    ) -> Result<Option<Vec<RegisteredOrigin>>, StoreError> {
        let (id, wanted) = (id.to_string(), wanted.to_vec());
        let json: Option<String> = self
            .0
            .write("set portal origins", move |c| {
                let sql = "SELECT origins, last_origin FROM agents WHERE agent = ?1";
                let found: Option<(String, u32)> = c
                    .query_row(sql, [&id], |r| Ok((r.get(0)?, r.get(1)?)))
                    .optional()?;
                let Some((old, last)) = found else {
                    return Ok(None);
                };
                let old: Vec<RegisteredOrigin> = serde_json::from_str(&old).map_err(to_sql)?;
                let (new, last) = renumber(&old, &wanted, last);
                let new = serde_json::to_string(&new).map_err(to_sql)?;
                let sql = "UPDATE agents SET origins = ?2, last_origin = ?3 WHERE agent = ?1";
                c.execute(sql, params![id, new, last])?;
                Ok(Some(new))
            })
            .await?;
        json.map(|json| read_origins(&json)).transpose()
    }

    async fn announce_key(&self, id: &AgentId, key: &[u8; 32]) -> Result<bool, StoreError> {
        let (id, key) = (id.to_string(), *key);
        self.0
            .write("announce a key", move |c| {
                // Announcing the key in use withdraws what was announced before it.
                let sql = "UPDATE agents SET next_key = NULLIF(?2, public_key) WHERE agent = ?1";
                Ok(c.execute(sql, params![id, key])? == 1)
            })
            .await
    }

    async fn use_key(&self, id: &AgentId, key: &[u8; 32]) -> Result<bool, StoreError> {
        let (id, key) = (id.to_string(), *key);
        self.0
            .write("use a new key", move |c| {
                let sql = "UPDATE agents SET public_key = ?2, next_key = NULLIF(next_key, ?2)
                     WHERE agent = ?1 AND (next_key = ?2 OR public_key = ?2)";
                Ok(c.execute(sql, params![id, key])? == 1)
            })
            .await
    }

    async fn note_key_use(&self, id: &AgentId, key_use: &KeyUse) -> Result<(), StoreError> {
        let (id, key_use) = (id.to_string(), key_use.clone());
        self.0
            .write("note the use of keys", move |c| {
                let json = serde_json::to_string(&key_use).map_err(to_sql)?;
                let sql = "UPDATE agents SET key_use = ?2 WHERE agent = ?1";
                c.execute(sql, params![id, json]).map(drop)
            })
            .await
    }

    async fn note_seen(&self, id: &AgentId, now: Timestamp) -> Result<(), StoreError> {
        let (id, now) = (id.to_string(), now.as_microsecond());
        self.0
            .write("note a call", move |c| {
                let sql = "UPDATE agents SET seen = ?2 WHERE agent = ?1";
                c.execute(sql, params![id, now]).map(drop)
            })
            .await
    }

    async fn remove(&self, id: &AgentId) -> Result<Option<Option<String>>, StoreError> {
        let id = id.to_string();
        self.0
            .write("remove an agent", move |c| {
                for sql in [
                    "DELETE FROM inbox WHERE agent = ?1",
                    "DELETE FROM webhooks WHERE agent = ?1",
                    "DELETE FROM site WHERE ?1 = (SELECT agent FROM host_owner)",
                    "DELETE FROM host_owner WHERE agent = ?1",
                ] {
                    c.execute(sql, [&id])?;
                }
                let sql = "DELETE FROM agents WHERE agent = ?1 RETURNING connection";
                c.query_row(sql, [&id], |r| r.get(0)).optional()
            })
            .await
    }
}

fn enrol_new(c: &Connection, new: &NewAgent) -> rusqlite::Result<String> {
    let former = match &new.former {
        Some(former) => key_of(c, former.as_str())?.map_or(Some((former, true)), |key| {
            (key == new.public_key).then_some((former, false))
        }),
        None => None,
    };
    let (agent, absent) = former.unwrap_or((&new.candidate, true));
    let agent = agent.as_str();
    if absent {
        c.execute(
            "INSERT INTO agents (agent, public_key, epoch, instance) VALUES (?1, ?2, ?3, ?4)",
            params![agent, new.public_key, new.epoch, new.instance.as_str()],
        )?;
    }
    c.execute(
        "INSERT INTO invites (nonce, agent, public_key) VALUES (?1, ?2, ?3)",
        params![new.invite, agent, new.public_key],
    )?;
    if new.host_owner {
        let sql = "INSERT OR REPLACE INTO host_owner (one, agent) VALUES (1, ?1)";
        c.execute(sql, [agent])?;
    }
    Ok(agent.to_owned())
}

fn key_of(c: &Connection, agent: &str) -> rusqlite::Result<Option<[u8; 32]>> {
    let sql = "SELECT public_key FROM agents WHERE agent = ?1";
    c.query_row(sql, [agent], |r| r.get(0)).optional()
}

fn read_agent(row: Row) -> Result<AgentRecord, StoreError> {
    Ok(AgentRecord {
        public_key: row.public_key,
        next_key: row.next_key,
        epoch: row.epoch,
        instance: row
            .instance
            .parse()
            .map_err(|_| StoreError::Corrupt { what: "instance" })?,
        origins: read_origins(&row.origins)?,
        status: Status::read(&row.status)?,
        seen: row.seen.map(read_time).transpose()?,
    })
}

fn read_origins(json: &str) -> Result<Vec<RegisteredOrigin>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt {
        what: "list of origins",
    })
}
