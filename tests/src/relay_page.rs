//! What the portal says under Relay.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::admin::Admin;
use crate::wait::eventually;

/// Whether the link stands.
pub fn connected(relay: &Value) -> bool {
    !relay["connected_since"].is_null()
}

impl Admin {
    /// Waits until the relay page is like this.
    ///
    /// # Errors
    ///
    /// Fails, with what the page says instead, when it never is.
    pub async fn relay_is(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Result<Value> {
        eventually(&format!("the relay page is {what}"), || async {
            let relay = self.get("relay").await?;
            ensure!(holds(&relay), "it is {relay}");
            Ok(Some(relay))
        })
        .await
    }

    /// Waits until the link to the relay stands.
    ///
    /// # Errors
    ///
    /// Fails when it never does.
    pub async fn relay_connects(&self) -> Result<Value> {
        self.relay_is("connected", connected).await
    }
}
