//! `events.list`: which events, in which order, on which page.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::data::calendar::{Body, Calendar, etag, is_cancelled};
use crate::data::instances::{Item, expand, items, tombstone};
use crate::data::token::{self, PageToken, SyncToken};
use crate::data::when::When;
use crate::error::ApiError;
use crate::params::Params;

/// How far an unbounded expansion goes: Google too stops somewhere.
const EXPAND: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Parameters that may not come with a sync token.
const REFUSED_WITH_SYNC: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

/// A checked request for a list of events.
#[derive(Debug)]
pub(crate) struct ListQuery {
    single: bool,
    show_deleted: bool,
    time_min: Option<Timestamp>,
    time_max: Option<Timestamp>,
    updated_min: Option<Timestamp>,
    by_start: bool,
    search: Option<String>,
    ical_uid: Option<String>,
    types: Vec<String>,
    zone: Option<(String, TimeZone)>,
    max: usize,
    page: Option<PageToken>,
    sync: Option<SyncToken>,
    page_query: String,
    sync_query: String,
    generation: u64,
}

impl ListQuery {
    /// Reads and checks the parameters.
    ///
    /// # Errors
    ///
    /// Google's 400 for combinations that it refuses, 410 for a sync token of an older generation.
    pub(crate) fn read(calendar: &str, params: &Params, generation: u64) -> Result<Self, ApiError> {
        let sync_query = token::sync_query(calendar, params);
        let page_query = token::page_query(calendar, params);
        let single = params.flag("singleEvents")?;
        let sync = match params.get("syncToken") {
            Some(text) => {
                let refused = REFUSED_WITH_SYNC.iter().find(|p| params.get(p).is_some());
                if let Some(refused) = refused {
                    return Err(ApiError::invalid(
                        *refused,
                        format!("{refused} cannot be specified together with syncToken."),
                    ));
                }
                if params.get("showDeleted") == Some("false") {
                    return Err(ApiError::invalid(
                        "showDeleted",
                        "showDeleted must not be false together with syncToken.",
                    ));
                }
                Some(token::read_sync(text, &sync_query, generation)?)
            }
            None => None,
        };
        let order = params.get("orderBy");
        let by_start = match order {
            None | Some("updated") => false,
            Some("startTime") if single => true,
            Some("startTime") => {
                return Err(ApiError::invalid(
                    "orderBy",
                    "The requested ordering is not available for the particular query.",
                ));
            }
            Some(other) => {
                return Err(ApiError::invalid(
                    "orderBy",
                    format!("Invalid value: {other}"),
                ));
            }
        };
        let (time_min, time_max) = (time(params, "timeMin")?, time(params, "timeMax")?);
        if let (Some(min), Some(max)) = (time_min, time_max)
            && max <= min
        {
            return Err(ApiError::new(
                400,
                "calendar",
                "timeRangeEmpty",
                "The specified time range is empty.",
            ));
        }
        let zone = match params.get("timeZone") {
            Some(name) => {
                let zone = TimeZone::get(name).map_err(|_| {
                    ApiError::invalid("timeZone", format!("Invalid time zone: {name}"))
                })?;
                Some((name.to_owned(), zone))
            }
            None => None,
        };
        let page = match params.get("pageToken") {
            Some(text) => Some(token::read_page(text, &page_query)?),
            None => None,
        };
        Ok(Self {
            single,
            show_deleted: params.flag("showDeleted")?,
            time_min: sync.as_ref().map_or(time_min, |s| s.time_min),
            time_max: sync.as_ref().map_or(time_max, |s| s.time_max),
            updated_min: time(params, "updatedMin")?,
            by_start,
            search: params.get("q").map(str::to_lowercase),
            ical_uid: params.get("iCalUID").map(str::to_owned),
            types: params.all("eventTypes").map(str::to_owned).collect(),
            zone,
            max: params.max_results(250, 2500)?,
            page,
            sync,
            page_query,
            sync_query,
            generation,
        })
    }

    /// Google's answer, without its `etag`. `revision` is the calendars' at this moment.
    pub(crate) fn answer(&self, calendar: &Calendar, revision: u64, now: Timestamp) -> Value {
        let offset = self.page.as_ref().map_or(0, |p| p.offset);
        let revision = self.page.as_ref().map_or(revision, |p| p.revision);
        let mut found = self.select(calendar, now);
        let more = found.len() > offset + self.max;
        let page: Vec<Value> = found
            .drain(..)
            .skip(offset)
            .take(self.max)
            .map(|item| {
                Value::Object(self.present(calendar, &item.event.body, item.event.revision))
            })
            .collect();
        let (zone_name, _) = self.zone(calendar);
        let mut answer = json!({
            "kind": "calendar#events", "summary": calendar.summary, "timeZone": zone_name,
            "updated": crate::clock::millis(now), "accessRole": "owner", "defaultReminders": [], "items": page,
        });
        if more {
            let offset = offset + self.max;
            let query = self.page_query.clone();
            answer["nextPageToken"] = json!(token::write(&PageToken {
                query,
                offset,
                revision
            }));
        } else {
            answer["nextSyncToken"] = json!(token::write(&SyncToken {
                query: self.sync_query.clone(),
                revision,
                generation: self.generation,
                time_min: self.time_min,
                time_max: self.time_max,
            }));
        }
        answer
    }

