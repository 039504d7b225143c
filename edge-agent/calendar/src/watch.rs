//! Channels: Google posts when a calendar changes.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::call_api;
use crate::client::Calendar;
use crate::error::Error;

/// What to open.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// The calendar to watch; `None` for the account's list of calendars.
    pub calendar_id: Option<&'a str>,
    /// Names the channel; unique, at most 64 characters.
    pub channel_id: &'a str,
    /// Where Google posts to; https.
    pub address: &'a str,
    /// Sent along with every post; at most 256 characters.
    pub token: &'a str,
    /// How long it should live; Google may give less.
    pub lifetime: Duration,
}

/// A channel that Google has opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedChannel {
    /// Google's name for what is watched, needed to stop the channel.
    pub resource_id: String,
    /// When it ends by itself, as Google says; nothing renews it.
    pub expires: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    resource_id: String,
    /// Milliseconds as text; read as a number, too.
    expiration: Option<Value>,
}

impl Calendar {
    /// Opens a channel for the events of a calendar, or for the list of calendars. Its first post may come before this returns.
    ///
    /// # Errors
    ///
    /// Fails when Google refuses, in particular the address ([`Error::NotPermitted`]). After an error of the way
    /// ([`Error::Transient`]) the channel may be open all the same; it then ends by itself.
    pub async fn watch(
        &self,
        access_token: &str,
        watch: &Watch<'_>,
    ) -> Result<OpenedChannel, Error> {
        let url = match watch.calendar_id {
            Some(id) => self
                .endpoints()
                .calendar(&["calendars", id, "events", "watch"]),
            None => self
                .endpoints()
                .calendar(&["users", "me", "calendarList", "watch"]),
        };
        let body = json!({
            "id": watch.channel_id,
            "type": "web_hook",
            "address": watch.address,
            "token": watch.token,
            "params": { "ttl": watch.lifetime.as_secs().to_string() },
        });
        let request = self.http().post(url).bearer_auth(access_token).json(&body);
        let answer: Answer = call_api(request)
            .await?
            .json("the request to watch a calendar")?;
        let milliseconds = answer.expiration.and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        });
        Ok(OpenedChannel {
            resource_id: answer.resource_id,
            expires: milliseconds.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        })
    }

    /// Closes a channel. One that Google does not have (any more) is closed.
    ///
    /// # Errors
    ///
    /// Fails when Google refuses or cannot be reached.
    pub async fn stop(
        &self,
        access_token: &str,
        channel_id: &str,
        resource_id: &str,
    ) -> Result<(), Error> {
        let url = self.endpoints().calendar(&["channels", "stop"]);
        let body = json!({ "id": channel_id, "resourceId": resource_id });
        match call_api(self.http().post(url).bearer_auth(access_token).json(&body)).await {
            Ok(_) | Err(Error::Gone { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
