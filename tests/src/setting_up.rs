//! What a person does to set a world up.

use anyhow::{Context, Result};
use serde_json::json;

use crate::admin::Admin;
use crate::process::{output_of, text};
use crate::programs::path;
use crate::world::World;

/// The stand-in's OAuth client that the admin enters under Google App.
pub const CLIENT_ID: &str = "471108152342-placard.apps.googleusercontent.com";
/// Its secret.
pub const CLIENT_SECRET: &str = "stand-in-client-secret";

impl World {
    /// An admin with a browser of their own, not signed in, at `origin`.
    ///
    /// # Errors
    ///
    /// Fails when the run's certificate cannot be read.
    pub fn admin_at(&self, origin: &str) -> Result<Admin> {
        Admin::new(
            origin,
            &self.authority.certificate,
            &self.stage.places.names(),
        )
    }

    /// The first admin: claims the agent, and connects relay and Google.
    ///
    /// # Errors
    ///
    /// Fails at the first step that is refused, and says which.
    pub async fn connected_admin(&self) -> Result<Admin> {
        let mut admin = self.admin_at(&self.portal)?;
        admin.claim(&self.setup_token().await?).await?;
        admin.enrol(&self.relay_base, &self.invite().await?).await?;
        self.register_client(&[admin.redirect_uri().await?]).await?;
        admin.save_google_app(CLIENT_ID, CLIENT_SECRET).await?;
        admin.connect_google().await?;
        Ok(admin)
    }

    /// Pairs every hub of the plan by the code that it shows.
    ///
    /// # Errors
    ///
    /// Fails when a hub shows no code or the agent refuses it.
    pub async fn pair_all(&mut self, admin: &mut Admin) -> Result<()> {
        for hub in self.plan.hubs.clone() {
            let code = self.pairing_code(&hub.name).await?;
            admin.pair(&code, &hub.name).await?;
            self.hub(&hub.name)?.says("connected").await?;
        }
        Ok(())
    }

    /// Tells the stand-in of the OAuth client, as an admin does in Google's console; with no redirect URI at first,
    /// because an agent has one only when it is enrolled.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn register_client(&self, redirect_uris: &[String]) -> Result<()> {
        self.calendar
            .register_client(&json!({
                "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": redirect_uris,
            }))
            .await
    }

    /// The token that claims the agent, as `edge-agent setup-token` prints it on the console.
    ///
    /// # Errors
    ///
    /// Fails when the agent was claimed already.
    pub async fn setup_token(&self) -> Result<String> {
        let data = self.agent_data();
        let printed = output_of("edge-agent", &["setup-token", "--data", path(&data)?]).await?;
        printed
            .split_whitespace()
            .last()
            .map(str::to_owned)
            .context("`edge-agent setup-token` printed nothing")
    }

    /// A fresh one-time invite of the relay, for the host owner.
    ///
    /// # Errors
    ///
    /// Fails when the relay's command does.
    pub async fn invite(&self) -> Result<String> {
        let printed = if self.relay_is_deployed() {
            output_of("cloud-relay-admin", &["invite", "--host-owner"]).await?
        } else {
            let data = self.relay_data();
            let arguments = ["invite", "--data", path(&data)?, "--host-owner"];
            output_of("cloud-relay-local", &arguments).await?
        };
        printed
            .split_whitespace()
            .last()
            .map(str::to_owned)
            .context("the relay's `invite` printed nothing")
    }

    /// The code that an unpaired hub shows.
    ///
    /// # Errors
    ///
    /// Fails when it shows none.
    pub async fn pairing_code(&mut self, hub: &str) -> Result<String> {
        text(&self.hub(hub)?.says("pairing_code").await?, "pairing_code")
    }
}
