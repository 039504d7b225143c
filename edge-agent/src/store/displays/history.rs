//! What each glass showed, for as long as the building wants it to be known.

use edge_api::history::DEFAULT_DAYS;
use edge_api::id::DisplayId;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::accounts::record_deed;
use super::super::{Deed, Store, StoreError};
use super::{FrameHash, Shown, instant};

/// Key of the days in the table of settings.
const DAYS: &str = "history_days";

/// One thing that a glass showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShownOnce {
    /// Rises with time.
    pub(crate) id: u64,
    pub(crate) shown: Shown,
    /// Whether its pixels are known.
    pub(crate) known: bool,
}

impl Store {
    /// For how many days the history is kept.
    pub(crate) async fn history_days(&self) -> Result<u16, StoreError> {
        self.read(days).await
    }

    /// Sets for how many days the history is kept, lets go of what is older, and records it.
    pub(crate) async fn set_history_days(
        &self,
        days: u16,
        now: Timestamp,
        deed: Deed,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO portal_setting (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = ?2",
                params![DAYS, days.to_string()],
            )?;
            purge(tx, now)?;
            record_deed(tx, &deed)
        })
        .await
    }

    /// What a display showed before the entry `before`, the newest first, at most `limit`.
    pub(crate) async fn history(
        &self,
        display: &DisplayId,
        before: Option<u64>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<ShownOnce>, StoreError> {
        let display = display.clone();
        self.read(move |c| {
            let mut statement = c.prepare_cached(
                "SELECT id, frame, at, marked_since, EXISTS (SELECT 1 FROM frames WHERE hash = frame)
                 FROM history WHERE display = ?1 AND id < ?2 AND at > ?3 ORDER BY id DESC LIMIT ?4",
            )?;
            let before = before.and_then(|id| i64::try_from(id).ok());
            let asked = params![
                display.as_str(),
                before.unwrap_or(i64::MAX),
                oldest(c, now)?,
                limit
            ];
            let rows = statement.query_map(asked, |row| {
                Ok(ShownOnce {
                    id: row.get(0)?,
                    shown: Shown {
                        frame: row.get(1)?,
                        at: instant(row, 2)?.unwrap_or_default(),
                        marked_since: instant(row, 3)?,
                    },
                    known: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Whether a display showed a frame, as far as the history goes.
    pub(crate) async fn has_shown(
        &self,
        display: &DisplayId,
        frame: FrameHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let display = display.clone();
        self.read(move |c| {
            let sql = "SELECT EXISTS (SELECT 1 FROM history WHERE frame = ?1 AND display = ?2 AND at > ?3)";
            let asked = params![frame, display.as_str(), oldest(c, now)?];
            Ok(c.query_row(sql, asked, |row| row.get(0))?)
        })
        .await
    }
}

/// Takes down what a glass shows, unless nothing is kept or it is what it showed already.
pub(in crate::store) fn note(
    tx: &Transaction<'_>,
    display: &DisplayId,
    shown: &Shown,
) -> Result<(), StoreError> {
    if days(tx)? == 0 {
        return Ok(());
    }
    let marked = shown.marked_since.map(Timestamp::as_microsecond);
    let last: Option<(FrameHash, Option<i64>)> = tx
        .prepare_cached(
            "SELECT frame, marked_since FROM history WHERE display = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([display.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if last == Some((shown.frame, marked)) {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO history (display, at, frame, marked_since)
         SELECT id, ?2, ?3, ?4 FROM displays WHERE id = ?1",
    )?
    .execute(params![
        display.as_str(),
        shown.at.as_microsecond(),
        shown.frame,
        marked
    ])?;
    Ok(())
}

/// Lets go of what is too old, and of the frames that only it named.
pub(super) fn purge(tx: &Transaction<'_>, now: Timestamp) -> Result<usize, StoreError> {
    tx.prepare_cached("DELETE FROM history WHERE at <= ?1")?
        .execute([oldest(tx, now)?])?;
    Ok(tx.execute(
        "DELETE FROM frames WHERE hash NOT IN (SELECT frame FROM plan_steps)
         AND hash NOT IN (SELECT shown_frame FROM displays WHERE shown_frame IS NOT NULL)
         AND hash NOT IN (SELECT frame FROM history)",
        [],
    )?)
}

fn days(c: &Connection) -> Result<u16, StoreError> {
    let stored: Option<String> = c
        .prepare_cached("SELECT value FROM portal_setting WHERE key = ?1")?
        .query_row([DAYS], |row| row.get(0))
        .optional()?;
    stored.map_or(Ok(DEFAULT_DAYS), |text| {
        text.parse()
            .map_err(|e| StoreError::corrupt("days of the history", e))
    })
}

/// Entries up to this instant, in microseconds, are not kept.
fn oldest(c: &Connection, now: Timestamp) -> Result<i64, StoreError> {
    let kept = SignedDuration::from_hours(24 * i64::from(days(c)?));
    let oldest = now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
    Ok(oldest.as_microsecond())
}
