//! Switches that make this Google fail like the real one.
//!
//! `PUT /_stand-in/faults` takes an object of switches. A value is `true` (until switched off), `false` or `null` (off), a
//! number (how many requests; for `slow_ms`, `huge_mb`, `late_push_ms` and `clock_offset_s` the amount), or
//! `{"count": n, "path": "/prefix", "value": amount or word}`. Switches that are not named stay as they are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

/// Switch names, the paths they concern unless told otherwise, and whether they carry a value.
const SWITCHES: [(&str, &str, bool); 22] = [
    ("unauthorised", API, false),
    ("rate_limited_403", API, false),
    ("rate_limited_429", API, false),
    ("api_disabled", API, false),
    ("scope_missing", API, false),
    ("gone", "/calendar/v3/calendars/", false),
    ("server_error", API, false),
    ("watch_unauthorised", "/calendar/v3/", false),
    ("directory_off", "/v1/people:", false),
    ("invalid_client", "/token", false),
    ("invalid_grant", "/token", false),
    ("consent_blocked", "/o/oauth2/", true),
    ("truncated", API, false),
    ("garbage", API, false),
    ("huge_mb", API, true),
    ("redirect", API, false),
    ("trickle", API, false),
    ("slow_ms", API, true),
    ("clock_offset_s", "/", true),
    ("no_push", "", false),
    ("duplicate_push", "", false),
    ("late_push_ms", "", true),
];
/// Switches for the calendar's API.
const API: &str = "/calendar/v3/";

/// One switch that is on.
#[derive(Clone, Debug, PartialEq)]
struct Switch {
    path: String,
    /// How many more times; absent is without end.
    left: Option<u64>,
    value: Value,
    fired: u64,
}

/// The switches that are on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<BTreeMap<&'static str, Switch>>);

impl Faults {
    /// Throws the switches that `request` names.
    ///
    /// # Errors
    ///
    /// A sentence naming the unknown switch or the wrong value; then nothing is changed.
    pub(crate) fn set(&self, request: &Map<String, Value>) -> Result<(), String> {
        let mut changes = Vec::new();
        for (name, value) in request {
            let (name, path, valued) = known(name)?;
            changes.push((name, read(name, path, valued, value)?));
        }
        let mut switches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, switch) in changes {
            match switch {
                Some(switch) => switches.insert(name, switch),
                None => switches.remove(name),
            };
        }
        Ok(())
    }

    /// Switches everything off.
    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Whether `name` strikes a request to `path`; counts it. Returns the switch's value (`true` when it has none).
    pub(crate) fn strike(&self, name: &str, path: &str) -> Option<Value> {
        let mut switches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let switch = switches.get_mut(name)?;
        if !path.starts_with(&switch.path) || switch.left == Some(0) {
            return None;
        }
        if let Some(left) = &mut switch.left {
            *left -= 1;
        }
        switch.fired += 1;
        Some(switch.value.clone())
    }

    /// Every switch with what is left of it and how often it fired; those that are off are `null`.
    pub(crate) fn show(&self) -> Value {
        let switches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shown = Map::new();
        for name in SWITCHES.iter().map(|(name, _, _)| *name) {
            let state = switches.get(name).map(
                |s| json!({"path": s.path, "left": s.left, "value": s.value, "fired": s.fired}),
            );
            shown.insert(name.to_owned(), state.unwrap_or(Value::Null));
        }
        Value::Object(shown)
    }
}

fn known(name: &str) -> Result<(&'static str, &'static str, bool), String> {
    SWITCHES
        .iter()
        .copied()
        .find(|(n, _, _)| *n == name)
        .ok_or_else(|| {
            let names: Vec<&str> = SWITCHES.iter().map(|(n, _, _)| *n).collect();
            format!(
                "no fault is called `{name}`; there are: {}",
                names.join(", ")
            )
        })
}

fn read(name: &str, path: &str, valued: bool, value: &Value) -> Result<Option<Switch>, String> {
    let switch = |left, value| Switch {
        path: path.to_owned(),
        left,
        value,
        fired: 0,
    };
    Ok(Some(match value {
        Value::Null | Value::Bool(false) => return Ok(None),
        Value::Bool(true) if !valued => switch(None, json!(true)),
        Value::Number(n) if !valued => switch(n.as_u64(), json!(true)),
        Value::Number(_) | Value::String(_) if valued => switch(None, value.clone()),
        Value::Object(fields) => {
            let mut made = switch(None, json!(true));
            for (field, value) in fields {
                match (field.as_str(), value) {
                    ("count", Value::Number(n)) => made.left = n.as_u64(),
                    ("path", Value::String(prefix)) => made.path.clone_from(prefix),
                    ("value", value) => made.value = value.clone(),
                    _ => {
                        return Err(format!(
                            "`{name}` takes count, path and value, not `{field}`: {value}"
                        ));
                    }
                }
            }
            if valued && made.value == json!(true) {
                return Err(format!("`{name}` needs a value"));
            }
            made
        }
        other => return Err(format!("`{name}` cannot be {other}")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(request: Value) -> Faults {
        let faults = Faults::default();
        faults.set(request.as_object().unwrap()).unwrap();
        faults
    }

    #[test]
    fn a_counted_switch_strikes_that_often_and_only_its_path() {
        let faults = faults(json!({"server_error": {"count": 1, "path": "/token"}}));
        assert_eq!(faults.strike("server_error", "/calendar/v3/x"), None);
        assert_eq!(faults.strike("server_error", "/token"), Some(json!(true)));
        assert_eq!(faults.strike("server_error", "/token"), None);
        assert_eq!(faults.show()["server_error"]["fired"], 1);
    }

    #[test]
    fn a_number_is_a_count_or_an_amount() {
        let faults = faults(json!({"unauthorised": 2, "slow_ms": 5}));
        for expected in [Some(json!(true)), Some(json!(true)), None] {
            assert_eq!(faults.strike("unauthorised", "/calendar/v3/"), expected);
        }
        assert_eq!(faults.strike("slow_ms", "/calendar/v3/"), Some(json!(5)));
    }

    #[test]
    fn a_wrong_request_changes_nothing() {
        let faults = Faults::default();
        let request = json!({"gone": true, "gonne": true});
        let why = faults.set(request.as_object().unwrap()).unwrap_err();
        assert!(why.contains("`gonne`"), "{why}");
        assert_eq!(faults.show()["gone"], Value::Null);
    }

    #[test]
    fn switches_go_off_one_by_one_and_together() {
        let faults = faults(json!({"gone": true, "no_push": true}));
        faults
            .set(json!({"gone": false}).as_object().unwrap())
            .unwrap();
        assert_eq!(
            faults.strike("gone", "/calendar/v3/calendars/a/events"),
            None
        );
        assert!(faults.strike("no_push", "").is_some());
        faults.clear();
        assert_eq!(faults.strike("no_push", ""), None);
    }
}
