//! What somebody can find out about a running world from outside.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;

use crate::admin::client;
use crate::world::World;

/// A hub's plan, as far as stories look at it.
#[derive(Deserialize)]
struct Plan {
    /// In order of time.
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    from: Timestamp,
    /// The frame's hash.
    frame: serde_json::Value,
}

impl World {
    /// How often the agent has listed events so far.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn listings(&self) -> Result<usize> {
        let requests = self.calendar.requests().await?;
        let lists_events = |r: &&serde_json::Value| {
            r["method"] == "GET"
                && r["path"]
                    .as_str()
                    .is_some_and(|p| p.starts_with("/calendar/") && p.ends_with("/events"))
        };
        Ok(requests.iter().filter(lists_events).count())
    }

    /// Posts to a webhook address as Google does, with a token of one's own.
    ///
    /// # Errors
    ///
    /// Fails when the relay does not answer.
    pub async fn post_webhook(
        &self,
        address: &str,
        channel: &str,
        token: &str,
        number: u64,
    ) -> Result<StatusCode> {
        let answer = client(&self.authority.certificate, &self.stage.places.names())?
            .post(address)
            .header("X-Goog-Channel-ID", channel)
            .header("X-Goog-Channel-Token", token)
            .header("X-Goog-Message-Number", number)
            .header("X-Goog-Resource-State", "exists")
            .header("X-Goog-Resource-ID", "resource")
            .header(
                "X-Goog-Resource-URI",
                "https://www.googleapis.com/calendar/v3/calendars/x/events",
            )
            .send()
            .await?;
        Ok(answer.status())
    }

    /// Whether a hub has a picture of the room for an instant. Until the agent has drawn the whole day, a plan says for
    /// the instants that are not drawn yet what it says at its own end: that nothing is known.
    ///
    /// # Errors
    ///
    /// Fails when the hub has no plan on disk, or it is not what a hub writes.
    pub fn is_planned(&self, hub: &str, key: &str, instant: Timestamp) -> Result<bool> {
        let plan: Plan = serde_json::from_slice(&fs::read(self.plan_file(hub, key))?)?;
        let then = plan.steps.iter().rfind(|step| step.from <= instant);
        let nothing_known = plan.steps.last();
        Ok(match (then, nothing_known) {
            (Some(then), Some(nothing_known)) => then.frame != nothing_known.frame,
            _ => false,
        })
    }

    /// Where a hub keeps a display's plan.
    pub fn plan_file(&self, hub: &str, key: &str) -> PathBuf {
        self.hub_data(hub).join("shelf").join(key).join("plan.json")
    }

    /// The folder of the agent's data.
    pub fn agent_data(&self) -> PathBuf {
        self.stage.agent_data()
    }

    /// The folder of the relay's data.
    pub fn relay_data(&self) -> PathBuf {
        self.stage.folder.join("relay")
    }

    /// The folder of a hub's data.
    pub fn hub_data(&self, name: &str) -> PathBuf {
        self.stage.folder.join("hubs").join(name)
    }

    /// The folder of the programs' logs.
    pub fn logs(&self) -> PathBuf {
        self.stage.logs()
    }
}
