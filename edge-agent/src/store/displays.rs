//! Hubs, their displays, and which room each display shows.

mod copies;
mod fleet;
mod history;
mod plans;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use self::copies::*;
pub(crate) use self::fleet::*;
pub(super) use self::history::note as note_history;
pub(crate) use self::plans::*;
pub(crate) use self::settings::*;

use edge_api::id::{DisplayId, HubId, RoomId};
use edge_api::settings::DisplaySettings;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError};

/// A hub that was paired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hub {
    pub(crate) id: HubId,
    pub(crate) name: String,
    /// Its software, as it last said.
    pub(crate) version: Option<String>,
    /// Where it last called from.
    pub(crate) address: Option<String>,
    pub(crate) paired_at: Timestamp,
    /// When it last came or went.
    pub(crate) last_seen: Option<Timestamp>,
    /// How often it has connected since it was paired.
    pub(crate) connects: u64,
}

/// A panel, as its hub described it, with its link and what its glass shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Display {
    pub(crate) id: DisplayId,
    pub(crate) hub: HubId,
    /// The hub's name for it.
    pub(crate) key: String,
    /// Such as `800x480`.
    pub(crate) panel: String,
    pub(crate) room: Option<RoomId>,
    pub(crate) settings: DisplaySettings,
    /// Its battery is low, as [`is_battery_low`] decides: the sign says so.
    pub(crate) battery_low: bool,
    pub(crate) shown: Option<Shown>,
    /// What the hub said went wrong since it last showed something.
    pub(crate) problem: Option<String>,
}

/// What a glass shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Without the mark.
    pub(crate) frame: FrameHash,
    pub(crate) at: Timestamp,
    /// The instant that the stale mark on the glass names.
    pub(crate) marked_since: Option<Timestamp>,
}

/// A display as a hub describes it in its Hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenDisplay {
    /// Used when the display is new.
    pub(crate) new_id: DisplayId,
    pub(crate) key: String,
    pub(crate) panel: String,
}

/// What a Hello led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// Every display that the hub named, in its order.
    pub(crate) displays: Vec<Display>,
    /// Those that are new, or whose panel is another one now.
    pub(crate) changed: Vec<DisplayId>,
}

/// Why a display was not linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotLinked {
    UnknownDisplay,
    UnknownRoom,
}

