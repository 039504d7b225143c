//! What the stand-in's log of requests tells.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde_json::Value;

/// The stand-in forgets the oldest beyond so many.
const KEPT: usize = 5000;

/// A request for the events of a calendar.
#[derive(Clone, Debug)]
pub(crate) struct List {
    path: String,
    /// When it came.
    pub(crate) at: Timestamp,
    /// What the stand-in took to answer.
    pub(crate) took: Duration,
}

impl List {
    /// Whether it asks for this calendar.
    pub(crate) fn is_of(&self, calendar: &str) -> bool {
        // What follows the name may be escaped.
        let name = calendar.split('@').next().unwrap_or(calendar);
        self.path.contains(name)
    }
}

/// The lists among the requests.
pub(crate) fn lists(requests: &[Value]) -> Result<Vec<List>> {
    ensure!(
        requests.len() < KEPT,
        "the stand-in has forgotten some requests"
    );
    let of_events = |request: &&Value| {
        let path = request["path"].as_str().unwrap_or_default();
        request["method"] == "GET" && path.ends_with("/events")
    };
    requests.iter().filter(of_events).map(list).collect()
}

fn list(request: &Value) -> Result<List> {
    let read = || {
        Some(List {
            path: request["path"].as_str()?.to_owned(),
            at: request["at"].as_str()?.parse().ok()?,
            took: Duration::try_from_secs_f64(request["ms"].as_f64()? / 1000.0).ok()?,
        })
    };
    read().with_context(|| format!("{request} is no request"))
}

/// From the first request until every calendar had been answered once.
pub(crate) fn first_listing(lists: &[List]) -> Duration {
    let mut firsts = BTreeMap::new();
    for list in lists {
        firsts.entry(&list.path).or_insert(list);
    }
    let begun = firsts.values().map(|list| list.at).min();
    let ended = firsts
        .values()
        .filter_map(|list| list.at.checked_add(list.took).ok())
        .max();
    let span = begun
        .zip(ended)
        .map(|(begun, ended)| ended.duration_since(begun));
    span.and_then(|span| Duration::try_from(span).ok())
        .unwrap_or_default()
}
