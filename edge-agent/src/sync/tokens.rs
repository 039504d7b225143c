//! Access tokens: kept, renewed by one caller while the others wait, and declared dead once.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use google_calendar::Error;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use crate::google::{Google, RelaySide};
use crate::news::{Bus, News};
use crate::store::{Store, StoreError, StoredAccess, StoredTokens};

use super::dead_grant::likely_cause;

/// A token that ends sooner than this is not used any more: a list may take half a minute.
const MARGIN: SignedDuration = SignedDuration::from_mins(2);

/// Tokens are renewed this early when there is time, so that no announced change has to wait for it.
const EARLY: SignedDuration = SignedDuration::from_mins(12);

/// Why a call to Google was not made, or not answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("no Google app is saved; enter its client id and secret under Settings > Integration")]
    NoApp,
    #[error("the calendar is no longer read with a Google account; connect the account again")]
    NoAccount,
    #[error("the Google account must be connected again: {0}")]
    Reconnect(String),
    #[error(transparent)]
    Google(#[from] Error),
    #[error("the store")]
    Store(#[from] StoreError),
}

/// The tokens of all accounts; cheap to clone.
#[derive(Debug)]
pub(super) struct Tokens<R> {
    shared: Arc<Shared<R>>,
}

#[derive(Debug)]
struct Shared<R> {
    store: Store,
    google: Google<R>,
    bus: Bus,
    accounts: Mutex<HashMap<String, Arc<Slot>>>,
}

/// The lock makes one caller renew while the others wait for what it gets.
type Slot = tokio::sync::Mutex<Option<StoredAccess>>;

impl<R> Clone for Tokens<R> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<R: RelaySide> Tokens<R> {
    pub(super) fn new(store: Store, google: Google<R>, bus: Bus) -> Self {
        Self {
            shared: Arc::new(Shared {
                store,
                google,
                bus,
                accounts: Mutex::default(),
            }),
        }
    }

    /// Calls Google with a token of `account`; with a fresh one once more, if Google does not take the first.
    pub(super) async fn call<T, Answer>(
        &self,
        account: &str,
        call: impl Fn(String) -> Answer,
    ) -> Result<T, CallError>
    where
        Answer: Future<Output = Result<T, Error>>,
    {
        let token = self.get(account, MARGIN, None).await?;
        match call(token.clone()).await {
            Err(Error::TokenRejected) => {
                let fresh = self.get(account, MARGIN, Some(&token)).await?;
                Ok(call(fresh).await?)
            }
            other => Ok(other?),
        }
    }

    /// Renews tokens that end soon, of every account that works.
    pub(super) async fn keep_fresh(&self) {
        let Ok(accounts) = self.shared.store.google_accounts().await else {
            return;
        };
        for account in accounts
            .iter()
            .filter(|account| account.reconnect.is_none())
        {
            if let Err(error) = self.get(&account.id, EARLY, None).await {
                info!(account = account.id, %error, "an access token was not renewed ahead of time");
            }
        }
    }

    /// Forgets what is remembered, as after a sign-in; the store has what counts.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.shared
            .accounts
            .lock()
            .expect("nobody panics while holding the map of tokens")
    }

    async fn get(
        &self,
        account: &str,
        margin: SignedDuration,
        rejected: Option<&str>,
    ) -> Result<String, CallError> {
        let slot = Arc::clone(self.lock().entry(account.to_owned()).or_default());
        let mut slot = slot.lock().await;
        let good = |access: &StoredAccess| {
            rejected != Some(access.token.as_str()) && access.expires.duration_since(now()) > margin
        };
        if let Some(access) = slot.as_ref().filter(|access| good(access)) {
            return Ok(access.token.clone());
        }
        let stored = self
            .shared
            .store
            .google_tokens(account)
            .await?
            .ok_or(CallError::NoAccount)?;
        if let Some(why) = stored.reconnect {
            return Err(CallError::Reconnect(why));
        }
        let access = match stored.access.as_ref().filter(|access| good(access)) {
            Some(access) => access.clone(),
            None => self.renew(account, &stored).await?,
        };
        let token = access.token.clone();
        *slot = Some(access);
        Ok(token)
    }

    async fn renew(&self, account: &str, stored: &StoredTokens) -> Result<StoredAccess, CallError> {
        let oauth = self.shared.google.oauth().ok_or(CallError::NoApp)?;
        let asked = now();
        match oauth.refresh(&stored.refresh_token).await {
            Ok(tokens) => {
                let until = |lifetime| {
                    asked
                        .checked_add(SignedDuration::try_from(lifetime).ok()?)
                        .ok()
                };
                let access = StoredAccess {
                    token: tokens.access_token,
                    expires: until(tokens.expires_in).unwrap_or(asked),
                };
                let new_refresh = tokens.refresh_token.as_deref();
                let ends_at = tokens.refresh_expires_in.and_then(until);
                self.shared
                    .store
                    .save_access(account, &access, new_refresh, ends_at)
                    .await?;
                Ok(access)
            }
            Err(Error::Reauthorise { reason }) => {
                let why = likely_cause(&reason, stored.connected_at, stored.ends_at, now());
                if self.shared.store.must_reconnect(account, &why).await? {
                    warn!(
                        account,
                        reason, "Google no longer accepts the grant of an account"
                    );
                    self.shared.bus.send(News::IntegrationChanged);
                }
                Err(CallError::Reconnect(why))
            }
            Err(other) => Err(other.into()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tokens end by the clock of the wall"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
