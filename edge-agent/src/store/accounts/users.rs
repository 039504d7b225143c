//! Everybody who may sign in, with roles and second factors.

use edge_api::users::Role;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::activity::{self, Deed};
use super::time;
use crate::store::{Store, StoreError};

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UserRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// PHC string.
    pub(crate) password_hash: String,
    pub(crate) created_at: Timestamp,
    /// Secret of the authenticator, as it is sealed.
    factor: Option<Vec<u8>>,
    /// Counts the changes.
    pub(crate) version: i64,
}

impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl UserRow {
    /// Whether signing in takes a code.
    pub(crate) fn has_factor(&self) -> bool {
        self.factor.is_some()
    }
}

/// Somebody to be.
#[derive(Clone, Debug)]
pub(crate) struct NewUserRow {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) password_hash: String,
}

/// Why a change to a user was not made; nothing of it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserConflict {
    /// There is no such user, or not any more.
    Gone,
    /// Somebody else has that name.
    NameTaken,
    /// Somebody changed the user since.
    Changed,
    /// Nobody would be left who may do everything.
    LastOwner,
}

const COLUMNS: &str = "id, name, role, password_hash, created_at, factor, version";

impl Store {
    /// The user of that name; capitals do not matter.
    pub(crate) async fn user_by_name(&self, name: String) -> Result<Option<UserRow>, StoreError> {
        self.read(move |c| {
            let sql = format!("SELECT {COLUMNS} FROM admin WHERE name = ?1");
            Ok(c.query_row(&sql, [name], read).optional()?)
        })
        .await
    }

    /// The user with that id.
    pub(crate) async fn user(&self, id: i64) -> Result<Option<UserRow>, StoreError> {
        self.read(move |c| find(c, id)).await
    }

    /// Everybody, by name.
    pub(crate) async fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        self.read(|c| {
            let sql = format!("SELECT {COLUMNS} FROM admin ORDER BY name");
            let mut statement = c.prepare(&sql)?;
            let rows = statement.query_map([], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Makes a user, and records it.
    pub(crate) async fn make_user(
        &self,
        user: NewUserRow,
        deed: Deed,
    ) -> Result<Result<UserRow, UserConflict>, StoreError> {
        self.write(move |tx| {
            if name_taken(tx, &user.name, None)? {
                return Ok(Err(UserConflict::NameTaken));
            }
            let id = insert(tx, &user, deed.at)?;
            activity::insert(tx, &deed)?;
            Ok(find(tx, id)?.ok_or(UserConflict::Gone))
        })
        .await
    }

    /// Changes name and role of the user with `id`, if its version is still `version`, and records it.
    pub(crate) async fn change_user(
        &self,
        id: i64,
        version: i64,
        name: String,
        role: Role,
        deed: Deed,
    ) -> Result<Result<UserRow, UserConflict>, StoreError> {
        self.write(move |tx| {
            let Some(before) = find(tx, id)? else {
                return Ok(Err(UserConflict::Gone));
            };
            if before.version != version {
                return Ok(Err(UserConflict::Changed));
            }
            if name_taken(tx, &name, Some(id))? {
                return Ok(Err(UserConflict::NameTaken));
            }
            if role != Role::Owner && is_last_owner(tx, &before)? {
                return Ok(Err(UserConflict::LastOwner));
            }
            tx.execute(
                "UPDATE admin SET name = ?2, role = ?3, version = version + 1 WHERE id = ?1",
                params![id, name, role.as_str()],
            )?;
            activity::insert(tx, &deed)?;
            Ok(find(tx, id)?.ok_or(UserConflict::Gone))
        })
        .await
    }

    /// Removes a user with all sessions, and records it.
    pub(crate) async fn remove_user(
        &self,
        id: i64,
        deed: Deed,
    ) -> Result<Result<(), UserConflict>, StoreError> {
        self.write(move |tx| {
            let Some(user) = find(tx, id)? else {
                return Ok(Err(UserConflict::Gone));
            };
            if is_last_owner(tx, &user)? {
                return Ok(Err(UserConflict::LastOwner));
            }
            tx.execute("DELETE FROM admin WHERE id = ?1", [id])?;
            activity::insert(tx, &deed)?;
            Ok(Ok(()))
        })
        .await
    }

    /// Sets a user's password, ends all sessions of the user but `keep`, and records it.
    pub(crate) async fn set_password(
        &self,
        id: i64,
        password_hash: String,
        keep: Option<[u8; 32]>,
        deed: Deed,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE admin SET password_hash = ?2, version = version + 1 WHERE id = ?1",
                params![id, password_hash],
            )?;
            tx.execute(
                "DELETE FROM session WHERE admin = ?1 AND token_hash IS NOT ?2",
                params![id, keep],
            )?;
            activity::insert(tx, &deed)
        })
        .await
    }

