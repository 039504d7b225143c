//! Google Calendar in another person's hands: reads and edits the stand-in's events over its control API.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::{client, list};
use crate::clock::clock;
use crate::expected::Booking;

/// How far ahead "soon" is: long enough to be planned and stored, short enough to wait for.
const SOON: Duration = Duration::from_secs(8);

/// A room's calendar.
#[derive(Clone, Debug)]
pub struct Room {
    /// The room's name.
    pub name: String,
    /// The calendar's id.
    pub calendar: String,
    /// The calendar's zone.
    pub zone: TimeZone,
    /// Whether something is on now.
    pub busy_now: bool,
}

/// The stand-in's calendars.
#[derive(Clone, Debug)]
pub struct Calendar {
    http: reqwest::Client,
    base: String,
}

impl Calendar {
    /// The stand-in at `base`, trusted by `authority`, for somebody who knows `names`.
    ///
    /// # Errors
    ///
    /// Fails when the certificate cannot be read.
    pub fn new(base: &str, authority: &Path, names: &[(&str, IpAddr)]) -> Result<Self> {
        Ok(Self {
            http: client(authority, names)?,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    /// Makes an OAuth client known, as Google's console does.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn register_client(&self, client: &Value) -> Result<()> {
        self.call(Method::POST, "clients", Some(client)).await?;
        Ok(())
    }

    /// Throws fault switches; those not named stay as they are.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not know a switch.
    pub async fn faults(&self, switches: &Value) -> Result<()> {
        self.call(Method::PUT, "faults", Some(switches)).await?;
        Ok(())
    }

    /// How often each switch that is on has struck.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn fired(&self) -> Result<BTreeMap<String, u64>> {
        let answer = self.call(Method::GET, "faults", None).await?;
        let switches = answer.as_object().into_iter().flatten();
        Ok(switches
            .filter_map(|(name, state)| Some((name.clone(), state["fired"].as_u64()?)))
            .collect())
    }

    /// Ends every permission that the account has given, as its owner, an administrator or time does.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn end_grants(&self, account: &str) -> Result<()> {
        let body = json!({ "account": account });
        self.call(Method::POST, "tokens/revoke", Some(&body))
            .await?;
        self.call(Method::POST, "tokens/expire", None).await?;
        Ok(())
    }

