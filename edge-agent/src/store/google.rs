//! The Google app and accounts, with their secrets sealed.

mod flows;
mod people;

pub(crate) use self::flows::*;
pub(in crate::store) use self::people::name_organisers;

use std::fmt;

use google_calendar::oauth::ROOMS_SCOPE;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::displays::instant;
use super::{Store, StoreError};

/// The OAuth client made in Google's console.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredApp {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// The console project's id, where a `client_secret.json` told it.
    pub(crate) project: Option<String>,
}

/// An account as it is shown; no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredAccount {
    pub(crate) id: String,
    pub(crate) email: String,
    /// What it allowed, separated by spaces.
    pub(crate) scopes: String,
    /// Why it must be connected again; `None` while it works.
    pub(crate) reconnect: Option<String>,
    /// Why organisers cannot be looked up in the directory with it; `None` while they can.
    pub(crate) directory_problem: Option<String>,
    /// When Google ends the grant by itself; `None` while it lasts.
    pub(crate) ends_at: Option<Timestamp>,
}

impl StoredAccount {
    /// Whether it may list the organisation's rooms.
    pub(crate) fn may_list_rooms(&self) -> bool {
        self.scopes.split(' ').any(|scope| scope == ROOMS_SCOPE)
    }
}

/// What Google gave for an account that has just signed in.
#[derive(Clone)]
pub(crate) struct NewGrant {
    /// Used when the account is new.
    pub(crate) new_id: String,
    /// Google's own id of the account.
    pub(crate) subject: String,
    pub(crate) email: String,
    pub(crate) scopes: String,
    pub(crate) refresh_token: String,
    pub(crate) access: StoredAccess,
    pub(crate) at: Timestamp,
    /// When Google ends the grant by itself, where it has said so.
    pub(crate) ends_at: Option<Timestamp>,
}

/// A short-lived access token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredAccess {
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
}

/// What calls to Google are made with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredTokens {
    pub(crate) refresh_token: String,
    pub(crate) access: Option<StoredAccess>,
    pub(crate) reconnect: Option<String>,
    pub(crate) connected_at: Timestamp,
    pub(crate) ends_at: Option<Timestamp>,
}

impl Store {
    pub(crate) async fn google_app(&self) -> Result<Option<StoredApp>, StoreError> {
        let row = self
            .read(|c| {
                let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                let sql = "SELECT client_id, client_secret, project FROM google_app";
                Ok(c.query_row(sql, [], columns).optional()?)
            })
            .await?;
        let Some((client_id, sealed, project)) = row else {
            return Ok(None);
        };
        let sealed: Vec<u8> = sealed;
        Ok(Some(StoredApp {
            client_id,
            client_secret: self.open_text(APP_SECRET, &sealed)?,
            project,
        }))
    }

