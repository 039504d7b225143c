//! The relay's store on one host: an `SQLite` file, every write on disk before it is answered.

mod agents;
mod connections;
mod database;
mod hosts;
mod inboxes;
mod operator;

use std::path::Path;

use jiff::Timestamp;
use relay_contract::id::AgentId;

use self::database::Database;
use super::{StoreError, hour_of};

pub use self::database::{Durability, OpenError};

/// Counts of webhooks that nobody asks for any more.
const COUNTS_KEPT_HOURS: i64 = 48;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteStore(Database);

impl SqliteStore {
    /// Opens `folder/relay.db`, creating it if absent.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be opened or is of a newer version.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::open_with(folder, Durability::Full)
    }

    /// The same, with less durability than a relay should have: for measuring what it costs.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be opened or is of a newer version.
    pub fn open_with(folder: &Path, durability: Durability) -> Result<Self, OpenError> {
        Database::open(&folder.join("relay.db"), durability).map(Self)
    }

    /// Deletes what has expired; gives how many signals that were.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (oldest_hour, now) = (hour_of(now) - COUNTS_KEPT_HOURS, now.as_microsecond());
        self.0
            .write("delete what has expired", move |c| {
                c.execute("DELETE FROM webhooks WHERE hour < ?1", [oldest_hour])?;
                c.execute("DELETE FROM inbox WHERE expires <= ?1", [now])
            })
            .await
    }

    /// Asks the service that holds a connection to close it.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn ask_to_close(&self, connection: &str) -> Result<(), StoreError> {
        let connection = connection.to_owned();
        self.0
            .write("ask for a connection's end", move |c| {
                let sql = "INSERT OR IGNORE INTO to_close (connection) VALUES (?1)";
                c.execute(sql, [connection]).map(drop)
            })
            .await
    }

    /// The connections whose end was asked for, each given once. Costs one read when there are none.
    ///
    /// # Errors
    ///
    /// Fails when the database does.
    pub async fn to_close(&self) -> Result<Vec<String>, StoreError> {
        let operation = "look for connections to close";
        let any = self.0.read(operation, |c| {
            let mut query = c.prepare_cached("SELECT EXISTS (SELECT 1 FROM to_close)")?;
            query.query_row([], |r| r.get::<_, bool>(0))
        });
        if !any.await? {
            return Ok(Vec::new());
        }
        self.0
            .write(operation, |c| {
                let mut query = c.prepare_cached("DELETE FROM to_close RETURNING connection")?;
                query.query_map([], |r| r.get(0))?.collect()
            })
            .await
    }
}

fn read_id(text: String) -> Result<AgentId, StoreError> {
    AgentId::try_from(text).map_err(|_| StoreError::Corrupt { what: "agent id" })
}

fn read_time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Corrupt { what: "time" })
}

fn to_sql(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
