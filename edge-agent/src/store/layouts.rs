//! Layouts of the building's own.

use edge_api::id::{DisplayId, LayoutId};
use edge_api::layouts::LayoutRef;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::displays::{instant, parsed, texts};
use super::{Store, StoreError};

/// A layout as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredLayout {
    pub(crate) id: LayoutId,
    pub(crate) name: String,
    pub(crate) document: String,
    /// Counts the saves.
    pub(crate) version: u64,
    pub(crate) saved_at: Timestamp,
}

/// A layout to be saved.
#[derive(Clone, Debug)]
pub(crate) struct NewLayout {
    pub(crate) id: LayoutId,
    pub(crate) name: String,
    pub(crate) document: String,
    /// What the saver has read; `None` for one that is new.
    pub(crate) replaces: Option<u64>,
}

/// Why a layout was not saved or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LayoutKept {
    /// There is none of that id.
    Unknown,
    /// Somebody has saved it since; this is its version now.
    Changed(u64),
    /// These displays show it.
    InUse(Vec<DisplayId>),
}

impl Store {
    /// Every layout of the building's own, by name.
    pub(crate) async fn layouts(&self) -> Result<Vec<StoredLayout>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(&format!("{SELECT} ORDER BY name, id"))?;
            let layouts = statement.query_map([], layout_from)?;
            Ok(layouts.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn layout(&self, id: &LayoutId) -> Result<Option<StoredLayout>, StoreError> {
        let id = id.clone();
        self.read(move |c| layout(c, &id)).await
    }

    /// Saves a layout, unless somebody else has saved it since it was read. Answers the displays that show it.
    pub(crate) async fn save_layout(
        &self,
        new: NewLayout,
        now: Timestamp,
    ) -> Result<Result<(StoredLayout, Vec<DisplayId>), LayoutKept>, StoreError> {
        self.write(move |tx| {
            let version = match (layout(tx, &new.id)?, new.replaces) {
                (None, None) => 0,
                (Some(before), Some(read)) if before.version == read => read,
                (Some(before), _) => return Ok(Err(LayoutKept::Changed(before.version))),
                (None, Some(_)) => return Ok(Err(LayoutKept::Unknown)),
            };
            let saved = StoredLayout {
                id: new.id,
                name: new.name,
                document: new.document,
                version: version + 1,
                saved_at: now,
            };
            tx.execute(
                "INSERT OR REPLACE INTO layouts (id, name, document, version, saved_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    saved.id.as_str(),
                    saved.name,
                    saved.document,
                    number(saved.version)?,
                    now.as_microsecond(),
                ],
            )?;
            let displays = displays_with(tx, &LayoutRef::Own(saved.id.clone()))?;
            Ok(Ok((saved, displays)))
        })
        .await
    }

    /// Deletes a layout that no display shows, if it still is what was read.
    pub(crate) async fn delete_layout(
        &self,
        id: &LayoutId,
        read: u64,
    ) -> Result<Result<StoredLayout, LayoutKept>, StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let Some(before) = layout(tx, &id)? else {
                return Ok(Err(LayoutKept::Unknown));
            };
            if before.version != read {
                return Ok(Err(LayoutKept::Changed(before.version)));
            }
            let displays = displays_with(tx, &LayoutRef::Own(id))?;
            if !displays.is_empty() {
                return Ok(Err(LayoutKept::InUse(displays)));
            }
            tx.execute("DELETE FROM layouts WHERE id = ?1", [before.id.as_str()])?;
            Ok(Ok(before))
        })
        .await
    }

    /// The displays that were set to a layout.
    pub(crate) async fn displays_with_layout(
        &self,
        layout: &LayoutRef,
    ) -> Result<Vec<DisplayId>, StoreError> {
        let layout = layout.clone();
        self.read(move |c| displays_with(c, &layout)).await
    }
}

const SELECT: &str = "SELECT id, name, document, version, saved_at FROM layouts";

/// Whether there is such a layout, asked in the transaction that is about to name it.
pub(super) fn is_known(c: &Connection, id: &LayoutId) -> Result<bool, StoreError> {
    Ok(layout(c, id)?.is_some())
}

fn layout(c: &Connection, id: &LayoutId) -> Result<Option<StoredLayout>, StoreError> {
    let mut statement = c.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    Ok(statement.query_row([id.as_str()], layout_from).optional()?)
}

fn layout_from(row: &Row<'_>) -> rusqlite::Result<StoredLayout> {
    Ok(StoredLayout {
        id: parsed(row, 0)?,
        name: row.get(1)?,
        document: row.get(2)?,
        version: row.get(3)?,
        saved_at: instant(row, 4)?.unwrap_or_default(),
    })
}

fn displays_with(c: &Connection, layout: &LayoutRef) -> Result<Vec<DisplayId>, StoreError> {
    texts(
        c,
        "SELECT id FROM displays WHERE settings ->> '$.layout' = ?1 ORDER BY hub, key",
        layout.as_str(),
    )
}

fn number(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|e| StoreError::corrupt("layout", e))
}
