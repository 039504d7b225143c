//! The way from nothing to a connected account: what is to be done, and whether it is done.
//!
//! [`verdict`] how a test ends · [`domain`] what Google means by an authorised domain (pure) · [`steps`] the steps with their values (pure) ·
//! [`relay_host`] whether the relay's public host is this agent's relay · [`trials`] the other tests.

mod domain;
mod relay_host;
mod steps;
#[cfg(test)]
mod tests;
mod trials;
mod verdict;

pub(crate) use self::steps::{Facts, steps};
pub(crate) use self::verdict::ProvenHost;

use edge_api::guide::{Obstacle, TestResult};
use jiff::Timestamp;

use super::{Google, RelaySide};
use crate::store::StoreError;

impl<R: RelaySide> Google<R> {
    /// What the steps depend on.
    pub(crate) async fn guide_facts(&self) -> Result<Facts, StoreError> {
        let accounts = self.inner.store.google_accounts().await?;
        let app = self.app();
        Ok(Facts {
            redirect_uri: self.inner.relay.redirect_uri(),
            host_proven: self.host_is_proven(),
            project: app.as_ref().and_then(|app| app.project.clone()),
            has_app: app.is_some(),
            connected: accounts.iter().any(|account| account.reconnect.is_none()),
        })
    }

    /// Why no account can be connected now. Tries the relay's public host when that has not passed its test yet.
    pub(crate) async fn obstacle(&self, now: Timestamp) -> Option<Obstacle> {
        let obstacle = |what: &str, action: &str, page: &str| {
            Some(Obstacle {
                what: what.to_owned(),
                action: action.to_owned(),
                page: page.to_owned(),
            })
        };
        const RELAY: &str = "/settings/relay";
        if self.inner.relay.redirect_uri().is_none() {
            return obstacle(
                "No relay is set up, and Google needs a public one to send the browser back to.",
                "Set the relay up under Settings > Relay.",
                RELAY,
            );
        }
        if self.inner.app.load().is_none() {
            return obstacle(
                "No Google app is saved.",
                "Enter its client id and secret under Google App > Edit.",
                "/settings/integration",
            );
        }
        let TestResult {
            passed,
            what,
            action,
        } = self.host_as_last_tried(now).await;
        if passed {
            return None;
        }
        obstacle(&what, &action.unwrap_or_default(), RELAY)
    }
}
