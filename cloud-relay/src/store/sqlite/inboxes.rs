//! Signals that wait for their agent, in `SQLite`.

use jiff::Timestamp;
use relay_contract::id::AgentId;
use relay_contract::inbox::{Acknowledged, Acknowledgement};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteStore, read_time};
use crate::store::signal::{StoredSignal, answer_key, channel_key};
use crate::store::{Answer, Change, Inboxes, Page, StoreError};

impl Inboxes for SqliteStore {
    async fn note_change(&self, agent: &AgentId, change: &Change) -> Result<Timestamp, StoreError> {
        let (agent, change) = (agent.to_string(), change.clone());
        let first = self
            .0
            .write("note a change", move |c| {
                let key = channel_key(&change.channel);
                let mut upsert = c.prepare_cached(
                    "INSERT INTO inbox (agent, key, number, received, expires, first) VALUES (?1, ?2, ?3, ?4, ?5, ?4)
                     ON CONFLICT (agent, key) DO UPDATE
                         SET number = excluded.number, received = excluded.received, expires = excluded.expires,
                             first = iif(expires <= excluded.received, excluded.first, coalesce(first, received))
                         WHERE excluded.number > number OR expires <= excluded.received
                     RETURNING first",
                )?;
                let written = upsert
                    .query_row(
                        params![
                            agent,
                            key,
                            change.number,
                            change.received_at.as_microsecond(),
                            change.expires.as_microsecond(),
                        ],
                        |r| r.get::<_, i64>(0),
                    )
                    .optional()?;
                if let Some(first) = written {
                    return Ok(first);
                }
                let mut there = c.prepare_cached(
                    "SELECT coalesce(first, received) FROM inbox WHERE agent = ?1 AND key = ?2",
                )?;
                there.query_row(params![agent, key], |r| r.get(0))
            })
            .await?;
        read_time(first)
    }

    async fn keep_answer(&self, agent: &AgentId, answer: &Answer) -> Result<bool, StoreError> {
        let (agent, answer) = (agent.to_string(), answer.clone());
        self.0
            .write("keep an answer", move |c| {
                let inserted = c.execute(
                    "INSERT INTO inbox (agent, key, state, sealed, received, expires)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) 
                     ON CONFLICT (agent, key) DO UPDATE
                         SET state = excluded.state, sealed = excluded.sealed, received = excluded.received, expires = excluded.expires
                         WHERE expires <= excluded.received OR sealed = excluded.sealed",
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
        now: Timestamp,
    ) -> Result<Vec<Acknowledged>, StoreError> {
        let (agent, items, now) = (agent.to_string(), items.to_vec(), now.as_microsecond());
        self.0
            .write("acknowledge", move |c| {
                let drop = |item| drop_one(c, &agent, item, now);
                items.iter().map(drop).collect()
            })
            .await
    }
}

fn drop_one(
    c: &Connection,
    agent: &str,
    item: &Acknowledgement,
    now: i64,
) -> rusqlite::Result<Acknowledged> {
    match item {
        Acknowledgement::Calendar { channel, number } => {
            let key = channel_key(channel);
            let sql =
                "DELETE FROM inbox WHERE agent = ?1 AND key = ?2 AND number <= ?3 AND expires > ?4";
            // A number beyond SQLite's is beyond every stored one, too.
            let number = i64::try_from(*number).unwrap_or(i64::MAX);
            if c.execute(sql, params![agent, key, number, now])? == 1 {
                return Ok(Acknowledged::Done);
            }
            let sql = "SELECT 1 FROM inbox WHERE agent = ?1 AND key = ?2 AND expires > ?3";
            let stays = c
                .query_row(sql, params![agent, key, now], |_| Ok(()))
                .optional()?;
            Ok(if stays.is_some() {
                Acknowledged::MovedOn
            } else {
                Acknowledged::Absent
            })
        }
        Acknowledgement::Oauth { id } => {
            // The row stays without its content until it expires, so that the state cannot be used again.
            let sql = "UPDATE inbox SET sealed = NULL, state = NULL
                 WHERE agent = ?1 AND key = ?2 AND sealed IS NOT NULL AND expires > ?3";
            let dropped = c.execute(sql, params![agent, answer_key(id), now])?;
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
