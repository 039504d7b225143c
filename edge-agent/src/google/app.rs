//! The OAuth client that the administrator made in Google's console.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::info;

use crate::news::News;
use crate::store::{StoreError, StoredApp};

use super::{Google, RelaySide};

/// Longer than any id or secret of Google's, in bytes.
const LONGEST: usize = 512;

/// The saved app, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoogleApp {
    pub(crate) client_id: String,
    /// The console project's id, where a `client_secret.json` told it.
    pub(crate) project: Option<String>,
}

/// Why an app was not saved; the one saved before stays.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveAppError {
    #[error(
        "the client id is empty; copy it from Google's console, under APIs & Services > Credentials"
    )]
    NoClientId,
    #[error(
        "the client secret is empty; copy it from Google's console, or create a new one there if it is not shown any more"
    )]
    NoSecret,
    #[error(
        "client id and client secret seem to have been exchanged; the id ends in .apps.googleusercontent.com"
    )]
    Exchanged,
    #[error("the {0} holds a space or is longer than any of Google's; copy it again, alone")]
    Malformed(&'static str),
    #[error("the app could not be saved")]
    Store(#[from] StoreError),
}

impl<R: RelaySide> Google<R> {
    /// The saved app; `None` before the first.
    pub(crate) fn app(&self) -> Option<GoogleApp> {
        let app = self.inner.app.load_full()?;
        Some(GoogleApp {
            client_id: app.client_id.clone(),
            project: app.project.clone(),
        })
    }

    /// Saves the app. An empty secret keeps the saved one, if the client id is the same.
    pub(crate) async fn save_app(
        &self,
        client_id: &str,
        client_secret: &str,
        project: Option<String>,
        now: Timestamp,
    ) -> Result<(), SaveAppError> {
        let app = self.checked(client_id.trim(), client_secret.trim(), project)?;
        self.inner.store.save_google_app(&app, now).await?;
        info!(client_id = app.client_id, "the Google app was saved");
        self.inner.app.store(Some(Arc::new(app)));
        self.inner.bus.send(News::IntegrationChanged);
        Ok(())
    }

    fn checked(
        &self,
        client_id: &str,
        client_secret: &str,
        project: Option<String>,
    ) -> Result<StoredApp, SaveAppError> {
        if client_id.is_empty() {
            return Err(SaveAppError::NoClientId);
        }
        if client_secret.ends_with(".apps.googleusercontent.com")
            || client_id.starts_with("GOCSPX-")
        {
            return Err(SaveAppError::Exchanged);
        }
        let malformed = |text: &str| text.len() > LONGEST || text.contains(char::is_whitespace);
        if malformed(client_id) {
            return Err(SaveAppError::Malformed("client id"));
        }
        if malformed(client_secret) {
            return Err(SaveAppError::Malformed("client secret"));
        }
        let same = self
            .inner
            .app
            .load_full()
            .filter(|saved| saved.client_id == client_id);
        let client_secret = match (client_secret, &same) {
            ("", Some(saved)) => saved.client_secret.clone(),
            ("", None) => return Err(SaveAppError::NoSecret),
            (secret, _) => secret.to_owned(),
        };
        Ok(StoredApp {
            client_id: client_id.to_owned(),
            client_secret,
            project: project.or_else(|| same.and_then(|saved| saved.project.clone())),
        })
    }
}
