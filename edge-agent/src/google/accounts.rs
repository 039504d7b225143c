//! The accounts that signed in.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{info, warn};

use crate::news::News;
use crate::store::StoreError;

use super::{Google, RelaySide};

/// Disconnecting does not wait longer than this for Google: the tokens are forgotten here in any case.
const FAREWELL: Duration = Duration::from_secs(5);

/// An account, as the portal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountView {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) state: AccountState,
    /// Why organisers cannot be looked up in the directory with it.
    pub(crate) directory_problem: Option<String>,
    /// Whether it lists the organisation's rooms.
    pub(crate) lists_rooms: bool,
    /// When Google ends its permission by itself; `None` while that lasts.
    pub(crate) ends_at: Option<Timestamp>,
}

/// Whether an account works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AccountState {
    /// It does.
    Connected,
    /// Google no longer accepts the grant; its rooms keep showing what was last known, marked stale.
    Reconnect { why: String },
}

/// An account that has just signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectedAccount {
    pub(crate) id: String,
    pub(crate) email: String,
}

impl<R: RelaySide> Google<R> {
    /// Every account, by address.
    pub(crate) async fn accounts(&self) -> Result<Vec<AccountView>, StoreError> {
        let stored = self.inner.store.google_accounts().await?;
        let accounts = stored.into_iter().map(|account| AccountView {
            lists_rooms: account.may_list_rooms(),
            id: account.id,
            email: account.email,
            directory_problem: account.directory_problem,
            ends_at: account.ends_at,
            state: match account.reconnect {
                Some(why) => AccountState::Reconnect { why },
                None => AccountState::Connected,
            },
        });
        Ok(accounts.collect())
    }

    /// Stops the account's channels, gives its grant back to Google and forgets its tokens. Its rooms stay, so that
    /// their links are there when it is connected again. Answers whether there was such an account.
    ///
    /// That Google cannot be reached does not keep an account connected here.
    pub(crate) async fn disconnect(
        &self,
        account: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if tokio::time::timeout(FAREWELL, self.say_farewell(account, now))
            .await
            .is_err()
        {
            warn!(
                account,
                "Google did not answer in time; the grant may have to be removed by hand in the Google account"
            );
        }
        let known = self.inner.store.delete_google_account(account).await?;
        if known {
            info!(account, "the Google account was disconnected");
            self.inner.bus.send(News::IntegrationChanged);
        }
        Ok(known)
    }

    async fn say_farewell(&self, account: &str, now: Timestamp) {
        let Ok(Some(tokens)) = self.inner.store.google_tokens(account).await else {
            return;
        };
        // A channel of a dead grant would go on posting for days; it can only be stopped before.
        if let Some(access) = tokens.access.filter(|access| access.expires > now) {
            let channels = self.inner.store.channels().await.unwrap_or_default();
            for channel in channels.iter().filter(|channel| channel.account == account) {
                let Some(resource) = &channel.resource_id else {
                    continue;
                };
                if let Err(error) = self
                    .calendar()
                    .stop(&access.token, &channel.id, resource)
                    .await
                {
                    info!(channel.id, %error, "a watch channel was not stopped; it ends by itself");
                }
            }
        }
        let Some(oauth) = self.oauth() else { return };
        if let Err(error) = oauth.revoke(&tokens.refresh_token).await {
            warn!(account, %error, "the grant was not given back; remove it by hand in the Google account");
        }
    }
}
