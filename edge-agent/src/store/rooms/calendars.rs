//! Calendars that become rooms: those on an account's list, those of the organisation, and those that somebody added.

use edge_api::id::RoomId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{Store, StoreError};

/// Where a room is, as the organisation's administrators have entered it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) building: Option<String>,
    pub(crate) floor: Option<String>,
    pub(crate) capacity: Option<u32>,
}

/// A calendar as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenCalendar {
    /// Used when the calendar is new.
    pub(crate) new_id: RoomId,
    pub(crate) calendar_id: String,
    pub(crate) name: String,
    pub(crate) zone: String,
    /// Where it is; `None` where nobody may know, which leaves what is known.
    pub(crate) place: Option<Place>,
}

impl Store {
    /// Keeps a calendar that is on no list: somebody has added it by its address. Answers its room.
    pub(crate) async fn add_calendar(
        &self,
        account: &str,
        seen: SeenCalendar,
    ) -> Result<RoomId, StoreError> {
        let account = account.to_owned();
        self.write(move |tx| {
            save_calendar(tx, &account, &seen)?;
            tx.execute(
                "UPDATE rooms SET added = 1 WHERE calendar_id = ?1",
                [&seen.calendar_id],
            )?;
            let id: String = tx.query_row(
                "SELECT id FROM rooms WHERE calendar_id = ?1",
                [&seen.calendar_id],
                |row| row.get(0),
            )?;
            id.parse()
                .map_err(|e| StoreError::corrupt("id of a room", e))
        })
        .await
    }

    /// Takes an account's whole list of calendars: new ones become rooms, known ones get their name and zone, and those
    /// that it no longer sees are let go of: they stay while a display is linked, so that its link is not lost.
    /// Answers the rooms whose name or zone is new.
    pub(crate) async fn save_calendars(
        &self,
        account: &str,
        seen: Vec<SeenCalendar>,
    ) -> Result<Vec<RoomId>, StoreError> {
        let account = account.to_owned();
        self.write(move |tx| {
            let mut changed = Vec::new();
            for calendar in &seen {
                changed.extend(save_calendar(tx, &account, calendar)?);
            }
            forget_unseen(tx, &account, &seen)?;
            Ok(changed)
        })
        .await
    }
}

/// Answers the room if a sign has to be drawn anew.
fn save_calendar(
    c: &Connection,
    account: &str,
    seen: &SeenCalendar,
) -> Result<Option<RoomId>, StoreError> {
    let known = c
        .prepare_cached("SELECT id, name, zone FROM rooms WHERE calendar_id = ?1")?
        .query_row([&seen.calendar_id], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
            ))
        })
        .optional()?;
    let place = seen.place.clone().unwrap_or_default();
    let Some((id, name, zone)) = known else {
        c.prepare_cached(
            "INSERT INTO rooms (id, account, calendar_id, name, zone, building, floor, capacity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            seen.new_id.as_str(),
            account,
            seen.calendar_id,
            seen.name,
            seen.zone,
            place.building,
            place.floor,
            place.capacity,
        ])?;
        return Ok(Some(seen.new_id.clone()));
    };
    // A calendar that two accounts see stays with the one that it is already read with, while that one works.
    c.prepare_cached(
        "UPDATE rooms SET name = ?2, zone = ?3, account =
             CASE WHEN EXISTS (SELECT 1 FROM google_accounts a WHERE a.id = rooms.account AND a.reconnect IS NULL)
                  THEN account ELSE ?4 END
         WHERE id = ?1",
    )?
    .execute(params![id, seen.name, seen.zone, account])?;
    if seen.place.is_some() {
        c.prepare_cached(
            "UPDATE rooms SET building = ?2, floor = ?3, capacity = ?4 WHERE id = ?1",
        )?
        .execute(params![id, place.building, place.floor, place.capacity])?;
    }
    if name == seen.name && zone == seen.zone {
        return Ok(None);
    }
    let id = id
        .parse()
        .map_err(|e| StoreError::corrupt("id of a room", e))?;
    Ok(Some(id))
}

fn forget_unseen(c: &Connection, account: &str, seen: &[SeenCalendar]) -> Result<(), StoreError> {
    let mut statement = c.prepare_cached(
        "SELECT id, calendar_id, EXISTS (SELECT 1 FROM displays WHERE displays.room = rooms.id)
             OR EXISTS (SELECT 1 FROM directory_rooms WHERE directory_rooms.room = rooms.id)
         FROM rooms WHERE account = ?1 AND added = 0",
    )?;
    let rows = statement.query_map([account], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, bool>(2)?,
        ))
    })?;
    for row in rows.collect::<Result<Vec<_>, _>>()? {
        let (id, calendar_id, linked) = row;
        if !linked && !seen.iter().any(|s| s.calendar_id == calendar_id) {
            c.execute("DELETE FROM rooms WHERE id = ?1", [&id])?;
        }
    }
    Ok(())
}
