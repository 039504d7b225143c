//! The agent's memory: one `SQLite` database, and the only place that speaks SQL.
//!
//! One thread owns the writing connection and one the reading connection, so that nothing blocks the runtime and no
//! two writers meet. A write is all or nothing, and on disk when its future returns: `BEGIN IMMEDIATE`, with
//! `synchronous=FULL`. Writes that wait at the same time share a transaction.

mod accounts;
mod announcements;
mod displays;
mod google;
mod layouts;
mod outbound;
mod receipts;
mod relay;
mod rooms;
mod secrets;
mod web_images;
mod writing;

pub(crate) use self::accounts::*;
pub(crate) use self::displays::*;
pub(crate) use self::google::*;
pub(crate) use self::layouts::*;
pub(crate) use self::outbound::*;
pub(crate) use self::receipts::*;
pub(crate) use self::relay::*;
pub(crate) use self::rooms::*;

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use self::secrets::SealKey;
pub(crate) use self::secrets::UnsealError;
use self::writing::{Answer, Lost, Write, apart};

/// How long a statement waits for a lock of another process, such as `edge-agent admin reset` beside the server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The schema, step by step; a step that has shipped is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("store/migrations/0001_accounts.sql"),
    include_str!("store/migrations/0002_relay.sql"),
    include_str!("store/migrations/0003_google.sql"),
    include_str!("store/migrations/0004_displays.sql"),
    include_str!("store/migrations/0005_pushes.sql"),
    include_str!("store/migrations/0006_frame_palette.sql"),
    include_str!("store/migrations/0007_drawings.sql"),
    include_str!("store/migrations/0008_people.sql"),
    include_str!("store/migrations/0009_fleet.sql"),
    include_str!("store/migrations/0010_way_out.sql"),
    include_str!("store/migrations/0011_signs.sql"),
    include_str!("store/migrations/0012_calendars.sql"),
    include_str!("store/migrations/0013_grant_ends.sql"),
    include_str!("store/migrations/0014_portal_identity.sql"),
    include_str!("store/migrations/0015_users.sql"),
    include_str!("store/migrations/0016_history.sql"),
    include_str!("store/migrations/0017_battery.sql"),
];

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenStoreError {
    #[error("open database `{path}`")]
    Open {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("bring the database to schema {step}")]
    Migrate {
        step: usize,
        #[source]
        source: rusqlite::Error,
    },
    #[error(
        "the database is at schema {found}, newer than {supported}, which this version knows; install the newer version again"
    )]
    TooNew { found: usize, supported: usize },
    #[error("read or create the key that seals secrets, `{path}`")]
    SealKey {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Why a read or a write failed; nothing of a failed write is stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the database refused")]
    Sql(#[from] rusqlite::Error),
    #[error("the database did not take what was written")]
    Lost(#[from] Lost),
    #[error("a stored {what} cannot be read")]
    Corrupt {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    #[error("the store has been closed")]
    Closed,
}

impl StoreError {
    /// For a column that does not hold what this version wrote.
    pub(crate) fn corrupt(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Corrupt {
            what,
            source: source.into(),
        }
    }
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the database; cheap to clone. The threads end when the last handle is gone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writer: mpsc::Sender<Write>,
    reader: mpsc::Sender<Job>,
    seal_key: Arc<SealKey>,
}

impl Store {
    /// Opens `data/agent.db`, creating it if absent, and brings its schema up to date.
    pub(crate) fn open(data: &Path) -> Result<Self, OpenStoreError> {
        let path = data.join("agent.db");
        let open = || {
            connect(&path).map_err(|source| OpenStoreError::Open {
                path: path.clone(),
                source,
            })
        };
        let mut connection = open()?;
        migrate(&mut connection)?;
        let reading = open()?;
        let key_path = data.join("keys").join("seal.key");
        let seal_key =
            SealKey::load_or_create(&key_path).map_err(|source| OpenStoreError::SealKey {
                path: key_path,
                source,
            })?;
        Ok(Self {
            writer: writing::serve(connection),
            reader: serve("store-reader", reading),
            seal_key: Arc::new(seal_key),
        })
    }

    /// Runs `f` in a transaction, perhaps together with other writes; what it did stays if it returns `Ok`, and is durable
    /// when this returns.
    pub(crate) async fn write<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let write: Write = Box::new(move |transaction| {
            let done = transaction
                .map_err(StoreError::from)
                .and_then(|transaction| apart(transaction, f));
            let answer: Answer = Box::new(move |lasts| {
                let done = done.and_then(|value| lasts.map(|()| value).map_err(StoreError::from));
                // That nobody waits any more is fine: the work is done all the same.
                let _ = answer.send(done);
            });
            answer
        });
        self.writer.send(write).map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `f` on a connection that sees everything committed before the call.
    pub(crate) async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        run(&self.reader, move |connection| f(connection)).await
    }

    /// Seals a secret for storage; `aad` names the row, so that a sealed value moved to another row does not open.
    pub(crate) fn seal(&self, aad: &str, plain: &[u8]) -> Vec<u8> {
        self.seal_key.seal(aad, plain)
    }

    /// Opens what [`Store::seal`] made for the same `aad`.
    pub(crate) fn unseal(&self, aad: &str, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        self.seal_key.unseal(aad, sealed)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), OpenStoreError> {
    let at = |step| move |source| OpenStoreError::Migrate { step, source };
    let found: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(at(0))?;
    if found > MIGRATIONS.len() {
        return Err(OpenStoreError::TooNew {
            found,
            supported: MIGRATIONS.len(),
        });
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let step = index + 1;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(at(step))?;
        transaction.execute_batch(sql).map_err(at(step))?;
        transaction
            .pragma_update(None, "user_version", step)
            .map_err(at(step))?;
        transaction.commit().map_err(at(step))?;
    }
    Ok(())
}

/// Gives the connection to a thread of its own that runs jobs until every handle is gone.
fn serve(name: &str, mut connection: Connection) -> mpsc::Sender<Job> {
    let (jobs, inbox) = mpsc::channel::<Job>();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            for job in inbox {
                job(&mut connection);
            }
        })
        .expect("the operating system starts a thread at start-up");
    jobs
}

async fn run<T, F>(jobs: &mpsc::Sender<Job>, f: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
{
    let (answer, outcome) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        // That nobody waits any more is fine: the work is done all the same.
        let _ = answer.send(f(connection));
    });
    jobs.send(job).map_err(|_| StoreError::Closed)?;
    outcome.await.map_err(|_| StoreError::Closed)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_failed_write_did_is_not_stored() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        store
            .write(|tx| Ok(tx.execute_batch("CREATE TABLE t (x INTEGER)")?))
            .await
            .unwrap();
        let failed: Result<(), _> = store
            .write(|tx| {
                tx.execute("INSERT INTO t VALUES (1)", [])?;
                tx.execute("INSERT INTO nowhere VALUES (1)", [])?;
                Ok(())
            })
            .await;
        assert!(matches!(failed, Err(StoreError::Sql(_))));
        let rows: i64 = store
            .read(|c| Ok(c.query_row("SELECT count(*) FROM t", [], |r| r.get(0))?))
            .await
            .unwrap();
        assert_eq!(rows, 0);
    }

    #[tokio::test]
    async fn writes_that_waited_together_last_and_fail_each_for_itself() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        let table = "CREATE TABLE t (x INTEGER UNIQUE)";
        store
            .write(|tx| Ok(tx.execute_batch(table)?))
            .await
            .unwrap();
        // Holds the writer up until all of them wait.
        let (go, wait) = mpsc::channel::<()>();
        let held = store.write(move |_| {
            wait.recv().unwrap();
            Ok(())
        });
        let insert = |number: i64| {
            store.write(move |tx| {
                tx.execute("INSERT INTO t VALUES (?1)", [number])?;
                // The second time it is there already.
                tx.execute("INSERT INTO t VALUES (?1)", [number % 10])?;
                Ok(number)
            })
        };
        let all = async { tokio::join!(insert(11), insert(21), insert(12)) };
        let release = async {
            tokio::task::yield_now().await;
            go.send(()).unwrap();
        };
        let (held, (first, second, third), ()) = tokio::join!(held, all, release);
        held.unwrap();
        assert_eq!(first.unwrap(), 11);
        assert!(matches!(second, Err(StoreError::Sql(_))));
        assert_eq!(third.unwrap(), 12);
        let rows: Vec<i64> = store
            .read(|c| {
                let mut statement = c.prepare("SELECT x FROM t ORDER BY x")?;
                let rows = statement.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
            .unwrap();
        assert_eq!(rows, [1, 2, 11, 12], "nothing of the second one");
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused_and_left_alone() {
        let data = tempfile::tempdir().unwrap();
        drop(Store::open(data.path()).unwrap());
        let path = data.path().join("agent.db");
        let newer = MIGRATIONS.len() + 1;
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", newer)
            .unwrap();
        let refused = Store::open(data.path()).unwrap_err();
        assert!(matches!(refused, OpenStoreError::TooNew { found, .. } if found == newer));
    }
}
