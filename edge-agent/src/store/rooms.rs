//! Rooms and what Google last said about them.

mod calendars;
mod channels;
#[cfg(test)]
mod tests;

pub(crate) use self::calendars::*;
pub(crate) use self::channels::*;

use edge_api::id::RoomId;
use edge_api::settings::RoomSettings;
use google_calendar::{Event, Window};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};

use super::displays::{instant, settings_column};
use super::google::name_organisers;
use super::{Store, StoreError};

/// A sign says "as of" when its room was last verified longer ago than this while Google announces changes: three of
/// the ten-minute rounds that find what was not announced.
const STALE_WITH_PUSHES: SignedDuration = SignedDuration::from_mins(30);

/// The same while nothing is announced: three rounds of five minutes.
const STALE_WITHOUT_PUSHES: SignedDuration = SignedDuration::from_mins(15);

/// A calendar that a sign can show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    /// The account it is read with; `None` once that was disconnected.
    pub(crate) account: Option<String>,
    /// Google's id: for a resource its e-mail address.
    pub(crate) calendar_id: String,
    pub(crate) name: String,
    /// What its days are counted in; UTC where Google named a zone that this version does not know.
    pub(crate) zone: TimeZone,
    /// When the last successful list was begun; `None` before the first.
    pub(crate) verified_at: Option<Timestamp>,
    /// How long after `verified_at` a sign has to say since when its information is.
    pub(crate) stale_after: SignedDuration,
    /// Whether and how Google announces its changes.
    pub(crate) pushes: Pushes,
    /// What its signs speak, unless they are set otherwise.
    pub(crate) settings: RoomSettings,
    /// Where it is, as the organisation's administrators have entered it.
    pub(crate) place: Place,
    /// A display shows it, so that it is listed and watched.
    pub(crate) linked: bool,
    /// How many events of the last list could not be understood, with the first in words.
    pub(crate) skipped: Skipped,
    /// Why the last list failed, in words; `None` after one that succeeded.
    pub(crate) problem: Option<String>,
}

/// Google's announcements of a room's changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pushes {
    /// The open channel; `None` while there is none.
    pub(crate) channel: Option<String>,
    /// When the next channel is opened.
    pub(crate) renew_at: Option<Timestamp>,
    /// When the last one was heard that led to a list.
    pub(crate) last: Option<Timestamp>,
    /// How many did not come that had to.
    pub(crate) missed: u32,
    /// Why no channel could be opened, in words; `None` once one is.
    pub(crate) problem: Option<String>,
}

impl Pushes {
    /// Changes can be expected to be announced.
    pub(crate) fn work(&self) -> bool {
        self.channel.is_some() && self.missed < DOUBTFUL
    }
}

/// So many announcements that did not come are no chance any more: the way from Google does not work.
pub(crate) const DOUBTFUL: u32 = 2;

/// What a list did to a room's stored window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// The events are the same.
    Same,
    /// The events of the same days are others.
    Changed,
    /// It was the first list of these days.
    NewDays,
}

/// Events that could not be understood and are not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) count: u32,
    pub(crate) example: Option<String>,
}

/// A whole window, listed.
#[derive(Clone, Debug)]
pub(crate) struct ListedWindow {
    pub(crate) window: Window,
    /// Present only when the window came in one page.
    pub(crate) etag: Option<String>,
    pub(crate) events: Vec<Event>,
    pub(crate) skipped: Skipped,
    /// When the list was begun.
    pub(crate) verified_at: Timestamp,
    /// When the announcement was heard that led to it.
    pub(crate) pushed_at: Option<Timestamp>,
}