    pub(crate) async fn save_google_app(
        &self,
        app: &StoredApp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let secret = self.seal(APP_SECRET, app.client_secret.as_bytes());
        let app = app.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT OR REPLACE INTO google_app (only, client_id, client_secret, project, saved_at)
                 VALUES (1, ?1, ?2, ?3, ?4)",
                params![app.client_id, secret, app.project, now.as_microsecond()],
            )?;
            Ok(())
        })
        .await
    }

    /// Every account, by address.
    pub(crate) async fn google_accounts(&self) -> Result<Vec<StoredAccount>, StoreError> {
        self.read(|c| {
            let mut statement = c.prepare_cached(
                "SELECT id, email, reconnect, directory_problem, scopes, ends_at FROM google_accounts ORDER BY email",
            )?;
            let accounts = statement.query_map([], |row| {
                Ok(StoredAccount {
                    id: row.get(0)?,
                    email: row.get(1)?,
                    reconnect: row.get(2)?,
                    directory_problem: row.get(3)?,
                    scopes: row.get(4)?,
                    ends_at: instant(row, 5)?,
                })
            })?;
            Ok(accounts.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Takes a new grant, for a new account or one that is known by its subject, and closes the sign-in that brought
    /// it: both or neither. Answers the account's id.
    pub(crate) async fn save_grant(
        &self,
        flow_id: &str,
        grant: NewGrant,
    ) -> Result<String, StoreError> {
        let store = self.clone();
        let flow_id = flow_id.to_owned();
        self.write(move |tx| {
            let known: Option<String> = tx
                .query_row(
                    "SELECT id FROM google_accounts WHERE subject = ?1",
                    [&grant.subject],
                    |row| row.get(0),
                )
                .optional()?;
            let id = known.unwrap_or(grant.new_id);
            let refresh = store.seal(&refresh_aad(&id), grant.refresh_token.as_bytes());
            let access = store.seal(&access_aad(&id), grant.access.token.as_bytes());
            tx.execute(
                "INSERT INTO google_accounts
                     (id, subject, email, scopes, refresh_token, access_token, access_expires, reconnect, connected_at,
                      ends_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8, ?9)
                 ON CONFLICT (id) DO UPDATE SET email = ?3, scopes = ?4, refresh_token = ?5, access_token = ?6,
                     access_expires = ?7, reconnect = NULL, connected_at = ?8, ends_at = ?9",
                params![
                    id,
                    grant.subject,
                    grant.email,
                    grant.scopes,
                    refresh,
                    access,
                    grant.access.expires.as_microsecond(),
                    grant.at.as_microsecond(),
                    grant.ends_at.map(Timestamp::as_microsecond),
                ],
            )?;
            tx.execute("UPDATE google_flows SET progress = 'done' WHERE id = ?1", [&flow_id])?;
            Ok(id)
        })
        .await
    }

    pub(crate) async fn google_tokens(
        &self,
        account: &str,
    ) -> Result<Option<StoredTokens>, StoreError> {
        struct Columns {
            refresh: Vec<u8>,
            access: Option<Vec<u8>>,
            expires: Option<Timestamp>,
            reconnect: Option<String>,
            connected_at: Option<Timestamp>,
            ends_at: Option<Timestamp>,
        }
        let id = account.to_owned();
        let row: Option<Columns> = self
            .read(move |c| {
                let sql = "SELECT refresh_token, access_token, access_expires, reconnect, connected_at, ends_at
                           FROM google_accounts WHERE id = ?1";
                let columns = |row: &Row<'_>| {
                    Ok(Columns {
                        refresh: row.get(0)?,
                        access: row.get(1)?,
                        expires: instant(row, 2)?,
                        reconnect: row.get(3)?,
                        connected_at: instant(row, 4)?,
                        ends_at: instant(row, 5)?,
                    })
                };
                Ok(c.prepare_cached(sql)?.query_row([id], columns).optional()?)
            })
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let access = match row.access.zip(row.expires) {
            Some((sealed, expires)) => Some(StoredAccess {
                token: self.open_text(&access_aad(account), &sealed)?,
                expires,
            }),
            None => None,
        };
        Ok(Some(StoredTokens {
            refresh_token: self.open_text(&refresh_aad(account), &row.refresh)?,
            access,
            reconnect: row.reconnect,
            connected_at: row.connected_at.unwrap_or(Timestamp::UNIX_EPOCH),
            ends_at: row.ends_at,
        }))
    }

    /// Takes a refreshed access token, and the new refresh token and the grant's end where Google told them.
    pub(crate) async fn save_access(
        &self,
        account: &str,
        access: &StoredAccess,
        refresh_token: Option<&str>,
        ends_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let id = account.to_owned();
        let expires = access.expires.as_microsecond();
        let access = self.seal(&access_aad(account), access.token.as_bytes());
        let refresh = refresh_token.map(|token| self.seal(&refresh_aad(account), token.as_bytes()));
        self.write(move |tx| {
            tx.execute(
                "UPDATE google_accounts SET access_token = ?2, access_expires = ?3,
                                            refresh_token = coalesce(?4, refresh_token),
                                            ends_at = coalesce(?5, ends_at)
                 WHERE id = ?1",
                params![
                    id,
                    access,
                    expires,
                    refresh,
                    ends_at.map(Timestamp::as_microsecond)
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The grant is dead; says why in words. Answers whether that is news.
    pub(crate) async fn must_reconnect(
        &self,
        account: &str,
        why: &str,
    ) -> Result<bool, StoreError> {
        let (id, why) = (account.to_owned(), why.to_owned());
        self.write(move |tx| {
            let changed = tx.execute(
                "UPDATE google_accounts SET reconnect = ?2, access_token = NULL, access_expires = NULL
                 WHERE id = ?1 AND reconnect IS NOT ?2",
                params![id, why],
            )?;
            Ok(changed > 0)
        })
        .await
    }

    /// Forgets an account and its tokens. Its rooms stay, without an account, and keep showing what was last known.
    /// Answers whether there was one.
    pub(crate) async fn delete_google_account(&self, account: &str) -> Result<bool, StoreError> {
        let id = account.to_owned();
        self.write(move |tx| {
            tx.execute("DELETE FROM watch_channels WHERE account = ?1", [&id])?;
            Ok(tx.execute("DELETE FROM google_accounts WHERE id = ?1", [&id])? > 0)
        })
        .await
    }

    fn open_text(&self, aad: &str, sealed: &[u8]) -> Result<String, StoreError> {
        String::from_utf8(self.unseal(aad, sealed)?)
            .map_err(|e| StoreError::corrupt("secret", e.utf8_error()))
    }
}

/// Sealed values name their row and column, so that one put elsewhere does not open.
const APP_SECRET: &str = "google-app-1/client-secret";

fn refresh_aad(account: &str) -> String {
    format!("google-account-1/{account}/refresh-token")
}

fn access_aad(account: &str) -> String {
    format!("google-account-1/{account}/access-token")
}

impl fmt::Debug for StoredApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredApp")
            .field("client_id", &self.client_id)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for NewGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewGrant")
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredAccess")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredTokens")
            .field("access", &self.access)
            .field("reconnect", &self.reconnect)
            .finish_non_exhaustive()
    }
}
