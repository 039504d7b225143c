//! Announcements: a text on some displays until a time.

use edge_api::id::{AnnouncementId, DisplayId};
use edge_api::settings::{Announce, Announcement};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::displays::{instant, parsed, texts};
use super::{Store, StoreError};

impl Store {
    /// Keeps an announcement, and lets go of those that have ended. Answers `None` when a display is unknown: nothing
    /// is announced then.
    pub(crate) async fn announce(
        &self,
        announcement: Announcement,
        now: Timestamp,
    ) -> Result<Option<Announcement>, StoreError> {
        self.write(move |tx| {
            let says = &announcement.says;
            for display in &says.displays {
                let known: bool = tx.query_row(
                    "SELECT EXISTS (SELECT 1 FROM displays WHERE id = ?1)",
                    [display.as_str()],
                    |row| row.get(0),
                )?;
                if !known {
                    return Ok(None);
                }
            }
            tx.execute("DELETE FROM announcements WHERE until <= ?1", [now.as_microsecond()])?;
            tx.execute(
                "INSERT INTO announcements (id, title, text, until) VALUES (?1, ?2, ?3, ?4)",
                params![announcement.id.as_str(), says.title, says.text, says.until.as_microsecond()],
            )?;
            for display in &says.displays {
                tx.execute(
                    "INSERT OR IGNORE INTO announcement_displays (announcement, display) VALUES (?1, ?2)",
                    params![announcement.id.as_str(), display.as_str()],
                )?;
            }
            Ok(Some(announcement))
        })
        .await
    }

    /// Takes an announcement back. Answers what it was; `None` when there is none, or not any more.
    pub(crate) async fn withdraw(
        &self,
        id: &AnnouncementId,
    ) -> Result<Option<Announcement>, StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let found = select(tx, "WHERE id = ?1", &id.as_str())?.pop();
            tx.execute("DELETE FROM announcements WHERE id = ?1", [id.as_str()])?;
            Ok(found)
        })
        .await
    }

    /// Those that have not ended, the one that ends first at the front.
    pub(crate) async fn announcements(
        &self,
        now: Timestamp,
    ) -> Result<Vec<Announcement>, StoreError> {
        self.read(move |c| {
            select(
                c,
                "WHERE until > ?1 ORDER BY until, id",
                &now.as_microsecond(),
            )
        })
        .await
    }

    /// Those of one display, the newest first; they may have ended.
    pub(crate) async fn announcements_on(
        &self,
        display: &DisplayId,
    ) -> Result<Vec<Announcement>, StoreError> {
        let display = display.clone();
        self.read(move |c| {
            select(
                c,
                "WHERE id IN (SELECT announcement FROM announcement_displays WHERE display = ?1) ORDER BY id DESC",
                &display.as_str(),
            )
        })
        .await
    }
}

fn select(
    c: &Connection,
    which: &str,
    parameter: &dyn rusqlite::ToSql,
) -> Result<Vec<Announcement>, StoreError> {
    let mut found = c
        .prepare_cached(&format!(
            "SELECT id, title, text, until FROM announcements {which}"
        ))?
        .query_map([parameter], announcement_from)?
        .collect::<Result<Vec<_>, _>>()?;
    for announcement in &mut found {
        announcement.says.displays = texts(
            c,
            "SELECT display FROM announcement_displays WHERE announcement = ?1 ORDER BY display",
            announcement.id.as_str(),
        )?;
    }
    Ok(found)
}

fn announcement_from(row: &Row<'_>) -> rusqlite::Result<Announcement> {
    Ok(Announcement {
        id: parsed(row, 0)?,
        says: Announce {
            title: row.get(1)?,
            text: row.get(2)?,
            until: instant(row, 3)?.unwrap_or_default(),
            displays: Vec::new(),
        },
    })
}