impl Store {
    /// Every room, by name.
    pub(crate) async fn rooms(&self) -> Result<Vec<Room>, StoreError> {
        self.read(|c| {
            let sql = format!("{SELECT_ROOM} ORDER BY rooms.name, rooms.id");
            let mut statement = c.prepare_cached(&sql)?;
            let rooms = statement.query_map([], room_from)?;
            Ok(rooms.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn room(&self, id: &RoomId) -> Result<Option<Room>, StoreError> {
        let id = id.clone();
        self.read(move |c| {
            let sql = format!("{SELECT_ROOM} WHERE rooms.id = ?1");
            let mut statement = c.prepare_cached(&sql)?;
            Ok(statement.query_row([id.as_str()], room_from).optional()?)
        })
        .await
    }

    /// What was last listed, today's local midnight to three days on, with the names that the directory told; empty for a room that is not known or not listed.
    pub(crate) async fn room_events(&self, id: &RoomId) -> Result<Vec<Event>, StoreError> {
        let id = id.clone();
        self.read(move |c| {
            let text: Option<String> = c
                .prepare_cached("SELECT events FROM rooms WHERE id = ?1")?
                .query_row([id.as_str()], |row| row.get(0))
                .optional()?;
            let Some(text) = text else {
                return Ok(Vec::new());
            };
            let mut events: Vec<Event> = serde_json::from_str(&text)
                .map_err(|e| StoreError::corrupt("list of events", e))?;
            name_organisers(c, &mut events)?;
            Ok(events)
        })
        .await
    }

    /// The `ETag` of the last list of this room, if it was of exactly this window.
    pub(crate) async fn listing_etag(
        &self,
        id: &RoomId,
        window: Window,
    ) -> Result<Option<String>, StoreError> {
        let id = id.clone();
        self.read(move |c| {
            let etag = c
                .prepare_cached(
                    "SELECT etag FROM rooms WHERE id = ?1 AND window_start = ?2 AND window_end = ?3",
                )?
                .query_row(
                    params![id.as_str(), window.start.as_microsecond(), window.end.as_microsecond()],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(etag.flatten())
        })
        .await
    }

    /// Replaces the window of a room in one transaction.
    pub(crate) async fn replace_window(
        &self,
        id: &RoomId,
        listed: ListedWindow,
    ) -> Result<Replaced, StoreError> {
        let id = id.clone();
        let events = serde_json::to_string(&listed.events)
            .map_err(|e| StoreError::corrupt("list of events", e))?;
        self.write(move |tx| {
            let (start, end) = (listed.window.start.as_microsecond(), listed.window.end.as_microsecond());
            let before: Option<(String, bool)> = tx
                .prepare_cached(
                    "SELECT events, window_start = ?2 AND window_end = ?3 FROM rooms
                     WHERE id = ?1 AND verified_at IS NOT NULL",
                )?
                .query_row(params![id.as_str(), start, end], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let replaced = match before {
                Some((before, _)) if before == events => Replaced::Same,
                Some((_, true)) => Replaced::Changed,
                Some((_, false)) | None => Replaced::NewDays,
            };
            tx.prepare_cached(
                "UPDATE rooms SET events = ?2, window_start = ?3, window_end = ?4, etag = ?5, verified_at = ?6,
                                  skipped = ?7, skipped_example = ?8, problem = NULL,
                                  pushed_at = coalesce(?9, pushed_at)
                 WHERE id = ?1",
            )?
            .execute(params![
                id.as_str(),
                events,
                start,
                end,
                listed.etag,
                listed.verified_at.as_microsecond(),
                listed.skipped.count,
                listed.skipped.example,
                listed.pushed_at.map(Timestamp::as_microsecond),
            ])?;
            Ok(replaced)
        })
        .await
    }

    /// The last list still holds: Google said "not modified" to a request begun at `at`, to which an announcement heard
    /// at `pushed_at` led.
    pub(crate) async fn room_verified(
        &self,
        id: &RoomId,
        at: Timestamp,
        pushed_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE rooms SET verified_at = ?2, problem = NULL, pushed_at = coalesce(?3, pushed_at) WHERE id = ?1",
            )?
            .execute(params![
                id.as_str(),
                at.as_microsecond(),
                pushed_at.map(Timestamp::as_microsecond)
            ])?;
            Ok(())
        })
        .await
    }

    /// Remembers in words why a list failed; what was listed before stays.
    pub(crate) async fn room_problem(&self, id: &RoomId, problem: &str) -> Result<(), StoreError> {
        let (id, problem) = (id.clone(), problem.to_owned());
        self.write(move |tx| {
            tx.execute(
                "UPDATE rooms SET problem = ?2 WHERE id = ?1",
                params![id.as_str(), problem],
            )?;
            Ok(())
        })
        .await
    }
}

/// Links and channels are looked up, so that no copy of them can be wrong.
const SELECT_ROOM: &str = "SELECT rooms.id, rooms.account, rooms.calendar_id, rooms.name, rooms.zone,
    rooms.verified_at, rooms.skipped, rooms.skipped_example, rooms.problem,
    EXISTS (SELECT 1 FROM displays WHERE displays.room = rooms.id)
        OR EXISTS (SELECT 1 FROM directory_rooms WHERE directory_rooms.room = rooms.id),
    open.id, open.renew_at, rooms.pushed_at, rooms.missed_pushes, rooms.watch_problem,
    rooms.settings, rooms.building, rooms.floor, rooms.capacity
    FROM rooms LEFT JOIN watch_channels open ON open.id =
        (SELECT w.id FROM watch_channels w WHERE w.room = rooms.id AND w.resource_id IS NOT NULL AND w.retired = 0
         ORDER BY w.expires_at DESC LIMIT 1)";

fn room_from(row: &Row<'_>) -> rusqlite::Result<Room> {
    let zone: String = row.get(4)?;
    let pushes = Pushes {
        channel: row.get(10)?,
        renew_at: instant(row, 11)?,
        last: instant(row, 12)?,
        missed: row.get(13)?,
        problem: row.get(14)?,
    };
    Ok(Room {
        id: id_column(row)?,
        account: row.get(1)?,
        calendar_id: row.get(2)?,
        name: row.get(3)?,
        zone: TimeZone::get(&zone).unwrap_or(TimeZone::UTC),
        verified_at: instant(row, 5)?,
        stale_after: if pushes.work() {
            STALE_WITH_PUSHES
        } else {
            STALE_WITHOUT_PUSHES
        },
        pushes,
        settings: settings_column(row, 15)?,
        place: Place {
            building: row.get(16)?,
            floor: row.get(17)?,
            capacity: row.get(18)?,
        },
        linked: row.get(9)?,
        skipped: Skipped {
            count: row.get(6)?,
            example: row.get(7)?,
        },
        problem: row.get(8)?,
    })
}

fn id_column(row: &Row<'_>) -> rusqlite::Result<RoomId> {
    let text: String = row.get(0)?;
    text.parse()
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e)))
}
