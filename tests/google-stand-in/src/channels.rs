//! Watch channels: who wants to be told about what, and the numbers of the notices.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::data::calendar::Body;
use crate::error::ApiError;
use crate::random;

/// Google's default.
const DEFAULT_TTL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Not documented by Google; thirty days were seen.
const LONGEST_TTL: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a channel is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The events of the calendar with this id.
    Events(String),
    /// The calendar list.
    CalendarList,
}

impl Topic {
    /// The collection's path below the service.
    fn path(&self) -> String {
        match self {
            Self::Events(id) => {
                let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
                format!("/calendar/v3/calendars/{id}/events")
            }
            Self::CalendarList => "/calendar/v3/users/me/calendarList".to_owned(),
        }
    }
}

/// One notice on its way.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) address: Url,
    pub(crate) channel: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Timestamp,
    pub(crate) resource_id: String,
    pub(crate) resource_uri: String,
    pub(crate) state: &'static str,
    pub(crate) number: u64,
}

#[derive(Debug)]
struct Channel {
    topic: Topic,
    notice: Notice,
}

/// Every open channel.
#[derive(Debug, Default)]
pub(crate) struct Channels(BTreeMap<String, Channel>);

impl Channels {
    /// Opens the channel that `request` asks for. Returns Google's answer and the `sync` notice.
    ///
    /// # Errors
    ///
    /// Google's 400 for an address that is not HTTPS, an id that is taken or malformed, a token that is too long.
    pub(crate) fn open(
        &mut self,
        topic: Topic,
        request: &Body,
        base: &str,
        now: Timestamp,
    ) -> Result<(Value, Notice), ApiError> {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let id = text("id").ok_or_else(|| ApiError::required("entity.id is required."))?;
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_+/=".contains(&b);
        if id.is_empty() || id.len() > 64 || !id.bytes().all(allowed) {
            return Err(ApiError::new(
                400,
                "global",
                "channelIdInvalid",
                "Channel id must match [A-Za-z0-9\\-_\\+/=]{1,64}.",
            ));
        }
        if !matches!(text("type"), Some("web_hook" | "webhook")) {
            return Err(ApiError::new(
                400,
                "global",
                "channelUnknownType",
                "Unknown channel type.",
            ));
        }
        if text("token").is_some_and(|token| token.len() > 256) {
            return Err(ApiError::new(
                400,
                "global",
                "channelTokenTooLong",
                "Channel token is longer than 256 characters.",
            ));
        }
        let address = address(text("address").unwrap_or(""))?;
        let known = self.0.get(id).is_some_and(|c| c.notice.expires > now);
        if known {
            return Err(ApiError::new(
                400,
                "global",
                "channelIdNotUnique",
                format!("Channel id {id} not unique"),
            ));
        }
        let path = topic.path();
        let notice = Notice {
            address,
            channel: id.to_owned(),
            token: text("token").map(str::to_owned),
            expires: expiration(request, now)?,
            resource_id: random::base32hex(&Sha256::digest(&path)[..27]),
            resource_uri: format!("{base}{path}?alt=json"),
            state: "sync",
            number: 1,
        };
        let mut answer = json!({
            "kind": "api#channel", "id": notice.channel, "resourceId": notice.resource_id,
            "resourceUri": notice.resource_uri, "expiration": notice.expires.as_millisecond().to_string(),
        });
        if let Some(token) = &notice.token {
            answer["token"] = json!(token);
        }
        let channel = Channel {
            topic,
            notice: notice.clone(),
        };
        self.0.insert(id.to_owned(), channel);
        Ok((answer, notice))
    }

    /// Closes a channel.
    ///
    /// # Errors
    ///
    /// 404 unless id and resource id belong together.
    pub(crate) fn close(&mut self, id: &str, resource_id: &str) -> Result<(), ApiError> {
        let open = self
            .0
            .get(id)
            .is_some_and(|c| c.notice.resource_id == resource_id);
        if !open {
            return Err(ApiError::new(
                404,
                "global",
                "notFound",
                format!("Channel '{id}' not found for project"),
            ));
        }
        self.0.remove(id);
        Ok(())
    }

