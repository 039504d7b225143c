//! Who is signed in. A row holds only the hash of the token that the browser's cookie has.

use edge_api::activity::Action;
use edge_api::users::Role;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::activity::{self, Deed};
use super::time;
use super::users::{self, UserRow};
use crate::store::{Store, StoreError};

/// A session to open.
#[derive(Clone, Debug)]
pub(crate) struct NewSession {
    pub(crate) token_hash: [u8; 32],
    pub(crate) now: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
}

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRow {
    pub(crate) token_hash: [u8; 32],
    /// The user's name.
    pub(crate) name: String,
    /// What the user may do now.
    pub(crate) role: Role,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
}

impl SessionRow {
    /// Names the session to people and to those who bind something to it, without being of use to sign in with.
    pub(crate) fn public_name(&self) -> String {
        blake3::hash(&self.token_hash).to_hex().to_string()
    }
}

/// Which sessions count as live: opened after one instant and used after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alive {
    pub(crate) created_after: Timestamp,
    pub(crate) seen_after: Timestamp,
}

const COLUMNS: &str = "token_hash, name, session.created_at, last_seen, address, user_agent, role";
const LIVE: &str = "session.created_at > ?1 AND last_seen > ?2";

impl Store {
    /// Signs `user` in, records it and forgets sessions that are dead.
    pub(crate) async fn open_session(
        &self,
        user: UserRow,
        session: NewSession,
        alive: Alive,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                &format!("DELETE FROM session WHERE NOT ({LIVE})"),
                params![
                    alive.created_after.as_microsecond(),
                    alive.seen_after.as_microsecond()
                ],
            )?;
            insert(tx, user.id, &session)?;
            let deed = Deed {
                at: session.now,
                who: user.name,
                action: Action::SignedIn,
                subject: String::new(),
                address: Some(session.address),
                was: None,
                became: None,
            };
            activity::insert(tx, &deed)
        })
        .await
    }

    /// The live session with this token.
    pub(crate) async fn session(
        &self,
        token_hash: [u8; 32],
        alive: Alive,
    ) -> Result<Option<SessionRow>, StoreError> {
        self.read(move |c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM session JOIN admin ON admin.id = admin WHERE {LIVE} AND token_hash = ?3"
            );
            let bounds = params![
                alive.created_after.as_microsecond(),
                alive.seen_after.as_microsecond(),
                token_hash
            ];
            Ok(c.query_row(&sql, bounds, read).optional()?)
        })
        .await
    }

    /// Every live session, the newest first.
    pub(crate) async fn sessions(&self, alive: Alive) -> Result<Vec<SessionRow>, StoreError> {
        self.read(move |c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM session JOIN admin ON admin.id = admin WHERE {LIVE} \
                 ORDER BY session.created_at DESC"
            );
            let bounds = params![
                alive.created_after.as_microsecond(),
                alive.seen_after.as_microsecond()
            ];
            let mut statement = c.prepare(&sql)?;
            let rows = statement.query_map(bounds, read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Notes that a session was used.
    pub(crate) async fn touch_session(
        &self,
        token_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE session SET last_seen = max(last_seen, ?2) WHERE token_hash = ?1",
                params![token_hash, now.as_microsecond()],
            )?;
            Ok(())
        })
        .await
    }

    /// Ends a session and records it.
    pub(crate) async fn end_session(
        &self,
        token_hash: [u8; 32],
        deed: Deed,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute("DELETE FROM session WHERE token_hash = ?1", [token_hash])?;
            activity::insert(tx, &deed)
        })
        .await
    }
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    admin: i64,
    session: &NewSession,
) -> Result<(), StoreError> {
    let now = session.now.as_microsecond();
    tx.execute(
        "INSERT INTO session (token_hash, admin, created_at, last_seen, address, user_agent)
         VALUES (?1, ?2, ?3, ?3, ?4, ?5)",
        params![
            session.token_hash,
            admin,
            now,
            session.address,
            session.user_agent
        ],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        token_hash: row.get(0)?,
        name: row.get(1)?,
        created_at: time(row, 2)?,
        last_seen: time(row, 3)?,
        address: row.get(4)?,
        user_agent: row.get(5)?,
        role: users::role(row, 6)?,
    })
}
