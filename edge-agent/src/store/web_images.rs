//! Images that layouts name by address, as they were fetched.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::displays::instant;
use super::{Store, StoreError};

/// What is known of an image on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WebImage {
    /// `None` while none has come.
    pub(crate) file: Option<Arc<[u8]>>,
    /// When it was last asked for.
    pub(crate) tried_at: Timestamp,
    /// Why the last try failed, in words.
    pub(crate) problem: Option<String>,
}

impl Store {
    /// What is known of the image at an address; `None` when nobody has asked for it yet.
    pub(crate) async fn web_image(&self, uri: &str) -> Result<Option<WebImage>, StoreError> {
        let uri = uri.to_owned();
        self.read(move |c| {
            Ok(
                c.prepare_cached("SELECT file, tried_at, problem FROM web_images WHERE uri = ?1")?
                    .query_row([uri], |row| {
                        Ok(WebImage {
                            file: row.get::<_, Option<Vec<u8>>>(0)?.map(Into::into),
                            tried_at: instant(row, 1)?.unwrap_or_default(),
                            problem: row.get(2)?,
                        })
                    })
                    .optional()?,
            )
        })
        .await
    }

    /// Takes down what came of asking for an image. One that came earlier stays when a later try fails.
    pub(crate) async fn save_web_image(
        &self,
        uri: &str,
        outcome: Result<Vec<u8>, String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let uri = uri.to_owned();
        let (file, problem) = match outcome {
            Ok(file) => (Some(file), None),
            Err(problem) => (None, Some(problem)),
        };
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO web_images (uri, file, tried_at, problem) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (uri) DO UPDATE SET file = coalesce(?2, file), tried_at = ?3, problem = ?4",
                params![uri, file, now.as_microsecond(), problem],
            )?;
            Ok(())
        })
        .await
    }
}