    /// The next notice for each live channel on `topic`; numbers rise but not by one, as Google's do.
    pub(crate) fn notices(&mut self, topic: &Topic, now: Timestamp) -> Vec<Notice> {
        self.0.retain(|_, channel| channel.notice.expires > now);
        self.0
            .values_mut()
            .filter(|channel| channel.topic == *topic)
            .map(|channel| {
                channel.notice.number += random::up_to(200);
                channel.notice.state = "exists";
                channel.notice.clone()
            })
            .collect()
    }

    /// For tests: what is open.
    pub(crate) fn show(&self) -> Vec<Value> {
        self.0
            .values()
            .map(|c| {
                json!({
                    "id": c.notice.channel, "address": c.notice.address.as_str(), "resource_id": c.notice.resource_id,
                    "resource_uri": c.notice.resource_uri, "expires": c.notice.expires, "number": c.notice.number,
                })
            })
            .collect()
    }
}

/// Google wants HTTPS. Plain HTTP is let through to this machine only, for tests without certificates.
fn address(text: &str) -> Result<Url, ApiError> {
    let refused =
        |reason, what: &str| ApiError::new(400, "global", reason, format!("{what}: {text}"));
    let url = Url::parse(text)
        .map_err(|_| refused("push.webhookUrlInvalid", "Invalid WebHook callback"))?;
    let local = url
        .host_str()
        .is_some_and(|host| host == "127.0.0.1" || host == "localhost");
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        return Ok(url);
    }
    Err(refused(
        "push.webhookUrlNotHttps",
        "WebHook callback must be HTTPS",
    ))
}

/// `expiration` in milliseconds or `params.ttl` in seconds, as text or number.
fn expiration(request: &Body, now: Timestamp) -> Result<Timestamp, ApiError> {
    let number = |value: Option<&Value>, name: &'static str| match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_i64()
            .or_else(|| value.as_str()?.parse().ok())
            .map(Some)
            .ok_or_else(|| ApiError::invalid(name, format!("Invalid value for {name}: {value}"))),
    };
    let ttl = number(request.get("params").and_then(|p| p.get("ttl")), "ttl")?;
    let asked = match (number(request.get("expiration"), "expiration")?, ttl) {
        (Some(at), _) => Timestamp::from_millisecond(at)
            .map_err(|_| ApiError::invalid("expiration", "Invalid expiration."))?,
        (None, Some(ttl)) => now
            .checked_add(SignedDuration::from_secs(ttl))
            .map_err(|_| ApiError::invalid("ttl", "Invalid ttl."))?,
        (None, None) => now + DEFAULT_TTL,
    };
    if asked <= now {
        return Err(ApiError::invalid(
            "expiration",
            "The expiration lies in the past.",
        ));
    }
    Ok(asked.min(now + LONGEST_TTL))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(channels: &mut Channels, request: Value) -> Result<(Value, Notice), ApiError> {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let topic = Topic::Events("a@b".into());
        channels.open(topic, request.as_object().unwrap(), "https://g", now)
    }

    #[test]
    fn the_longest_life_is_thirty_days_and_the_usual_one_week() {
        let mut channels = Channels::default();
        let base = json!({"id": "a", "type": "web_hook", "address": "https://relay/x"});
        let (answer, _) = open(&mut channels, base).unwrap();
        assert_eq!(answer["expiration"], "1796040000000");
        let long = json!({"id": "b", "type": "web_hook", "address": "https://relay/x", "params": {"ttl": "99999999"}});
        let (answer, _) = open(&mut channels, long).unwrap();
        assert_eq!(answer["expiration"], "1798027200000");
    }

    #[test]
    fn numbers_rise_and_an_expired_channel_is_silent() {
        let mut channels = Channels::default();
        let request = json!({"id": "a", "type": "web_hook", "address": "https://relay/x", "params": {"ttl": 60}});
        let (_, sync) = open(&mut channels, request).unwrap();
        let topic = Topic::Events("a@b".into());
        let first = channels.notices(&topic, "2026-11-23T12:00:30Z".parse().unwrap());
        assert_eq!(
            (sync.state, sync.number, first[0].state),
            ("sync", 1, "exists")
        );
        assert!(first[0].number > 1);
        assert!(
            channels
                .notices(&topic, "2026-11-23T12:01:00Z".parse().unwrap())
                .is_empty()
        );
    }

    #[test]
    fn addresses_must_be_https_beyond_this_machine() {
        assert!(address("https://relay.example.com/x").is_ok());
        assert!(address("http://127.0.0.1:9/x").is_ok());
        for bad in ["http://relay.example.com/x", "ftp://localhost/", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