impl Store {
    /// Pins a hub; one that is known keeps its name unless a new one is given.
    pub(crate) async fn pair_hub(
        &self,
        id: &HubId,
        name: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, name) = (id.clone(), name.to_owned());
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO hubs (id, name, paired_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET name = iif(?2 = '', name, ?2), paired_at = ?3",
                params![id.as_str(), name, now.as_microsecond()],
            )?;
            Ok(())
        })
        .await
    }

    /// Every paired hub, by name.
    pub(crate) async fn hubs(&self) -> Result<Vec<Hub>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(&format!("{SELECT_HUB} ORDER BY name, id"))?;
            let hubs = statement.query_map([], hub_from)?;
            Ok(hubs.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The hub of this key; `None` when it is not paired.
    pub(crate) async fn hub(&self, id: &HubId) -> Result<Option<Hub>, StoreError> {
        let id = id.clone();
        self.read(move |c| {
            let mut statement = c.prepare_cached(&format!("{SELECT_HUB} WHERE id = ?1"))?;
            Ok(statement.query_row([id.as_str()], hub_from).optional()?)
        })
        .await
    }

    /// Takes down what a paired hub said in its Hello; displays that are new get their rows. `None` when the hub has been
    /// forgotten in the meantime.
    pub(crate) async fn hub_arrived(
        &self,
        id: &HubId,
        version: &str,
        address: &str,
        seen: Vec<SeenDisplay>,
        now: Timestamp,
    ) -> Result<Option<Arrived>, StoreError> {
        let (id, version, address) = (id.clone(), version.to_owned(), address.to_owned());
        self.write(move |tx| {
            let known = tx.execute(
                "UPDATE hubs SET version = ?2, address = ?3, last_seen = ?4, connects = connects + 1 WHERE id = ?1",
                params![id.as_str(), version, address, now.as_microsecond()],
            )?;
            if known == 0 {
                return Ok(None);
            }
            let mut arrived = Arrived {
                displays: Vec::with_capacity(seen.len()),
                changed: Vec::new(),
            };
            for display in &seen {
                let (row, changed) = save_display(tx, &id, display)?;
                if changed {
                    arrived.changed.push(row.id.clone());
                }
                arrived.displays.push(row);
            }
            Ok(Some(arrived))
        })
        .await
    }

    /// Takes down when a hub went away.
    pub(crate) async fn hub_left(&self, id: &HubId, now: Timestamp) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            tx.execute(
                "UPDATE hubs SET last_seen = ?2 WHERE id = ?1",
                params![id.as_str(), now.as_microsecond()],
            )?;
            Ok(())
        })
        .await
    }

    /// Every display of every paired hub.
    pub(crate) async fn displays(&self) -> Result<Vec<Display>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(&format!("{SELECT_DISPLAY} ORDER BY hub, key"))?;
            let displays = statement.query_map([], display_from)?;
            Ok(displays.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn display(&self, id: &DisplayId) -> Result<Option<Display>, StoreError> {
        let id = id.clone();
        self.read(move |c| {
            let mut statement = c.prepare_cached(&format!("{SELECT_DISPLAY} WHERE id = ?1"))?;
            Ok(statement
                .query_row([id.as_str()], display_from)
                .optional()?)
        })
        .await
    }

    /// The displays that show a room, alone or among others.
    pub(crate) async fn displays_of_room(&self, room: &RoomId) -> Result<Vec<Display>, StoreError> {
        let room = room.clone();
        self.read(move |c| {
            let mut statement = c.prepare_cached(&format!(
                "{SELECT_DISPLAY} WHERE room = ?1 OR id IN (SELECT display FROM directory_rooms WHERE room = ?1)
                 ORDER BY hub, key"
            ))?;
            let displays = statement.query_map([room.as_str()], display_from)?;
            Ok(displays.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The zone of most rooms that are shown: what a display goes by that shows none. UTC while there are none.
    pub(crate) async fn house_zone(&self) -> Result<TimeZone, StoreError> {
        self.read(|c| {
            let zone: Option<String> = c
                .prepare_cached(
                    "SELECT zone FROM rooms JOIN displays ON displays.room = rooms.id
                     GROUP BY zone ORDER BY count(*) DESC, zone LIMIT 1",
                )?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(zone
                .and_then(|zone| TimeZone::get(&zone).ok())
                .unwrap_or(TimeZone::UTC))
        })
        .await
    }

    /// Links a display to a room, or to none.
    pub(crate) async fn link_display(
        &self,
        display: &DisplayId,
        room: Option<&RoomId>,
    ) -> Result<Result<(), NotLinked>, StoreError> {
        let (display, room) = (display.clone(), room.cloned());
        self.write(move |tx| {
            if let Some(room) = &room {
                let known: bool = tx.query_row(
                    "SELECT EXISTS (SELECT 1 FROM rooms WHERE id = ?1)",
                    [room.as_str()],
                    |row| row.get(0),
                )?;
                if !known {
                    return Ok(Err(NotLinked::UnknownRoom));
                }
            }
            let rows = tx.execute(
                "UPDATE displays SET room = ?2 WHERE id = ?1",
                params![display.as_str(), room.as_ref().map(RoomId::as_str)],
            )?;
            Ok(if rows == 1 {
                Ok(())
            } else {
                Err(NotLinked::UnknownDisplay)
            })
        })
        .await
    }

    /// Remembers what a hub said went wrong with a display.
    pub(crate) async fn display_problem(
        &self,
        id: &DisplayId,
        problem: &str,
    ) -> Result<(), StoreError> {
        let (id, problem) = (id.clone(), problem.to_owned());
        self.write(move |tx| {
            tx.execute(
                "UPDATE displays SET problem = ?2 WHERE id = ?1",
                params![id.as_str(), problem],
            )?;
            Ok(())
        })
        .await
    }
}

const SELECT_HUB: &str =
    "SELECT id, name, version, address, paired_at, last_seen, connects FROM hubs";

const SELECT_DISPLAY: &str =
    "SELECT id, hub, key, panel, room, shown_frame, shown_at, marked_since, problem, settings,
     battery_low FROM displays";

fn hub_from(row: &Row<'_>) -> rusqlite::Result<Hub> {
    Ok(Hub {
        id: parsed(row, 0)?,
        name: row.get(1)?,
        version: row.get(2)?,
        address: row.get(3)?,
        paired_at: instant(row, 4)?.unwrap_or_default(),
        last_seen: instant(row, 5)?,
        connects: row.get(6)?,
    })
}

fn display_from(row: &Row<'_>) -> rusqlite::Result<Display> {
    let frame: Option<FrameHash> = row.get(5)?;
    let at = instant(row, 6)?;
    let marked_since = instant(row, 7)?;
    Ok(Display {
        id: parsed(row, 0)?,
        hub: parsed(row, 1)?,
        key: row.get(2)?,
        panel: row.get(3)?,
        room: match row.get_ref(4)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(parsed(row, 4)?),
        },
        shown: frame.zip(at).map(|(frame, at)| Shown {
            frame,
            at,
            marked_since,
        }),
        problem: row.get(8)?,
        settings: settings_column(row, 9)?,
        battery_low: row.get(10)?,
    })
}

/// The display's row, and whether it is new or its panel is.
fn save_display(
    c: &Connection,
    hub: &HubId,
    seen: &SeenDisplay,
) -> Result<(Display, bool), StoreError> {
    let rows = c
        .prepare_cached(
            "INSERT INTO displays (id, hub, key, panel) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (hub, key) DO UPDATE SET panel = excluded.panel WHERE panel <> excluded.panel",
        )?
        .execute(params![seen.new_id.as_str(), hub.as_str(), seen.key, seen.panel])?;
    let row = c
        .prepare_cached(&format!("{SELECT_DISPLAY} WHERE hub = ?1 AND key = ?2"))?
        .query_row(params![hub.as_str(), seen.key], display_from)?;
    Ok((row, rows > 0))
}

/// The first column of all rows, each a thing with a text form.
pub(super) fn texts<T>(c: &Connection, sql: &str, parameter: &str) -> Result<Vec<T>, StoreError>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([parameter], |row| parsed(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A column that holds an id or another thing with a text form.
pub(super) fn parsed<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(index)?;
    text.parse().map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(e))
    })
}

/// A column of microseconds since 1970.
pub(super) fn instant(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    let stored: Option<i64> = row.get(index)?;
    stored
        .map(Timestamp::from_microsecond)
        .transpose()
        .map_err(|e| {
            rusqlite::Error::FromSqlConversionFailure(
                index,
                rusqlite::types::Type::Integer,
                Box::new(e),
            )
        })
}