    fn zone<'a>(&'a self, calendar: &'a Calendar) -> (&'a str, &'a TimeZone) {
        match &self.zone {
            Some((name, zone)) => (name, zone),
            None => (&calendar.zone_name, &calendar.zone),
        }
    }

    fn select(&self, calendar: &Calendar, now: Timestamp) -> Vec<Item> {
        let horizon = self
            .time_max
            .unwrap_or_else(|| now.checked_add(EXPAND).unwrap_or(Timestamp::MAX));
        let mut found: Vec<Item> = items(calendar, self.single, horizon)
            .into_iter()
            .filter(|item| self.wants(calendar, item))
            .collect();
        if self.by_start {
            found.sort_by_key(|item| item.start);
        } else {
            found.sort_by_key(|item| item.event.revision);
        }
        found
    }

    fn wants(&self, calendar: &Calendar, item: &Item) -> bool {
        let body = &item.event.body;
        if let Some(sync) = &self.sync {
            return item.event.revision > sync.revision
                && (is_cancelled(body) || self.in_bounds(calendar, item));
        }
        if is_cancelled(body) {
            let suppressed = body.contains_key("recurringEventId");
            let asked = self.show_deleted || self.updated_min.is_some();
            let kept_with_series = suppressed && !self.single && !self.show_deleted;
            if !asked && !kept_with_series {
                return false;
            }
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let updated = || text("updated").and_then(|at| at.parse::<Timestamp>().ok());
        self.in_bounds(calendar, item)
            && self
                .updated_min
                .is_none_or(|min| updated().is_none_or(|at| at >= min))
            && self
                .ical_uid
                .as_deref()
                .is_none_or(|uid| text("iCalUID") == Some(uid))
            && (self.types.is_empty()
                || self
                    .types
                    .iter()
                    .any(|t| t == text("eventType").unwrap_or("default")))
            && self.search.as_deref().is_none_or(|words| {
                [
                    "summary",
                    "description",
                    "location",
                    "attendees",
                    "organizer",
                ]
                .iter()
                .filter_map(|field| body.get(*field))
                .any(|value| value.to_string().to_lowercase().contains(words))
            })
    }

    /// `timeMin` bounds the end, `timeMax` the start, both exclusive. What has no readable time is always in.
    fn in_bounds(&self, calendar: &Calendar, item: &Item) -> bool {
        let within = |item: &Item| {
            item.end
                .zip(self.time_min)
                .is_none_or(|(end, min)| end > min)
                && item
                    .start
                    .zip(self.time_max)
                    .is_none_or(|(start, max)| start < max)
        };
        if !item.event.body.contains_key("recurrence") {
            return within(item);
        }
        let horizon = self
            .time_max
            .or(self.time_min.and_then(|min| min.checked_add(EXPAND).ok()));
        horizon.is_none_or(|horizon| expand(calendar, &item.event, horizon).iter().any(within))
    }

    fn present(&self, calendar: &Calendar, body: &Body, revision: u64) -> Body {
        let mut body = if is_cancelled(body) {
            tombstone(body)
        } else {
            body.clone()
        };
        body.insert("etag".into(), json!(etag(revision)));
        if let Some((_, zone)) = &self.zone {
            for name in ["start", "end", "originalStartTime"] {
                let Some(value) = body.get(name) else {
                    continue;
                };
                let own = value
                    .get("timeZone")
                    .and_then(Value::as_str)
                    .unwrap_or("UTC");
                if let Ok(when @ When::Instant(_)) = When::parse(value, &calendar.zone) {
                    let shown = when.to_json(zone, own);
                    body.insert(name.into(), shown);
                }
            }
        }
        body
    }
}

fn time(params: &Params, name: &'static str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = params.get(name) else {
        return Ok(None);
    };
    // A plus sign that was not escaped arrives as a space.
    text.replace(' ', "+").parse().map(Some).map_err(|_| {
        ApiError::new(
            400,
            "global",
            "badRequest",
            format!("Bad Request: {name} is no RFC 3339 time with an offset"),
        )
    })
}
