//! What displays and rooms are set to, and the pictures that displays show.

use std::sync::Arc;

use edge_api::id::{DisplayId, RoomId};
use edge_api::layouts::LayoutRef;
use edge_api::settings::{DisplaySettings, RoomSettings, Shows};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;

use super::super::{Store, StoreError, layouts};

/// What is not known, so that a display was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSet {
    Display,
    /// One of the directory.
    Room,
    Layout,
}

impl Store {
    /// Replaces the settings of a display. Layouts and rooms that they name have to be there.
    pub(crate) async fn set_display(
        &self,
        display: &DisplayId,
        settings: DisplaySettings,
    ) -> Result<Result<(), NotSet>, StoreError> {
        let display = display.clone();
        let text = to_json(&settings)?;
        self.write(move |tx| {
            if let Some(LayoutRef::Own(layout)) = &settings.layout
                && !layouts::is_known(tx, layout)?
            {
                return Ok(Err(NotSet::Layout));
            }
            let listed = match &settings.shows {
                Shows::Directory { rooms, .. } => rooms.as_slice(),
                Shows::Room | Shows::Picture => &[],
            };
            for room in listed {
                if !is_room(tx, room)? {
                    return Ok(Err(NotSet::Room));
                }
            }
            let changed = tx.execute(
                "UPDATE displays SET settings = ?2 WHERE id = ?1",
                params![display.as_str(), text],
            )?;
            if changed == 0 {
                return Ok(Err(NotSet::Display));
            }
            tx.execute(
                "DELETE FROM directory_rooms WHERE display = ?1",
                [display.as_str()],
            )?;
            for room in listed {
                tx.execute(
                    "INSERT OR IGNORE INTO directory_rooms (display, room) VALUES (?1, ?2)",
                    params![display.as_str(), room.as_str()],
                )?;
            }
            Ok(Ok(()))
        })
        .await
    }

    /// Replaces what the signs of a room speak. Says whether there is such a room.
    pub(crate) async fn set_room(
        &self,
        room: &RoomId,
        settings: &RoomSettings,
    ) -> Result<bool, StoreError> {
        let (room, text) = (room.clone(), to_json(settings)?);
        self.write(move |tx| {
            let changed = tx.execute(
                "UPDATE rooms SET settings = ?2 WHERE id = ?1",
                params![room.as_str(), text],
            )?;
            Ok(changed == 1)
        })
        .await
    }

    /// Keeps the picture that a display shows, or lets go of it. Says whether there is such a display.
    pub(crate) async fn set_picture(
        &self,
        display: &DisplayId,
        file: Option<Vec<u8>>,
    ) -> Result<bool, StoreError> {
        let display = display.clone();
        self.write(move |tx| {
            match file {
                Some(file) => tx.execute(
                    "INSERT OR REPLACE INTO pictures (display, file) SELECT id, ?2 FROM displays WHERE id = ?1",
                    params![display.as_str(), file],
                )?,
                None => tx.execute("DELETE FROM pictures WHERE display = ?1", [display.as_str()])?,
            };
            let known: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM displays WHERE id = ?1)",
                [display.as_str()],
                |row| row.get(0),
            )?;
            Ok(known)
        })
        .await
    }

    /// The file of the picture that a display shows.
    pub(crate) async fn picture(
        &self,
        display: &DisplayId,
    ) -> Result<Option<Arc<[u8]>>, StoreError> {
        let display = display.clone();
        self.read(move |c| {
            let file: Option<Vec<u8>> = c
                .prepare_cached("SELECT file FROM pictures WHERE display = ?1")?
                .query_row([display.as_str()], |row| row.get(0))
                .optional()?;
            Ok(file.map(Into::into))
        })
        .await
    }
}

/// A column of settings.
pub(in crate::store) fn settings_column<T: DeserializeOwned>(
    row: &Row<'_>,
    index: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(e)))
}

fn to_json(settings: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|e| StoreError::corrupt("set of settings", e))
}

fn is_room(c: &Connection, room: &RoomId) -> Result<bool, StoreError> {
    Ok(c.query_row(
        "SELECT EXISTS (SELECT 1 FROM rooms WHERE id = ?1)",
        [room.as_str()],
        |row| row.get(0),
    )?)
}
