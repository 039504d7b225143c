//! Who may use the portal, who is signed in, who did what, and what the portal settled once.

mod activity;
mod identity;
mod sessions;
mod tokens;
mod users;

use edge_api::users::Role;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};

pub(crate) use self::activity::Deed;
pub(super) use self::activity::insert as record_deed;
pub(crate) use self::identity::{StoredCertificate, StoredIdentity};
pub(crate) use self::sessions::{Alive, NewSession, SessionRow};
pub(crate) use self::users::{NewUserRow, UserConflict, UserRow};
use super::{Store, StoreError};

impl Store {
    /// Whether there is an admin. Another process may change that at any time (`admin reset`).
    pub(crate) async fn is_claimed(&self) -> Result<bool, StoreError> {
        self.read(|c| Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM admin)", [], |row| row.get(0))?))
            .await
    }

    /// Makes the first user, an owner, signed in with `session`, and records it. Gives `false`, and does nothing, when there
    /// is one already.
    pub(crate) async fn claim(
        &self,
        name: String,
        password_hash: String,
        session: NewSession,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let claimed: bool =
                tx.query_row("SELECT EXISTS (SELECT 1 FROM admin)", [], |row| row.get(0))?;
            if claimed {
                return Ok(false);
            }
            let owner = NewUserRow {
                name: name.clone(),
                role: Role::Owner,
                password_hash,
            };
            let admin = users::insert(tx, &owner, session.now)?;
            let deed = Deed {
                at: session.now,
                who: name,
                action: edge_api::activity::Action::Claimed,
                subject: String::new(),
                address: Some(session.address.clone()),
                was: None,
                became: None,
            };
            sessions::insert(tx, admin, &session)?;
            activity::insert(tx, &deed)?;
            Ok(true)
        })
        .await
    }

    /// Removes every admin and so ends every session, and records it: the agent is unclaimed again. Gives how many
    /// sessions ended.
    pub(crate) async fn reset_admins(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |tx| {
            let ended = tx.execute("DELETE FROM session", [])?;
            let admins = tx.execute("DELETE FROM admin", [])?;
            let deed = Deed {
                at: now,
                who: "console".to_owned(),
                action: edge_api::activity::Action::AdminReset,
                subject: format!("{admins} admins, {ended} sessions"),
                address: None,
                was: None,
                became: None,
            };
            activity::insert(tx, &deed)?;
            Ok(ended)
        })
        .await
    }

    /// The port that the first start settled on.
    pub(crate) async fn https_port(&self) -> Result<Option<u16>, StoreError> {
        self.read(|c| {
            let found = c.query_row(
                "SELECT value FROM portal_setting WHERE key = 'https_port'",
                [],
                |row| {
                    let text: String = row.get(0)?;
                    text.parse().map_err(|e| {
                        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e))
                    })
                },
            );
            Ok(found.optional()?)
        })
        .await
    }

    /// Settles the port: browsers, bookmarks and the relay know the portal by it.
    pub(crate) async fn settle_https_port(&self, port: u16) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO portal_setting (key, value) VALUES ('https_port', ?1) ON CONFLICT (key) DO NOTHING",
                [port.to_string()],
            )?;
            Ok(())
        })
        .await
    }
}

/// Reads a time from a column of microseconds.
fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let micros = row.get(column)?;
    Timestamp::from_microsecond(micros)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(e)))
}

#[cfg(test)]
mod tests;
