//! Sign-ins that wait for Google's answer.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::store::{Store, StoreError};

/// A sign-in under way, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredFlow {
    pub(crate) id: String,
    pub(crate) cookie_hash: [u8; 32],
    pub(crate) session_hash: [u8; 32],
    /// Sealed for this flow.
    pub(crate) secrets: Vec<u8>,
    pub(crate) expires_at: Timestamp,
    pub(crate) progress: FlowProgress,
}

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowProgress {
    /// Waiting for Google's answer.
    Open,
    /// The code was sent to Google, which takes it once: not to be tried again.
    Redeeming,
    /// The grant is stored, or was refused for good.
    Done,
}

impl FlowProgress {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Redeeming => "redeeming",
            Self::Done => "done",
        }
    }
}

impl Store {
    /// Stores a new sign-in and forgets the expired ones.
    pub(crate) async fn save_flow(
        &self,
        flow: StoredFlow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "DELETE FROM google_flows WHERE expires_at <= ?1",
                [now.as_microsecond()],
            )?;
            tx.execute(
                "INSERT INTO google_flows (id, cookie_hash, session_hash, secrets, expires_at, progress)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    flow.id,
                    flow.cookie_hash,
                    flow.session_hash,
                    flow.secrets,
                    flow.expires_at.as_microsecond(),
                    flow.progress.as_str(),
                ],
            )?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn flow(&self, id: &str) -> Result<Option<StoredFlow>, StoreError> {
        let id = id.to_owned();
        self.read(move |c| {
            let row = c
                .query_row(
                    "SELECT cookie_hash, session_hash, secrets, expires_at, progress
                     FROM google_flows WHERE id = ?1",
                    [&id],
                    |row| {
                        Ok((
                            row.get(0)?,
                            row.get(1)?,
                            row.get(2)?,
                            row.get::<_, i64>(3)?,
                            row.get::<_, String>(4)?,
                        ))
                    },
                )
                .optional()?;
            let Some((cookie_hash, session_hash, secrets, expires, progress)) = row else {
                return Ok(None);
            };
            Ok(Some(StoredFlow {
                id,
                cookie_hash,
                session_hash,
                secrets,
                expires_at: Timestamp::from_microsecond(expires)
                    .map_err(|e| StoreError::corrupt("expiry of a sign-in", e))?,
                progress: match progress.as_str() {
                    "open" => FlowProgress::Open,
                    "redeeming" => FlowProgress::Redeeming,
                    _ => FlowProgress::Done,
                },
            }))
        })
        .await
    }

    /// Moves a sign-in on, if it is where the caller believes it is; of two callers one is told no.
    pub(crate) async fn advance_flow(
        &self,
        id: &str,
        from: FlowProgress,
        to: FlowProgress,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let moved = tx.execute(
                "UPDATE google_flows SET progress = ?3 WHERE id = ?1 AND progress = ?2",
                params![id, from.as_str(), to.as_str()],
            )?;
            Ok(moved == 1)
        })
        .await
    }
}
