//! Tokens for scripts. A row holds only the hash of the secret.

use edge_api::users::Token;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::activity::{self, Deed};
use super::{time, users};
use crate::store::{Store, StoreError};

const COLUMNS: &str = "id, name, role, created_by, created_at, expires_at, last_used";

impl Store {
    /// Every token, the newest first.
    pub(crate) async fn api_tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.read(|c| {
            let sql = format!("SELECT {COLUMNS} FROM api_token ORDER BY created_at DESC, id");
            let mut statement = c.prepare(&sql)?;
            let rows = statement.query_map([], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The token with this secret, if it has not expired.
    pub(crate) async fn api_token(
        &self,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<Token>, StoreError> {
        self.read(move |c| {
            let sql =
                format!("SELECT {COLUMNS} FROM api_token WHERE hash = ?1 AND expires_at > ?2");
            let found = c.query_row(&sql, params![hash, now.as_microsecond()], read);
            Ok(found.optional()?)
        })
        .await
    }

    /// Keeps a token, and records it.
    pub(crate) async fn keep_api_token(
        &self,
        hash: [u8; 32],
        token: Token,
        deed: Deed,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO api_token (hash, id, name, role, created_by, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    hash,
                    token.id,
                    token.name,
                    token.role.as_str(),
                    token.created_by,
                    token.created_at.as_microsecond(),
                    token.expires_at.as_microsecond()
                ],
            )?;
            activity::insert(tx, &deed)
        })
        .await
    }

    /// Deletes a token, and records it; `false` if there is none such.
    pub(crate) async fn delete_api_token(
        &self,
        id: String,
        deed: Deed,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let deleted = tx.execute("DELETE FROM api_token WHERE id = ?1", [id])?;
            if deleted == 1 {
                activity::insert(tx, &deed)?;
            }
            Ok(deleted == 1)
        })
        .await
    }

    /// Notes that a token was used.
    pub(crate) async fn touch_api_token(
        &self,
        id: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE api_token SET last_used = max(ifnull(last_used, 0), ?2) WHERE id = ?1",
                params![id, now.as_microsecond()],
            )?;
            Ok(())
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Token> {
    let used: Option<i64> = row.get(6)?;
    Ok(Token {
        id: row.get(0)?,
        name: row.get(1)?,
        role: users::role(row, 2)?,
        created_by: row.get(3)?,
        created_at: time(row, 4)?,
        expires_at: time(row, 5)?,
        last_used: used.map(|_| time(row, 6)).transpose()?,
    })
}
