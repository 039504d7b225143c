//! The agent's database, looked into from outside: asking the agent would cost it what is to be measured.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

/// A room that a display shows.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) id: String,
    /// Google's id of its calendar.
    pub(crate) calendar: String,
}

/// Links every display to a room of its own, as an administrator would in the portal; the agent must not run.
pub(crate) fn link(data: &Path, rooms: usize) -> Result<Vec<Room>> {
    let mut database = Connection::open(data.join("agent.db"))?;
    let linked = database.transaction()?;
    let ids = |sql: &str| -> Result<Vec<(String, String)>> {
        let mut statement = linked.prepare(sql)?;
        let ids = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    };
    let displays = ids("SELECT id, key FROM displays ORDER BY hub, key")?;
    let calendars = ids(
        "SELECT id, calendar_id FROM rooms WHERE calendar_id LIKE '%@resource.%' ORDER BY calendar_id",
    )?;
    ensure!(
        displays.len() == rooms && calendars.len() == rooms,
        "{} displays and {} calendars for {rooms} rooms",
        displays.len(),
        calendars.len()
    );
    for ((display, _), (room, _)) in displays.iter().zip(&calendars) {
        linked.execute(
            "UPDATE displays SET room = ?2 WHERE id = ?1",
            params![display, room],
        )?;
    }
    linked.commit()?;
    Ok(calendars
        .into_iter()
        .map(|(id, calendar)| Room { id, calendar })
        .collect())
}

/// Reads receipts while the agent writes them.
#[derive(Debug)]
pub(crate) struct Receipts(Connection);

impl Receipts {
    pub(crate) fn open(data: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(data.join("agent.db"), flags);
        Ok(Self(database.context("open the agent's database")?))
    }

    /// The newest receipt's number.
    pub(crate) fn last(&self) -> Result<i64> {
        let sql = "SELECT coalesce(max(id), 0) FROM receipts";
        Ok(self
            .0
            .prepare_cached(sql)?
            .query_row([], |row| row.get(0))?)
    }

    /// When the first announced change of `room` after the receipt `last` was announced and committed.
    pub(crate) fn announced(
        &self,
        room: &Room,
        last: i64,
    ) -> Result<Option<(Timestamp, Timestamp)>> {
        let sql = "SELECT webhook_at, listed_at FROM receipts
                   WHERE id > ?1 AND room = ?2 AND webhook_at IS NOT NULL AND listed_at IS NOT NULL ORDER BY id LIMIT 1";
        let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found: Option<(i64, i64)> = self
            .0
            .prepare_cached(sql)?
            .query_row(params![last, room.id], columns)
            .optional()?;
        let instant = Timestamp::from_microsecond;
        found
            .map(|(webhook, listed)| Ok((instant(webhook)?, instant(listed)?)))
            .transpose()
    }
}
