//! The organisation's directory, as the People API answers it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::params::Params;
use crate::random::base32hex;

/// The organisation's domain.
pub(crate) const DOMAIN: &str = "example.com";

/// Names by address.
#[derive(Debug, Default)]
pub(crate) struct Directory(Mutex<BTreeMap<String, String>>);

impl Directory {
    /// Adds a person.
    pub(crate) fn add(&self, name: &str) {
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        people.insert(address(name), name.to_owned());
    }

    fn page(&self, prefix: &str, offset: usize, size: usize) -> (Vec<Value>, usize) {
        let people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let prefix = prefix.to_lowercase();
        let matching = people.iter().filter(|(email, name)| {
            email.starts_with(&prefix)
                || name
                    .to_lowercase()
                    .split_whitespace()
                    .any(|word| word.starts_with(&prefix))
        });
        let total = matching.clone().count();
        let page = matching.skip(offset).take(size).map(|(e, n)| person(e, n));
        (page.collect(), total)
    }
}

/// The address of a person: letters and digits of the name, joined by dots.
pub(crate) fn address(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| {
            word.chars()
                .filter(char::is_ascii)
                .collect::<String>()
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        let hash = Sha256::digest(name);
        return format!("p{}@{DOMAIN}", base32hex(&hash[..8]));
    }
    format!("{}@{DOMAIN}", words.join("."))
}

fn person(email: &str, name: &str) -> Value {
    let id = base32hex(&Sha256::digest(email)[..12]);
    json!({
        "resourceName": format!("people/{id}"), "etag": format!("%{id}"),
        "names": [{"displayName": name, "metadata": {"primary": true}}],
        "emailAddresses": [{"value": email, "metadata": {"primary": true}}],
    })
}

/// `GET /v1/people:searchDirectoryPeople`: prefix match on names and addresses.
///
/// # Errors
///
/// 400 without `query`, `readMask` or `sources`; 403 without the scope.
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let query = params
        .get("query")
        .ok_or_else(|| ApiError::required("query is required."))?
        .to_owned();
    answer(&app, &caller, &params, &query, 500)
}

/// `GET /v1/people:listDirectoryPeople`.
///
/// # Errors
///
/// As [`search`].
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    answer(&app, &caller, &params, "", 1000)
}

fn answer(
    app: &App,
    caller: &Caller,
    params: &Params,
    prefix: &str,
    most: usize,
) -> Result<Json<Value>, ApiError> {
    caller.needs(&["directory.readonly"])?;
    for name in ["readMask", "sources"] {
        if params.get(name).is_none() {
            return Err(ApiError::required(format!("{name} is required.")));
        }
    }
    let number = |name: &str| params.get(name).and_then(|n| n.parse::<usize>().ok());
    let size = number("pageSize").unwrap_or(100).clamp(1, most);
    let offset = number("pageToken").unwrap_or(0);
    let (people, total) = app.directory().page(prefix, offset, size);
    let mut answer = json!({"people": people, "totalSize": total});
    if total > offset + size {
        answer["nextPageToken"] = json!((offset + size).to_string());
    }
    Ok(Json(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_an_address() {
        assert_eq!(address("Daan De Meyer"), "daan.de.meyer@example.com");
        assert_eq!(address("Zoë (she/her)"), "zo.she.her@example.com");
        assert!(address("东").ends_with("@example.com"));
    }

    #[test]
    fn search_is_by_prefix() {
        let directory = Directory::default();
        directory.add("Ann Lee");
        directory.add("Ann Leeson");
        assert_eq!(directory.page("ann.lee", 0, 10).1, 2);
        assert_eq!(directory.page("lees", 0, 10).1, 1);
        assert_eq!(directory.page("nn", 0, 10).1, 0);
    }
}
