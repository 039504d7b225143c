//! Names from the organisation's directory.
//!
//! The calendar tells an organiser's address and mostly no name. The People API knows the names of an organisation whose
//! directory is shared; elsewhere it refuses, and the address has to do.

use serde::Deserialize;

use crate::answer::call_api;
use crate::client::Calendar;
use crate::error::Error;
use crate::tolerant::or_default;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    #[serde(default, deserialize_with = "or_default")]
    people: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    #[serde(default, deserialize_with = "or_default")]
    names: Vec<Name>,
    #[serde(default, deserialize_with = "or_default")]
    email_addresses: Vec<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    value: Option<String>,
}

impl Calendar {
    /// The name of the person with that address; `None` when the directory has no such person, or no name.
    ///
    /// # Errors
    ///
    /// [`Error::NotPermitted`] where the directory is not shared or its permission was not ticked, and
    /// [`Error::ApiDisabled`] where the project has no People API.
    pub async fn directory_name(
        &self,
        access_token: &str,
        address: &str,
    ) -> Result<Option<String>, Error> {
        let url = self.endpoints().people("people:searchDirectoryPeople");
        let request = self.http().get(url).bearer_auth(access_token).query(&[
            ("query", address),
            ("readMask", "names,emailAddresses"),
            ("sources", "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"),
            ("pageSize", "10"),
        ]);
        let found: Found = call_api(request).await?.json("the search for a person")?;
        Ok(found
            .people
            .into_iter()
            .find_map(|person| person.name(address)))
    }
}

impl Calendar {
    /// Whether the directory can be read.
    ///
    /// # Errors
    ///
    /// As [`Calendar::directory_name`].
    pub async fn probe_directory(&self, access_token: &str) -> Result<(), Error> {
        self.directory_name(access_token, "nobody@invalid")
            .await
            .map(drop)
    }
}

impl Person {
    /// The search is by prefix: ann.lee@ also finds ann.leeson@.
    fn name(self, address: &str) -> Option<String> {
        let is_theirs = |a: &Address| {
            a.value
                .as_deref()
                .is_some_and(|v| v.eq_ignore_ascii_case(address))
        };
        if !self.email_addresses.iter().any(is_theirs) {
            return None;
        }
        let mut names = self.names.into_iter().filter_map(|name| name.display_name);
        names
            .find(|name| !name.trim().is_empty())
            .map(|name| name.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_person_of_exactly_that_address_is_meant() {
        let person = |value: serde_json::Value| serde_json::from_value::<Person>(value).unwrap();
        let ann = || {
            person(
                json!({"names": [{"displayName": " "}, {"displayName": " Ann Lee "}],
                "emailAddresses": [{"value": "Ann.Lee@example.com"}, {}]}),
            )
        };
        assert_eq!(
            ann().name("ann.lee@example.com").as_deref(),
            Some("Ann Lee")
        );
        assert_eq!(ann().name("ann.le@example.com"), None);
        assert_eq!(person(json!({})).name("ann.lee@example.com"), None);
    }
}
