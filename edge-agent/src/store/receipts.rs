//! Receipts: the trace of each change from Google's notice to the glass.

use edge_api::id::{DisplayId, RoomId};
use hub_link::wire::Generation;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::displays::{FrameHash, Shown, note_history, to_sql};
use super::{Store, StoreError};
use crate::news::Trace;

/// How many receipts are kept: a week of a busy building.
const KEPT: u32 = 10_000;

/// A change that is on its way to a glass.
#[derive(Clone, Debug)]
pub(crate) struct NewReceipt {
    pub(crate) room: RoomId,
    pub(crate) trace: Trace,
    /// The frame that shows the change.
    pub(crate) frame: FrameHash,
    pub(crate) rendered_at: Timestamp,
}

/// A change that has reached a glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) display: DisplayId,
    pub(crate) room: Option<RoomId>,
    pub(crate) frame: FrameHash,
    /// The relay's clock.
    pub(crate) webhook_at: Option<Timestamp>,
    pub(crate) hint_at: Option<Timestamp>,
    pub(crate) listed_at: Option<Timestamp>,
    pub(crate) rendered_at: Timestamp,
    /// The hub's clock, which it sets by the agent's.
    pub(crate) stored_at: Option<Timestamp>,
    /// The hub's clock.
    pub(crate) displayed_at: Timestamp,
}

/// What a report of a glass led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShownOutcome {
    /// The glass shows something else than was known.
    pub(crate) changed: bool,
    /// A change has reached it.
    pub(crate) closed: bool,
}

impl NewReceipt {
    pub(super) fn open(
        &self,
        c: &Connection,
        display: &DisplayId,
        generation: Generation,
    ) -> Result<(), StoreError> {
        let us = |t: Option<Timestamp>| t.map(Timestamp::as_microsecond);
        c.prepare_cached(
            "INSERT INTO receipts (display, room, epoch, counter, frame, webhook_at, hint_at, listed_at, rendered_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            display.as_str(),
            self.room.as_str(),
            to_sql(generation.epoch)?,
            to_sql(generation.counter)?,
            self.frame,
            us(self.trace.webhook_at),
            us(self.trace.hint_at),
            us(self.trace.listed_at),
            self.rendered_at.as_microsecond(),
        ])?;
        Ok(())
    }
}

impl Store {
    /// Takes down what a glass shows, and closes the receipts of the changes that have reached it by that.
    pub(crate) async fn display_shown(
        &self,
        display: &DisplayId,
        shown: Shown,
        generation: Generation,
        stored_at: Option<Timestamp>,
    ) -> Result<ShownOutcome, StoreError> {
        let id = display.clone();
        let (known, waiting) = self
            .read(move |c| {
                Ok(c.prepare_cached(
                    "SELECT shown_frame = ?2 AND shown_at = ?3 AND marked_since IS ?4 AND problem IS NULL,
                            EXISTS (SELECT 1 FROM receipts WHERE display = ?1 AND displayed_at IS NULL)
                     FROM displays WHERE id = ?1",
                )?
                .query_row(
                    params![
                        id.as_str(),
                        shown.frame,
                        shown.at.as_microsecond(),
                        shown.marked_since.map(Timestamp::as_microsecond),
                    ],
                    |row| Ok((row.get::<_, Option<bool>>(0)?.unwrap_or(false), row.get::<_, bool>(1)?)),
                )
                .optional()?
                .unwrap_or((true, false)))
            })
            .await?;
        if known && !waiting {
            // A plan that changed nothing on the glass is reported too; the disk need not hear of it.
            return Ok(ShownOutcome::default());
        }
        let display = display.clone();
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE displays SET refreshes = refreshes + (shown_at IS NOT ?3), shown_frame = ?2, shown_at = ?3,
                 marked_since = ?4, problem = NULL WHERE id = ?1",
            )?
            .execute(params![
                display.as_str(),
                shown.frame,
                shown.at.as_microsecond(),
                shown.marked_since.map(Timestamp::as_microsecond),
            ])?;
            note_history(tx, &display, &shown)?;
            let (epoch, counter) = (to_sql(generation.epoch)?, to_sql(generation.counter)?);
            // A change that went back to what the hub had, or the glass showed, already: the picture is older than the
            // change. It counts as stored once it was wanted, and as shown once it was stored.
            let closed = tx
                .prepare_cached(
                    "UPDATE receipts SET stored_at = max(?5, rendered_at),
                            displayed_at = max(?6, rendered_at, ifnull(?5, 0))
                     WHERE display = ?1 AND displayed_at IS NULL AND frame = ?2 AND (epoch, counter) <= (?3, ?4)",
                )?
                .execute(params![
                    display.as_str(),
                    shown.frame,
                    epoch,
                    counter,
                    stored_at.map(Timestamp::as_microsecond),
                    shown.at.as_microsecond(),
                ])?;
            // What is older than the glass and was never on it has been overtaken by a newer change.
            tx.prepare_cached(
                "DELETE FROM receipts WHERE display = ?1 AND displayed_at IS NULL AND (epoch, counter) < (?2, ?3)",
            )?
            .execute(params![display.as_str(), epoch, counter])?;
            if closed > 0 {
                tx.prepare_cached("DELETE FROM receipts WHERE id <= (SELECT max(id) FROM receipts) - ?1")?
                    .execute([KEPT])?;
            }
            Ok(ShownOutcome {
                changed: !known,
                closed: closed > 0,
            })
        })
        .await
    }

    /// The newest receipts that are closed, the newest first.
    pub(crate) async fn receipts(&self, limit: u32) -> Result<Vec<Receipt>, StoreError> {
        self.read(move |c| {
            let mut statement = c.prepare_cached(
                "SELECT display, room, frame, webhook_at, hint_at, listed_at, rendered_at, stored_at, displayed_at
                 FROM receipts WHERE displayed_at IS NOT NULL ORDER BY displayed_at DESC, id DESC LIMIT ?1",
            )?;
            let receipts = statement.query_map([limit], receipt_from)?;
            Ok(receipts.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn receipt_from(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    use super::displays::{instant, parsed};
    let room: Option<String> = row.get(1)?;
    Ok(Receipt {
        display: parsed(row, 0)?,
        // A room's id that no longer parses is as good as a room that is gone.
        room: room.and_then(|text| text.parse().ok()),
        frame: row.get(2)?,
        webhook_at: instant(row, 3)?,
        hint_at: instant(row, 4)?,
        listed_at: instant(row, 5)?,
        rendered_at: instant(row, 6)?.unwrap_or_default(),
        stored_at: instant(row, 7)?,
        displayed_at: instant(row, 8)?.unwrap_or_default(),
    })
}
