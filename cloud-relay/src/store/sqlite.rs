//! The relay's store on one host: an `SQLite` file, every write on disk before it is answered.

mod connection;

use std::path::Path;

use jiff::Timestamp;
use relay_contract::id::{AgentId, Instance};
use relay_contract::inbox::{Acknowledged, Acknowledgement};
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};
use rusqlite::{Connection, OptionalExtension, params};

use self::connection::Database;
use super::{
    AgentRecord, Agents, Answer, Change, Connections, EnrolOutcome, Inboxes, NewAgent, Page,
    StoreError, StoredSignal, answer_key, channel_key, renumber,
};

pub use self::connection::OpenError;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteStore(Database);

impl SqliteStore {
    /// Opens `folder/relay.db`, creating it if absent.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be opened or is of a newer version.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Database::open(&folder.join("relay.db")).map(Self)
    }

    /// Deletes what has expired; gives how much.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let now = now.as_microsecond();
        self.0
            .write("delete what has expired", move |c| {
                c.execute("DELETE FROM inbox WHERE expires <= ?1", [now])
            })
            .await
    }
}

impl Agents for SqliteStore {
    async fn enrol(&self, new: &NewAgent) -> Result<EnrolOutcome, StoreError> {
        let new = new.clone();
        let agent = self
            .0
            .write("enrol", move |c| {
                let sql = "SELECT agent, public_key FROM invites WHERE nonce = ?1";
                let used: Option<(String, [u8; 32])> =
                    c.query_row(sql, [new.invite], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
                if let Some((agent, key)) = used {
                    return Ok((key == new.public_key).then_some(agent));
                }
                let agent = new.candidate.as_str();
                c.execute(
                    "INSERT INTO agents (agent, public_key, epoch, instance) VALUES (?1, ?2, ?3, ?4)",
                    params![agent, new.public_key, new.epoch, new.instance.as_str()],
                )?;
                c.execute(
                    "INSERT INTO invites (nonce, agent, public_key) VALUES (?1, ?2, ?3)",
                    params![new.invite, agent, new.public_key],
                )?;
                if new.host_owner {
                    c.execute("INSERT OR REPLACE INTO host_owner (one, agent) VALUES (1, ?1)", [agent])?;
                }
                Ok(Some(agent.to_owned()))
            })
            .await?;
        match agent {
            Some(agent) => Ok(EnrolOutcome::Agent(read_id(agent)?)),
            None => Ok(EnrolOutcome::InviteUsed),
        }
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<AgentRecord>, StoreError> {
        let id = id.to_string();
        let row: Option<([u8; 32], u64, String, String)> = self
            .0
            .read("look an agent up", move |c| {
                let sql =
                    "SELECT public_key, epoch, instance, origins FROM agents WHERE agent = ?1";
                c.query_row(sql, [id], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
                })
                .optional()
            })
            .await?;
        let Some((public_key, epoch, instance, origins)) = row else {
            return Ok(None);
        };
        Ok(Some(AgentRecord {
            public_key,
            epoch,
            instance: instance
                .parse()
                .map_err(|_| StoreError::Corrupt { what: "instance" })?,
            origins: read_origins(&origins)?,
        }))
    }

    async fn host_owner(&self) -> Result<Option<AgentId>, StoreError> {
        let owner: Option<String> = self
            .0
            .read("look the host owner up", |c| {
                c.query_row("SELECT agent FROM host_owner", [], |r| r.get(0))
                    .optional()
            })
            .await?;
        owner.map(read_id).transpose()
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
                let sql =
                    "UPDATE agents SET epoch = ?3, instance = ?4 WHERE agent = ?1 AND epoch = ?2";
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
}

impl Inboxes for SqliteStore {
    async fn note_change(&self, agent: &AgentId, change: &Change) -> Result<(), StoreError> {
        let (agent, change) = (agent.to_string(), change.clone());
        self.0
            .write("note a change", move |c| {
                c.execute(
                    "INSERT INTO inbox (agent, key, number, received, expires) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (agent, key) DO UPDATE
                         SET number = excluded.number, received = excluded.received, expires = excluded.expires
                         WHERE excluded.number > number OR expires <= excluded.received",
                    params![
                        agent,
                        channel_key(&change.channel),
                        change.number,
                        change.received_at.as_microsecond(),
                        change.expires.as_microsecond(),
                    ],
                )?;
                Ok(())
            })
            .await
    }

    async fn keep_answer(&self, agent: &AgentId, answer: &Answer) -> Result<bool, StoreError> {
        let (agent, answer) = (agent.to_string(), answer.clone());
        self.0
            .write("keep an answer", move |c| {
                let inserted = c.execute(
                    "INSERT INTO inbox (agent, key, state, sealed, received, expires)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (agent, key) DO NOTHING",
                    params![
                        agent,
                        answer_key(&answer.id),
                        answer.state,
                        answer.sealed,
                        answer.received_at.as_microsecond(),
                        answer.expires.as_microsecond(),
                    ],
                )?;
                Ok(inserted == 1)
            })
            .await
    }

    async fn pending(
        &self,
        agent: &AgentId,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page, StoreError> {
        let (agent, after) = (agent.to_string(), after.unwrap_or_default().to_owned());
        let now = now.as_microsecond();
        let rows = self
            .0
            .read("read an inbox", move |c| {
                let mut query = c.prepare_cached(
                    "SELECT key, number, state, sealed, received FROM inbox
                     WHERE agent = ?1 AND key > ?2 AND expires > ?3 AND (number IS NOT NULL OR sealed IS NOT NULL)
                     ORDER BY key LIMIT ?4",
                )?;
                let rows = query.query_map(params![agent, after, now, limit], read_signal)?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            })
            .await?;
        let next = if rows.len() == limit {
            rows.last().map(|row| row.key.clone())
        } else {
            None
        };
        let mut signals = Vec::with_capacity(rows.len());
        for row in rows {
            signals.extend(row.into_signal()?);
        }
        Ok(Page { signals, next })
    }

    async fn acknowledge(
        &self,
        agent: &AgentId,
        items: &[Acknowledgement],
    ) -> Result<Vec<Acknowledged>, StoreError> {
        let (agent, items) = (agent.to_string(), items.to_vec());
        self.0
            .write("acknowledge", move |c| {
                items.iter().map(|item| drop_one(c, &agent, item)).collect()
            })
            .await
    }
}

impl Connections for SqliteStore {
    async fn connected(
        &self,
        agent: &AgentId,
        connection: &str,
        epoch: u64,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let (agent, connection) = (agent.to_string(), connection.to_owned());
        self.0
            .write("note a connection", move |c| {
                let sql = "SELECT connection FROM agents WHERE agent = ?1 AND conn_epoch <= ?2";
                let before: Option<Option<String>> = c
                    .query_row(sql, params![agent, epoch], |r| r.get(0))
                    .optional()?;
                c.execute(
                    "UPDATE agents SET connection = ?2, conn_epoch = ?3, connected = ?4
                     WHERE agent = ?1 AND conn_epoch <= ?3",
                    params![agent, connection, epoch, now.as_microsecond()],
                )?;
                Ok(before.flatten())
            })
            .await
    }

    async fn connection(&self, agent: &AgentId) -> Result<Option<Option<String>>, StoreError> {
        let agent = agent.to_string();
        self.0
            .read("look a connection up", move |c| {
                let mut query =
                    c.prepare_cached("SELECT connection FROM agents WHERE agent = ?1")?;
                query.query_row([agent], |r| r.get(0)).optional()
            })
            .await
    }

    async fn disconnected(&self, agent: &AgentId, connection: &str) -> Result<(), StoreError> {
        let (agent, connection) = (agent.to_string(), connection.to_owned());
        self.0
            .write("forget a connection", move |c| {
                let sql =
                    "UPDATE agents SET connection = NULL WHERE agent = ?1 AND connection = ?2";
                c.execute(sql, params![agent, connection])?;
                Ok(())
            })
            .await
    }

    async fn connection_owner(&self, connection: &str) -> Result<Option<AgentId>, StoreError> {
        let connection = connection.to_owned();
        let owner: Option<String> = self
            .0
            .read("look the owner of a connection up", move |c| {
                let sql = "SELECT agent FROM agents WHERE connection = ?1";
                c.query_row(sql, [connection], |r| r.get(0)).optional()
            })
            .await?;
        owner.map(read_id).transpose()
    }
}

fn drop_one(c: &Connection, agent: &str, item: &Acknowledgement) -> rusqlite::Result<Acknowledged> {
    match item {
        Acknowledgement::Calendar { channel, number } => {
            let key = channel_key(channel);
            let sql = "DELETE FROM inbox WHERE agent = ?1 AND key = ?2 AND number <= ?3";
            // A number beyond SQLite's is beyond every stored one, too.
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            if c.execute(sql, params![agent, key, number])? == 1 {
                return Ok(Acknowledged::Done);
            }
            let sql = "SELECT 1 FROM inbox WHERE agent = ?1 AND key = ?2";
            let stays = c
                .query_row(sql, params![agent, key], |_| Ok(()))
                .optional()?;
            Ok(if stays.is_some() {
                Acknowledged::MovedOn
            } else {
                Acknowledged::Absent
            })
        }
        Acknowledgement::Oauth { id } => {
            // The row stays without its content until it expires, so that the state cannot be used again.
            let sql = "UPDATE inbox SET sealed = NULL, state = NULL WHERE agent = ?1 AND key = ?2 AND sealed IS NOT NULL";
            let dropped = c.execute(sql, params![agent, answer_key(id)])?;
            Ok(if dropped == 1 {
                Acknowledged::Done
            } else {
                Acknowledged::Absent
            })
        }
    }
}

fn read_signal(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredSignal> {
    Ok(StoredSignal {
        key: row.get(0)?,
        number: row.get(1)?,
        state: row.get(2)?,
        sealed: row.get(3)?,
        received_at: row.get(4)?,
    })
}

fn read_id(text: String) -> Result<AgentId, StoreError> {
    AgentId::try_from(text).map_err(|_| StoreError::Corrupt { what: "agent id" })
}

fn read_origins(json: &str) -> Result<Vec<RegisteredOrigin>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt {
        what: "list of origins",
    })
}

fn to_sql(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
