//! Which copy of the agent this database serves, and whether it has given way to another one.

use hub_link::wire::Generation;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::super::{Store, StoreError};
use super::instant;
use super::plans::{newest, take_epoch};

/// A copy of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgentCopy {
    /// Drawn once for each data folder, and not part of a backup.
    pub(crate) instance: Vec<u8>,
    /// Whether it may still take a place from another copy.
    pub(crate) may_claim: bool,
    /// Since when another copy has its place.
    pub(crate) passive_since: Option<Timestamp>,
}

impl Store {
    /// The copy that runs on this database, whose instance is `instance`. A database that another one has served was
    /// restored: every plan gets a new epoch, and a claim.
    pub(crate) async fn begin_copy(&self, instance: Vec<u8>) -> Result<AgentCopy, StoreError> {
        self.write(move |tx| {
            let known = read(tx)?;
            if let Some(known) = known.filter(|known| known.instance == instance) {
                return Ok(known);
            }
            let restored =
                tx.query_row("SELECT EXISTS (SELECT 1 FROM copy)", [], |row| row.get(0))?;
            if restored {
                take_epoch(tx, newest(tx)?.epoch.saturating_add(1))?;
            }
            let copy = AgentCopy {
                instance,
                may_claim: true,
                passive_since: None,
            };
            write(tx, &copy)?;
            Ok(copy)
        })
        .await
    }

    /// The copy, and the newest generation that it has made.
    pub(crate) async fn copy(&self) -> Result<(AgentCopy, Generation), StoreError> {
        self.read(|c| {
            let copy = read(c)?.ok_or_else(|| StoreError::corrupt("copy", "there is none"))?;
            Ok((copy, newest(c)?))
        })
        .await
    }

    /// A hub was served: from now on, whoever else serves hubs came later, and goes on.
    pub(crate) async fn has_served(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("UPDATE copy SET may_claim = 0 WHERE may_claim = 1", [])?;
            Ok(())
        })
        .await
    }

    /// Every plan gets a generation of `epoch`, if that is newer than what there is. Says whether it was.
    pub(crate) async fn raise_epoch(&self, epoch: u64) -> Result<bool, StoreError> {
        self.write(move |tx| {
            if newest(tx)?.epoch >= epoch {
                return Ok(false);
            }
            take_epoch(tx, epoch)?;
            Ok(true)
        })
        .await
    }

    /// Another copy has this one's place.
    pub(crate) async fn give_way(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE copy SET passive_since = ?1 WHERE passive_since IS NULL",
                [now.as_microsecond()],
            )?;
            Ok(())
        })
        .await
    }

    /// An administrator wants this copy to serve in the place of whichever does: a new epoch, and a claim.
    pub(crate) async fn take_over(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            take_epoch(tx, newest(tx)?.epoch.saturating_add(1))?;
            tx.execute("UPDATE copy SET passive_since = NULL, may_claim = 1", [])?;
            Ok(())
        })
        .await
    }
}

fn read(c: &rusqlite::Connection) -> Result<Option<AgentCopy>, StoreError> {
    let sql = "SELECT instance, may_claim, passive_since FROM copy";
    let copy = c.query_row(sql, [], |row| {
        Ok(AgentCopy {
            instance: row.get(0)?,
            may_claim: row.get(1)?,
            passive_since: instant(row, 2)?,
        })
    });
    Ok(copy.optional()?)
}

fn write(tx: &Transaction<'_>, copy: &AgentCopy) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO copy (only, instance, may_claim, passive_since) VALUES (1, ?1, ?2, ?3)",
        params![
            copy.instance,
            copy.may_claim,
            copy.passive_since.map(Timestamp::as_microsecond)
        ],
    )?;
    Ok(())
}
