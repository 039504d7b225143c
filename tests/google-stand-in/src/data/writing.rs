//! The rules for writing a calendar's events.

use serde_json::{Value, json};

use crate::clock;
use crate::data::calendar::{Body, Calendar, Event, Stamp, etag, is_cancelled};
use crate::data::instances;
use crate::data::recurrence::Rule;
use crate::data::when::{When, zone_of};
use crate::error::ApiError;

/// What an ordinary client cannot set.
const READ_ONLY: [&str; 11] = [
    "kind",
    "etag",
    "created",
    "updated",
    "creator",
    "organizer",
    "htmlLink",
    "iCalUID",
    "sequence",
    "recurringEventId",
    "originalStartTime",
];

impl Calendar {
    /// Adds an event. Returns its id.
    ///
    /// # Errors
    ///
    /// The 400 or 409 that Google answers.
    pub(crate) fn insert(&mut self, mut body: Body, stamp: &Stamp) -> Result<String, ApiError> {
        let id = match body.get("id").and_then(Value::as_str) {
            Some(id) if valid_id(id) => id.to_owned(),
            Some(_) => {
                return Err(ApiError::invalid(
                    "resource.id",
                    "Invalid resource id value.",
                ));
            }
            None => crate::random::event_id(),
        };
        if self.events.contains_key(&id) {
            return Err(ApiError::duplicate());
        }
        if !stamp.trusted {
            READ_ONLY.iter().for_each(|field| {
                body.remove(*field);
            });
        }
        body.insert("id".into(), json!(id));
        self.check(&mut body)?;
        let defaults = json!({
            "kind": "calendar#event", "status": "confirmed", "iCalUID": format!("{id}@google.com"), "sequence": 0,
            "created": clock::millis(stamp.now), "eventType": "default", "reminders": {"useDefault": true},
            "htmlLink": format!("https://www.google.com/calendar/event?eid={id}"),
            "creator": {"email": stamp.actor}, "organizer": {"email": stamp.actor, "self": stamp.actor == self.id},
        });
        // Of a private event even the organiser stays hidden from those who may not read it.
        let hidden = stamp.trusted && body.get("visibility") == Some(&json!("private"));
        for (name, value) in defaults.as_object().into_iter().flatten() {
            if hidden && matches!(name.as_str(), "creator" | "organizer") {
                continue;
            }
            body.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self.put(id.clone(), body, stamp);
        Ok(id)
    }

    /// Stores `body` as it is, whatever it says: how tests make events no calendar program would.
    pub(crate) fn insert_raw(&mut self, mut body: Body, stamp: &Stamp) -> String {
        let id = body
            .get("id")
            .and_then(Value::as_str)
            .map_or_else(crate::random::event_id, str::to_owned);
        body.insert("id".into(), json!(id));
        self.revision = stamp.revision;
        let revision = stamp.revision;
        self.events.insert(id.clone(), Event { body, revision });
        id
    }

    /// Merges `changes` into an event or an instance of a series; `null` removes a field.
    ///
    /// # Errors
    ///
    /// 404, 412 or 400.
    pub(crate) fn patch(
        &mut self,
        id: &str,
        changes: Body,
        if_match: Option<&str>,
        stamp: &Stamp,
    ) -> Result<(), ApiError> {
        let old = self.writable(id, if_match)?;
        let mut body = old.clone();
        for (name, value) in changes {
            if name == "id" || (!stamp.trusted && READ_ONLY.contains(&name.as_str())) {
                continue;
            }
            merge(&mut body, name, value);
        }
        self.rewrite(id, &old, body, stamp)
    }

    /// Replaces an event; what clients cannot set stays.
    ///
    /// # Errors
    ///
    /// 404, 412 or 400.
    pub(crate) fn update(
        &mut self,
        id: &str,
        mut body: Body,
        if_match: Option<&str>,
        stamp: &Stamp,
    ) -> Result<(), ApiError> {
        let old = self.writable(id, if_match)?;
        for field in READ_ONLY.into_iter().chain(["id", "eventType"]) {
            match old.get(field) {
                Some(value) => body.insert(field.into(), value.clone()),
                None => body.remove(field),
            };
        }
        body.entry("status").or_insert_with(|| json!("confirmed"));
        self.rewrite(id, &old, body, stamp)
    }

    /// Cancels an event, an instance, or a series with its exceptions.
    ///
    /// # Errors
    ///
    /// 404, 412, or 410 when it is cancelled already.
    pub(crate) fn delete(
        &mut self,
        id: &str,
        if_match: Option<&str>,
        stamp: &Stamp,
    ) -> Result<(), ApiError> {
        let body = self.writable(id, if_match)?;
        if is_cancelled(&body) {
            return Err(ApiError::deleted());
        }
        let exceptions: Vec<(String, Body)> = self
            .events
            .values()
            .filter(|e| e.body.get("recurringEventId").and_then(Value::as_str) == Some(id))
            .map(|e| (e.id().to_owned(), e.body.clone()))
            .collect();
        for (id, mut body) in exceptions.into_iter().chain([(id.to_owned(), body)]) {
            body.insert("status".into(), json!("cancelled"));
            self.put(id, body, stamp);
        }
        Ok(())
    }

    /// The event or instance with this id, cancelled ones included.
    pub(crate) fn get(&self, id: &str) -> Option<Event> {
        self.events
            .get(id)
            .cloned()
            .or_else(|| instances::instance(self, id))
    }

    fn writable(&self, id: &str, if_match: Option<&str>) -> Result<Body, ApiError> {
        let event = self.get(id).ok_or_else(ApiError::not_found)?;
        let current = etag(event.revision);
        if if_match.is_some_and(|wanted| wanted != "*" && wanted != current) {
            return Err(ApiError::precondition_failed());
        }
        Ok(event.body)
    }

    fn rewrite(
        &mut self,
        id: &str,
        old: &Body,
        mut body: Body,
        stamp: &Stamp,
    ) -> Result<(), ApiError> {
        self.check(&mut body)?;
        if body.get("start") != old.get("start") || body.get("end") != old.get("end") {
            let sequence = old.get("sequence").and_then(Value::as_u64).unwrap_or(0);
            body.insert("sequence".into(), json!(sequence + 1));
        }
        self.put(id.to_owned(), body, stamp);
        Ok(())
    }

    fn put(&mut self, id: String, mut body: Body, stamp: &Stamp) {
        body.insert("updated".into(), json!(clock::millis(stamp.now)));
        self.revision = stamp.revision;
        let revision = stamp.revision;
        self.events.insert(id, Event { body, revision });
    }

    /// Checks the times and writes them as Google answers them.
    fn check(&self, body: &mut Body) -> Result<(), ApiError> {
        let mut both = Vec::with_capacity(2);
        for name in ["start", "end"] {
            let value = body
                .get(name)
                .ok_or_else(|| ApiError::required(format!("Missing {name} time.")))?;
            let zone = match zone_of(value) {
                Some(zone) => zone.map_err(|z| {
                    ApiError::invalid(name, format!("Invalid time zone definition: {z}."))
                })?,
                None => self.zone.clone(),
            };
            let when = When::parse(value, &zone).map_err(|why| ApiError::invalid(name, why))?;
            let zone_name = value
                .get("timeZone")
                .and_then(Value::as_str)
                .unwrap_or(&self.zone_name)
                .to_owned();
            body.insert(name.into(), when.to_json(&self.zone, &zone_name));
            both.push((when, zone));
        }
        let ((start, zone), (end, _)) = (&both[0], &both[1]);
        if matches!(start, When::Day(_)) != matches!(end, When::Day(_)) {
            return Err(ApiError::invalid(
                "end",
                "Start and end times must either both be date or both be dateTime.",
            ));
        }
        if end.at(&self.zone) < start.at(&self.zone) {
            return Err(ApiError::new(
                400,
                "calendar",
                "timeRangeEmpty",
                "The specified time range is empty.",
            ));
        }
        if let Some(lines) = body.get("recurrence").and_then(Value::as_array) {
            let lines = lines.iter().filter_map(Value::as_str);
            Rule::parse(lines, zone).map_err(|why| ApiError::invalid("recurrence", why))?;
        }
        Ok(())
    }
}

fn valid_id(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|b| matches!(b, b'a'..=b'v' | b'0'..=b'9'))
}

/// Google's patch: objects merge, everything else is replaced, `null` removes.
fn merge(into: &mut Body, name: String, value: Value) {
    match value {
        Value::Null => {
            into.remove(&name);
        }
        Value::Object(inner) if matches!(into.get(&name), Some(Value::Object(_))) => {
            let target = into
                .get_mut(&name)
                .and_then(Value::as_object_mut)
                .expect("matched as an object above");
            // A time is one or the other: setting one kind clears the other.
            if inner.contains_key("dateTime") {
                target.remove("date");
            } else if inner.contains_key("date") {
                target.remove("dateTime");
            }
            for (name, value) in inner {
                merge(target, name, value);
            }
        }
        other => {
            into.insert(name, other);
        }
    }
}