    /// The secret of a user's authenticator.
    pub(crate) fn factor_secret(&self, user: &UserRow) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = user.factor.as_ref();
        let opened = sealed.map(|sealed| self.unseal(&aad(user.id), sealed));
        Ok(opened.transpose()?)
    }

    /// From now on signing in takes a code of the authenticator with this `secret`, or one of the recovery codes; with
    /// `None`, the password only. Records it.
    pub(crate) async fn set_factor(
        &self,
        id: i64,
        secret: Option<Vec<u8>>,
        recovery: Vec<[u8; 32]>,
        deed: Deed,
    ) -> Result<(), StoreError> {
        let sealed = secret.map(|secret| self.seal(&aad(id), &secret));
        self.write(move |tx| {
            tx.execute(
                "UPDATE admin SET factor = ?2, factor_step = 0, version = version + 1 WHERE id = ?1",
                params![id, sealed],
            )?;
            tx.execute("DELETE FROM recovery_code WHERE admin = ?1", [id])?;
            for hash in recovery {
                tx.execute(
                    "INSERT INTO recovery_code (admin, hash) VALUES (?1, ?2)",
                    params![id, hash],
                )?;
            }
            activity::insert(tx, &deed)
        })
        .await
    }

    /// Uses a code of an authenticator up, and all before it; `false` if that was done already.
    pub(crate) async fn use_factor_step(&self, id: i64, step: i64) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let used = tx.execute(
                "UPDATE admin SET factor_step = ?2 WHERE id = ?1 AND factor_step < ?2",
                [id, step],
            )?;
            Ok(used == 1)
        })
        .await
    }

    /// Uses a recovery code up; `false` if there is none such.
    pub(crate) async fn use_recovery_code(
        &self,
        id: i64,
        hash: [u8; 32],
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let used = tx.execute(
                "DELETE FROM recovery_code WHERE admin = ?1 AND hash = ?2",
                params![id, hash],
            )?;
            Ok(used == 1)
        })
        .await
    }
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    user: &NewUserRow,
    now: Timestamp,
) -> Result<i64, StoreError> {
    tx.execute(
        "INSERT INTO admin (name, role, password_hash, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![
            user.name,
            user.role.as_str(),
            user.password_hash,
            now.as_microsecond()
        ],
    )?;
    Ok(tx.last_insert_rowid())
}

/// Reads a role from its column.
pub(super) fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let word: String = row.get(column)?;
    let found = Role::ALL.iter().find(|role| role.as_str() == word);
    found.copied().ok_or_else(|| {
        let problem = format!("{word} is not a role").into();
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, problem)
    })
}

fn find(c: &Connection, id: i64) -> Result<Option<UserRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM admin WHERE id = ?1");
    Ok(c.query_row(&sql, [id], read).optional()?)
}

fn name_taken(c: &Connection, name: &str, but: Option<i64>) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM admin WHERE name = ?1 AND id IS NOT ?2)";
    Ok(c.query_row(sql, params![name, but], |row| row.get(0))?)
}

fn is_last_owner(c: &Connection, user: &UserRow) -> Result<bool, StoreError> {
    if user.role != Role::Owner {
        return Ok(false);
    }
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM admin WHERE role = 'owner' AND id <> ?1)";
    Ok(c.query_row(sql, [user.id], |row| row.get(0))?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        id: row.get(0)?,
        name: row.get(1)?,
        role: role(row, 2)?,
        password_hash: row.get(3)?,
        created_at: time(row, 4)?,
        factor: row.get(5)?,
        version: row.get(6)?,
    })
}

fn aad(id: i64) -> String {
    format!("admin/{id}/factor/1")
}
