//! What the operator sees and decides, in `SQLite`.

use jiff::Timestamp;
use relay_contract::id::AgentId;
use rusqlite::{OptionalExtension, params};

use super::{SqliteStore, read_id, read_time};
use crate::store::{AgentSummary, Operator, Status, StoreError, hour_of};

/// A row as it is read.
struct Row {
    agent: String,
    status: String,
    quota: Option<u32>,
    epoch: u64,
    seen: Option<i64>,
    connected: Option<i64>,
    key_use: Option<String>,
    backlog: u64,
    oldest: Option<i64>,
    webhooks: u64,
}

const SUMMARIES: &str = "
    SELECT a.agent, a.status, a.quota, a.epoch, a.seen, iif(a.connection IS NULL, NULL, a.connected), a.key_use,
           count(i.key), min(i.received),
           (SELECT coalesce(sum(w.count), 0) FROM webhooks w WHERE w.agent = a.agent AND w.hour >= ?2)
    FROM agents a
    LEFT JOIN inbox i ON i.agent = a.agent AND i.expires > ?1 AND (i.number IS NOT NULL OR i.sealed IS NOT NULL)
    GROUP BY a.agent ORDER BY a.agent";

impl Operator for SqliteStore {
    async fn summaries(&self, now: Timestamp) -> Result<Vec<AgentSummary>, StoreError> {
        let (since_hour, now) = (hour_of(now) - 1, now.as_microsecond());
        let rows = self
            .0
            .read("list agents", move |c| {
                let mut query = c.prepare(SUMMARIES)?;
                let read = |r: &rusqlite::Row<'_>| {
                    Ok(Row {
                        agent: r.get(0)?,
                        status: r.get(1)?,
                        quota: r.get(2)?,
                        epoch: r.get(3)?,
                        seen: r.get(4)?,
                        connected: r.get(5)?,
                        key_use: r.get(6)?,
                        backlog: r.get(7)?,
                        oldest: r.get(8)?,
                        webhooks: r.get(9)?,
                    })
                };
                query
                    .query_map(params![now, since_hour], read)?
                    .collect::<rusqlite::Result<Vec<_>>>()
            })
            .await?;
        rows.into_iter().map(summary).collect()
    }

    async fn set_status(
        &self,
        agent: &AgentId,
        status: Status,
    ) -> Result<Option<Option<String>>, StoreError> {
        let agent = agent.to_string();
        self.0
            .write("set an agent's status", move |c| {
                let sql = "UPDATE agents SET status = ?2 WHERE agent = ?1 RETURNING connection";
                c.query_row(sql, params![agent, status.as_str()], |r| r.get(0))
                    .optional()
            })
            .await
    }

    async fn set_quota(&self, agent: &AgentId, quota: Option<u32>) -> Result<bool, StoreError> {
        let agent = agent.to_string();
        self.0
            .write("set an agent's quota", move |c| {
                let sql = "UPDATE agents SET quota = ?2 WHERE agent = ?1";
                Ok(c.execute(sql, params![agent, quota])? == 1)
            })
            .await
    }
}

fn summary(row: Row) -> Result<AgentSummary, StoreError> {
    let key_use = row
        .key_use
        .map(|json| {
            serde_json::from_str(&json).map_err(|_| StoreError::Corrupt {
                what: "use of keys",
            })
        })
        .transpose()?;
    Ok(AgentSummary {
        agent: read_id(row.agent)?,
        status: Status::read(&row.status)?,
        quota: row.quota,
        epoch: row.epoch,
        seen: row.seen.map(read_time).transpose()?,
        connected: row.connected.map(read_time).transpose()?,
        backlog: row.backlog,
        oldest: row.oldest.map(read_time).transpose()?,
        webhooks: row.webhooks,
        key_use,
    })
}
