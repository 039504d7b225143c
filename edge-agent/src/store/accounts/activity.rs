//! Who did what. Each row carries a hash over the row before it, so that a row that was changed or taken out by hand
//! is noticed.

use edge_api::activity::Action;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::time;
use crate::store::{Store, StoreError};

/// Label of the chain's hash; another layout of the fields gets another number.
const CHAIN_LABEL: &[u8] = b"placard-activity-1";

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) at: Timestamp,
    /// An admin's name, or `console`.
    pub(crate) who: String,
    pub(crate) action: Action,
    /// To what; never a secret.
    pub(crate) subject: String,
    /// Where it came from; absent for the console.
    pub(crate) address: Option<String>,
    /// What was before, where something was changed; never a secret.
    pub(crate) was: Option<String>,
    /// What it became.
    pub(crate) became: Option<String>,
}

impl Deed {
    /// With what was before.
    pub(crate) fn was(mut self, was: impl Into<String>) -> Self {
        self.was = Some(was.into());
        self
    }

    /// With what it became.
    pub(crate) fn became(mut self, became: impl Into<String>) -> Self {
        self.became = Some(became.into());
        self
    }
}

/// The last deeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Activity {
    /// The newest first.
    pub(crate) deeds: Vec<Deed>,
    /// Whether every stored row still has the hash it was given.
    pub(crate) intact: bool,
}

impl Store {
    /// Records a deed that changed nothing else in the store.
    pub(crate) async fn record(&self, deed: Deed) -> Result<(), StoreError> {
        self.write(move |tx| insert(tx, &deed)).await
    }

    /// The last `limit` deeds.
    pub(crate) async fn activity(&self, limit: usize) -> Result<Activity, StoreError> {
        self.read(move |c| {
            let (mut deeds, intact) = walk(c)?;
            deeds.reverse();
            deeds.truncate(limit);
            Ok(Activity { deeds, intact })
        })
        .await
    }
}

pub(in crate::store) fn insert(tx: &Transaction<'_>, deed: &Deed) -> Result<(), StoreError> {
    let previous: Option<[u8; 32]> = tx
        .query_row(
            "SELECT chain FROM activity ORDER BY id DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    tx.execute(
        "INSERT INTO activity (at, who, action, subject, address, was, became, chain)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            deed.at.as_microsecond(),
            deed.who,
            deed.action.as_str(),
            deed.subject,
            deed.address,
            deed.was,
            deed.became,
            chain(previous.unwrap_or_default(), deed),
        ],
    )?;
    Ok(())
}

/// Every deed, the oldest first, and whether the chain holds.
fn walk(c: &Connection) -> Result<(Vec<Deed>, bool), StoreError> {
    let mut statement = c.prepare(
        "SELECT at, who, action, subject, address, was, became, chain FROM activity ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut deeds = Vec::new();
    let mut previous = [0; 32];
    let mut intact = true;
    while let Some(row) = rows.next()? {
        let deed = Deed {
            at: time(row, 0)?,
            who: row.get(1)?,
            action: action(&row.get::<_, String>(2)?),
            subject: row.get(3)?,
            address: row.get(4)?,
            was: row.get(5)?,
            became: row.get(6)?,
        };
        let stored: [u8; 32] = row.get(7)?;
        intact &= deed.action == Action::Unknown || stored == chain(previous, &deed);
        previous = stored;
        deeds.push(deed);
    }
    Ok((deeds, intact))
}

fn action(word: &str) -> Action {
    let found = Action::ALL.iter().find(|a| a.as_str() == word);
    found.copied().unwrap_or(Action::Unknown)
}

fn chain(previous: [u8; 32], deed: &Deed) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(CHAIN_LABEL);
    hasher.update(&previous);
    hasher.update(&deed.at.as_microsecond().to_be_bytes());
    let address = deed.address.as_deref();
    let words = [
        &deed.who,
        deed.action.as_str(),
        &deed.subject,
        address.unwrap_or_default(),
    ];
    for word in words {
        // With its length, so that no two rows read the same.
        hasher.update(&(word.len() as u64).to_be_bytes());
        hasher.update(word.as_bytes());
    }
    hasher.update(&[u8::from(address.is_some())]);
    // A row without them has the hash that rows had before there were any.
    for (mark, word) in [(b'w', &deed.was), (b'b', &deed.became)] {
        if let Some(word) = word {
            hasher.update(&[mark]);
            hasher.update(&(word.len() as u64).to_be_bytes());
            hasher.update(word.as_bytes());
        }
    }
    *hasher.finalize().as_bytes()
}
