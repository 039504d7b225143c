//! Watch channels: which room Google means when it posts to one.

use edge_api::id::RoomId;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Row, params};

use crate::store::{Store, StoreError};

/// A channel that Google may post to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredChannel {
    pub(crate) id: String,
    /// What it is about; `None` for the account's list of calendars.
    pub(crate) room: Option<RoomId>,
    pub(crate) account: String,
    /// Where Google posts to; a channel for another address than today's is of no use.
    pub(crate) address: String,
    /// Which version of the relay's keys its token was made with.
    pub(crate) key_version: u16,
    /// Google's name for what is watched, needed to stop it; `None` until Google has answered.
    pub(crate) resource_id: Option<String>,
    pub(crate) expires_at: Timestamp,
    /// When the one that follows it is to be opened.
    pub(crate) renew_at: Timestamp,
    /// Replaced or no longer wanted: to be stopped.
    pub(crate) retired: bool,
}

impl Store {
    /// Every channel, the longest-lived first.
    pub(crate) async fn channels(&self) -> Result<Vec<StoredChannel>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, room, account, address, resource_id, expires_at, retired, renew_at, key_version
                 FROM watch_channels ORDER BY expires_at DESC, id",
            )?;
            let channels = statement.query_map([], channel_from)?;
            Ok(channels.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Remembers a channel before Google is asked for it.
    pub(crate) async fn save_channel(&self, channel: StoredChannel) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO watch_channels (id, room, account, address, resource_id, expires_at, retired, renew_at,
                                             key_version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    channel.id,
                    channel.room.as_ref().map(RoomId::as_str),
                    channel.account,
                    channel.address,
                    channel.resource_id,
                    channel.expires_at.as_microsecond(),
                    channel.retired,
                    channel.renew_at.as_microsecond(),
                    channel.key_version,
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// Google has opened the channel; those about the same that it replaces are retired with it.
    pub(crate) async fn channel_opened(
        &self,
        id: &str,
        resource_id: &str,
        expires_at: Timestamp,
        renew_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, resource_id) = (id.to_owned(), resource_id.to_owned());
        self.write(move |tx| {
            tx.execute(
                "UPDATE watch_channels SET retired = 1
                 WHERE id <> ?1 AND room IS (SELECT room FROM watch_channels WHERE id = ?1)
                   AND (room IS NOT NULL OR account = (SELECT account FROM watch_channels WHERE id = ?1))",
                [&id],
            )?;
            tx.execute(
                "UPDATE watch_channels SET resource_id = ?2, expires_at = ?3, renew_at = ?4 WHERE id = ?1",
                params![id, resource_id, expires_at.as_microsecond(), renew_at.as_microsecond()],
            )?;
            tx.execute(
                "UPDATE rooms SET watch_problem = NULL
                 WHERE id = (SELECT room FROM watch_channels WHERE id = ?1)",
                [&id],
            )?;
            Ok(())
        })
        .await
    }

    /// Remembers in words why Google does not announce a room's changes.
    pub(crate) async fn watch_problem(
        &self,
        room: &RoomId,
        problem: &str,
    ) -> Result<(), StoreError> {
        let (room, problem) = (room.clone(), problem.to_owned());
        self.write(move |tx| {
            tx.execute(
                "UPDATE rooms SET watch_problem = ?2 WHERE id = ?1",
                params![room.as_str(), problem],
            )?;
            Ok(())
        })
        .await
    }

    /// Remembers how many announcements of a room did not come.
    pub(crate) async fn missed_pushes(&self, room: &RoomId, missed: u32) -> Result<(), StoreError> {
        let room = room.clone();
        self.write(move |tx| {
            tx.execute(
                "UPDATE rooms SET missed_pushes = ?2 WHERE id = ?1",
                params![room.as_str(), missed],
            )?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn delete_channel(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM watch_channels WHERE id = ?1", [id])?;
            Ok(())
        })
        .await
    }
}

fn channel_from(row: &Row<'_>) -> rusqlite::Result<StoredChannel> {
    let room: Option<String> = row.get(1)?;
    Ok(StoredChannel {
        id: row.get(0)?,
        room: room
            .map(|room| room.parse())
            .transpose()
            .map_err(|e| rusqlite::Error::FromSqlConversionFailure(1, Type::Text, Box::new(e)))?,
        account: row.get(2)?,
        address: row.get(3)?,
        resource_id: row.get(4)?,
        expires_at: instant(row, 5)?,
        retired: row.get(6)?,
        renew_at: instant(row, 7)?,
        key_version: row.get(8)?,
    })
}

fn instant(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(row.get(index)?)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(index, Type::Integer, Box::new(e)))
}
