//! The organisation's people: names and addresses.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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

    /// People whose name or address starts with `prefix`, in the People API's words, and how many there are in all.
    pub(crate) fn page(&self, prefix: &str, offset: usize, size: usize) -> (Vec<Value>, usize) {
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