    /// Takes all switches back.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn clear_faults(&self) -> Result<()> {
        self.call(Method::DELETE, "faults", None).await?;
        Ok(())
    }

    /// Every request that the stand-in has answered.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn requests(&self) -> Result<Vec<Value>> {
        Ok(list(&self.call(Method::GET, "requests", None).await?, "requests").to_vec())
    }

    /// Begins the log of requests anew.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn forget_requests(&self) -> Result<()> {
        self.call(Method::DELETE, "requests", None).await?;
        Ok(())
    }

    /// Google's limits, the most that was asked in a minute, and how many requests were refused for it.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn quota(&self) -> Result<Value> {
        self.call(Method::GET, "quota", None).await
    }

    /// Every notice that was sent, or tried to be.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn pushes(&self) -> Result<Vec<Value>> {
        Ok(list(&self.call(Method::GET, "pushes", None).await?, "pushes").to_vec())
    }

    /// Every channel that is open for notices, without its token.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn channels(&self) -> Result<Vec<Value>> {
        Ok(list(&self.call(Method::GET, "channels", None).await?, "channels").to_vec())
    }

    /// All rooms.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn rooms(&self) -> Result<Vec<Room>> {
        let answer = self.call(Method::GET, "rooms", None).await?;
        list(&answer, "rooms").iter().map(room).collect()
    }

    /// What stands in a calendar: every occurrence that is not cancelled.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in does not answer.
    pub async fn bookings(&self, calendar: &str) -> Result<Vec<Booking>> {
        let answer = self
            .call(Method::GET, &format!("events/{calendar}"), None)
            .await?;
        list(&answer, "events")
            .iter()
            .filter(|event| takes_the_room(event))
            .map(booking)
            .collect()
    }

    /// Puts an event in; returns when that was committed, and its id.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn add(&self, calendar: &str, event: &Booking) -> Result<(Timestamp, String)> {
        let mut body = json!({ "summary": event.title, "start": event.start, "end": event.end });
        if let Some(organiser) = &event.organiser {
            body["organiser"] = organiser.as_str().into();
        }
        self.put_in(&format!("events/{calendar}"), &body).await
    }

    /// Puts an event in exactly as `body` has it, in Google's own form, however odd.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn add_raw(&self, calendar: &str, body: &Value) -> Result<(Timestamp, String)> {
        self.put_in(&format!("events/{calendar}?raw=true"), body)
            .await
    }

    async fn put_in(&self, route: &str, body: &Value) -> Result<(Timestamp, String)> {
        let answer = self.call(Method::POST, route, Some(body)).await?;
        let id = answer["event"]["id"]
            .as_str()
            .with_context(|| format!("no id in {answer}"))?;
        Ok((committed(&answer)?, id.to_owned()))
    }

    /// Puts in an event that runs now and for the next hour.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn add_now(&self, calendar: &str, title: &str) -> Result<String> {
        let (start, end) = (clock() - 5.minutes(), clock() + 55.minutes());
        Ok(self.add(calendar, &plain(title, start, end)).await?.1)
    }

    /// Puts in an event that begins in a few seconds; returns its start.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn add_soon(&self, calendar: &str, title: &str) -> Result<Timestamp> {
        let start = (clock() + SOON).round(jiff::Unit::Second)?;
        self.add(calendar, &plain(title, start, start + 1.hour()))
            .await?;
        Ok(start)
    }

    /// Gives an event another title.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn rename(&self, calendar: &str, id: &str, title: &str) -> Result<Timestamp> {
        self.patch(calendar, id, &json!({ "summary": title })).await
    }

    /// Takes an event's title away, as Google does for one that is private.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn untitle(&self, calendar: &str, id: &str) -> Result<Timestamp> {
        self.patch(calendar, id, &json!({ "summary_absent": true }))
            .await
    }

    /// Gives an event other times.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn reschedule(
        &self,
        calendar: &str,
        id: &str,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Timestamp> {
        self.patch(calendar, id, &json!({ "start": start, "end": end }))
            .await
    }

    /// Takes an event out.
    ///
    /// # Errors
    ///
    /// Fails when the stand-in refuses.
    pub async fn cancel(&self, calendar: &str, id: &str) -> Result<Timestamp> {
        committed(
            &self
                .call(Method::DELETE, &format!("events/{calendar}/{id}"), None)
                .await?,
        )
    }

    async fn patch(&self, calendar: &str, id: &str, body: &Value) -> Result<Timestamp> {
        committed(
            &self
                .call(
                    Method::PATCH,
                    &format!("events/{calendar}/{id}"),
                    Some(body),
                )
                .await?,
        )
    }

    async fn call(&self, method: Method, route: &str, body: Option<&Value>) -> Result<Value> {
        let mut request = self
            .http
            .request(method.clone(), format!("{}/_stand-in/{route}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("call the stand-in's {route}"))?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(
            status.is_success(),
            "the stand-in refused {method} {route} with {status}: {text}"
        );
        if text.is_empty() {
            Ok(Value::Null)
        } else {
            Ok(serde_json::from_str(&text)?)
        }
    }
}

fn plain(title: &str, start: Timestamp, end: Timestamp) -> Booking {
    Booking {
        id: String::new(),
        title: Some(title.to_owned()),
        organiser: Some("Ada Lovelace".to_owned()),
        people: Some(1),
        private: false,
        start,
        end,
    }
}

fn committed(answer: &Value) -> Result<Timestamp> {
    Ok(answer["committed_at"]
        .as_str()
        .with_context(|| format!("no `committed_at` in {answer}"))?
        .parse()?)
}

fn room(value: &Value) -> Result<Room> {
    let field = |key: &str| {
        value[key]
            .as_str()
            .with_context(|| format!("no `{key}` in {value}"))
    };
    Ok(Room {
        name: field("name")?.to_owned(),
        calendar: field("id")?.to_owned(),
        zone: TimeZone::get(field("zone")?)?,
        busy_now: !value["now"].is_null(),
    })
}

fn booking(value: &Value) -> Result<Booking> {
    let instant = |key: &str| -> Result<Timestamp> {
        Ok(value[key]
            .as_str()
            .with_context(|| format!("no `{key}` in {value}"))?
            .parse()?)
    };
    let words = |key: &str| value[key].as_str().map(str::to_owned);
    let private = value["private"] == true;
    Ok(Booking {
        id: words("id").with_context(|| format!("no `id` in {value}"))?,
        title: words("summary").filter(|_| !private),
        organiser: words("organiser").filter(|_| !private),
        people: value["people"]
            .as_u64()
            .and_then(|people| u32::try_from(people).ok())
            .filter(|people| *people > 0 && !private),
        private,
        start: instant("start")?,
        end: instant("end")?,
    })
}

/// Whether a sign has to show the event: what is declined or transparent does not take the room, and what has no
/// readable time cannot be shown.
fn takes_the_room(event: &Value) -> bool {
    let readable = |key: &str| {
        event[key]
            .as_str()
            .is_some_and(|at| at.parse::<Timestamp>().is_ok() && !at.starts_with("0000"))
    };
    event["declined"] != true
        && event["transparent"] != true
        && event["cancelled"] != true
        && readable("start")
        && readable("end")
}
