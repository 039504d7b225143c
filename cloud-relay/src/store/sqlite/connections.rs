//! Which connection an agent listens on, in `SQLite`.

use jiff::Timestamp;
use relay_contract::id::AgentId;
use rusqlite::{OptionalExtension, params};

use super::{SqliteStore, read_id, read_time};
use crate::store::{Connections, Listening, Status, StoreError};

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

    async fn listening(&self, agent: &AgentId) -> Result<Option<Listening>, StoreError> {
        let agent = agent.to_string();
        type Row = (Option<String>, Option<i64>, String, Option<u32>);
        let row: Option<Row> = self
            .0
            .read("look a connection up", move |c| {
                let mut query = c.prepare_cached(
                    "SELECT connection, connected, status, quota FROM agents WHERE agent = ?1",
                )?;
                let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?));
                query.query_row([agent], read).optional()
            })
            .await?;
        let Some((connection, since, status, quota)) = row else {
            return Ok(None);
        };
        let since = since.map(read_time).transpose()?;
        Ok(Some(Listening {
            connection: connection.zip(since),
            status: Status::read(&status)?,
            quota,
        }))
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

    async fn count_webhooks(
        &self,
        agent: &AgentId,
        hour: i64,
        count: u32,
    ) -> Result<(), StoreError> {
        let agent = agent.to_string();
        self.0
            .write("count webhooks", move |c| {
                let sql = "INSERT INTO webhooks (agent, hour, count) VALUES (?1, ?2, ?3)
                     ON CONFLICT (agent, hour) DO UPDATE SET count = count + excluded.count";
                c.execute(sql, params![agent, hour, count]).map(drop)
            })
            .await
    }
}
