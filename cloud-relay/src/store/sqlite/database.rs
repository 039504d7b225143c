//! The two connections to the database file, each on a thread of its own.
//!
//! One writes, so that no two writers meet; one reads, so that no read waits for a disk. Writes that arrive while the
//! disk is busy share its next turn: one transaction, each in a savepoint of its own, and all are told after the commit.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::StoreError;

/// Each brings the schema from the version before to its own; never changed once released.
const MIGRATIONS: [&str; 2] = [include_str!("0001.sql"), include_str!("0002.sql")];
const SCHEMA_VERSION: usize = MIGRATIONS.len();
/// The command line beside the service waits this long for its turn.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// So many writes share a transaction at most; more would make the first wait.
const MAX_BATCH: usize = 64;

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not a file, no rights, or not a database.
    #[error("open the relay's database `{path}`")]
    Open {
        /// Where it should be.
        path: String,
        /// What `SQLite` says.
        #[source]
        source: rusqlite::Error,
    },
    /// Written by a newer version.
    #[error(
        "the relay's database is at schema {found}, newer than {SCHEMA_VERSION}, which this version knows; install the newer version again"
    )]
    TooNew {
        /// Its schema.
        found: usize,
    },
}

/// When a commit is told to have happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Durability {
    /// When it is on the disk.
    #[default]
    Full,
    /// When the system has it: the loss of a machine, not of the process, may cost the last moments.
    Normal,
}

type Work = Box<dyn FnOnce(&Connection) -> Finish + Send>;
/// Told the outcome of the commit.
type Finish = Box<dyn FnOnce(Result<(), String>) + Send>;

#[derive(Clone, Debug)]
pub(super) struct Database {
    writer: mpsc::Sender<Work>,
    reader: mpsc::Sender<Work>,
}

impl Database {
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Self, OpenError> {
        let error = |source| OpenError::Open {
            path: path.display().to_string(),
            source,
        };
        let connect = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            let synchronous = match durability {
                Durability::Full => "FULL",
                Durability::Normal => "NORMAL",
            };
            connection.pragma_update(None, "synchronous", synchronous)?;
            Ok(connection)
        };
        let writer = connect().map_err(error)?;
        let version = |c: &Connection| -> rusqlite::Result<usize> {
            c.query_row("PRAGMA user_version", [], |row| row.get(0))
        };
        if version(&writer).map_err(error)? != SCHEMA_VERSION {
            // Looked at again under the lock: service and command line may be started together.
            writer.execute_batch("BEGIN IMMEDIATE").map_err(error)?;
            let found = version(&writer).map_err(error)?;
            let missing = MIGRATIONS
                .get(found..)
                .ok_or(OpenError::TooNew { found })?
                .concat();
            let sql = format!("{missing} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;");
            writer.execute_batch(&sql).map_err(error)?;
        }
        let reader = connect().map_err(error)?;
        Ok(Self {
            writer: serve_writes(writer),
            reader: serve_reads(reader),
        })
    }

    /// Runs `work`; what it wrote is on disk when this returns, or undone if it failed.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        run(&self.writer, operation, move |c| {
            c.execute_batch("SAVEPOINT one")?;
            let outcome = work(c);
            let end = if outcome.is_ok() {
                "RELEASE one"
            } else {
                "ROLLBACK TO one; RELEASE one"
            };
            c.execute_batch(end)?;
            outcome
        })
        .await
    }

    /// Runs `work` on what was committed before the call.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        run(&self.reader, operation, work).await
    }
}

async fn run<T: Send + 'static>(
    queue: &mpsc::Sender<Work>,
    operation: &'static str,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let failed = |reason: String| StoreError::Failed { operation, reason };
    let (tell, told) = oneshot::channel();
    let work: Work = Box::new(move |connection| {
        let outcome = work(connection).map_err(|error| error.to_string());
        Box::new(move |committed| {
            // That nobody waits any more is fine: the work is done all the same.
            let _ = tell.send(committed.and(outcome));
        })
    });
    let closed = || failed("the database is closed".to_owned());
    queue.send(work).map_err(|_| closed())?;
    told.await.map_err(|_| closed())?.map_err(failed)
}

fn serve_writes(connection: Connection) -> mpsc::Sender<Work> {
    let (queue, inbox) = mpsc::channel::<Work>();
    spawn("relay-write", move || {
        while let Ok(first) = inbox.recv() {
            let begun = connection.execute_batch("BEGIN IMMEDIATE");
            let mut finish = vec![first(&connection)];
            while finish.len() < MAX_BATCH {
                let Ok(work) = inbox.try_recv() else { break };
                finish.push(work(&connection));
            }
            let committed = begun.and_then(|()| connection.execute_batch("COMMIT"));
            if committed.is_err() && !connection.is_autocommit() {
                // A failed commit leaves the transaction open; the next one must not find it.
                let _ = connection.execute_batch("ROLLBACK");
            }
            let committed = committed.map_err(|error| error.to_string());
            for tell in finish {
                tell(committed.clone());
            }
        }
    });
    queue
}

fn serve_reads(connection: Connection) -> mpsc::Sender<Work> {
    let (queue, inbox) = mpsc::channel::<Work>();
    spawn("relay-read", move || {
        for work in inbox {
            work(&connection)(Ok(()));
        }
    });
    queue
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .expect("the operating system starts a thread at start-up");
}
