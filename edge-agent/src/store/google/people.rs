//! Names of organisers, kept so that each is asked for once in a while.

use google_calendar::Event;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::store::{Store, StoreError};

/// People change their names rarely.
const NAME_HOLDS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Somebody whom the directory does not know may be new in it tomorrow.
const NOBODY_HOLDS: SignedDuration = SignedDuration::from_hours(24);

impl Store {
    /// Those of the addresses whose names have to be asked for.
    pub(crate) async fn unknown_people(
        &self,
        addresses: Vec<String>,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let since = |holds: SignedDuration| {
            now.saturating_sub(holds)
                .unwrap_or(Timestamp::MIN)
                .as_microsecond()
        };
        let (name_since, nobody_since) = (since(NAME_HOLDS), since(NOBODY_HOLDS));
        self.read(move |c| {
            let mut known = c.prepare_cached(
                "SELECT 1 FROM people
                 WHERE address = ?1 AND looked_up_at > CASE WHEN name IS NULL THEN ?3 ELSE ?2 END",
            )?;
            let mut unknown = Vec::new();
            for address in addresses {
                let address = address.to_lowercase();
                if !known.exists(params![address, name_since, nobody_since])? {
                    unknown.push(address);
                }
            }
            unknown.sort();
            unknown.dedup();
            Ok(unknown)
        })
        .await
    }

    /// Keeps what the directory said about an address.
    pub(crate) async fn save_person(
        &self,
        address: &str,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (address, name) = (address.to_lowercase(), name.map(str::to_owned));
        self.write(move |tx| {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO people (address, name, looked_up_at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![address, name, now.as_microsecond()])?;
            Ok(())
        })
        .await
    }

    /// Remembers in words why names cannot be looked up with an account, or that they can.
    pub(crate) async fn directory_problem(
        &self,
        account: &str,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let (account, problem) = (account.to_owned(), problem.map(str::to_owned));
        self.write(move |tx| {
            tx.execute(
                "UPDATE google_accounts SET directory_problem = ?2 WHERE id = ?1 AND directory_problem IS NOT ?2",
                params![account, problem],
            )?;
            Ok(())
        })
        .await
    }
}

/// Puts in the names of organisers whom Google told only by address, as far as they are known.
pub(in crate::store) fn name_organisers(
    c: &Connection,
    events: &mut [Event],
) -> Result<(), StoreError> {
    let mut name_of = c.prepare_cached("SELECT name FROM people WHERE address = ?1")?;
    for event in events {
        let Some(address) = &event.organiser_address else {
            continue;
        };
        let name: Option<Option<String>> = name_of
            .query_row([address.to_lowercase()], |row| row.get(0))
            .optional()?;
        if let Some(name) = name.flatten() {
            event.organiser = Some(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_asked_for_once_a_month_and_nobody_once_a_day() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let later = |hours| now + SignedDuration::from_hours(hours);
        let both = || {
            vec![
                "Ann@x.org".to_owned(),
                "bob@x.org".to_owned(),
                "ann@x.org".to_owned(),
            ]
        };
        let unknown = async |at| store.unknown_people(both(), at).await.unwrap();
        assert_eq!(unknown(now).await, ["ann@x.org", "bob@x.org"]);
        store
            .save_person("ANN@x.org", Some("Ann Lee"), now)
            .await
            .unwrap();
        store.save_person("bob@x.org", None, now).await.unwrap();
        assert_eq!(unknown(later(23)).await, Vec::<String>::new());
        assert_eq!(unknown(later(25)).await, ["bob@x.org"]);
        assert_eq!(unknown(later(31 * 24)).await, ["ann@x.org", "bob@x.org"]);
    }
}
