//! The thread that writes. Writes that wait for it together become durable together: a thousand hubs that come back at
//! once cost a few waits for the disk, not a thousand. One that fails takes nothing of the others with it.

use std::sync::{Arc, mpsc};

use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};

/// The most writes that become durable together, so that nobody waits for a crowd that keeps coming.
const TOGETHER: usize = 64;

/// Answers whoever asked for a write, once it is known whether it lasts.
pub(super) type Answer = Box<dyn FnOnce(Result<(), Lost>)>;

/// What is to be written; it is not run when there is no transaction to run it in.
pub(super) type Write = Box<dyn FnOnce(Result<&Transaction<'_>, Lost>) -> Answer + Send>;

/// Why writes that belonged together did not last.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the transaction was lost")]
pub(crate) struct Lost(#[source] Arc<rusqlite::Error>);

impl From<rusqlite::Error> for Lost {
    fn from(error: rusqlite::Error) -> Self {
        Self(Arc::new(error))
    }
}

/// Gives the connection to a thread of its own that writes until every handle is gone.
pub(super) fn serve(mut connection: Connection) -> mpsc::Sender<Write> {
    let (writes, inbox) = mpsc::channel::<Write>();
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || {
            while let Ok(first) = inbox.recv() {
                let waiting = inbox.try_iter().take(TOGETHER - 1);
                let group = std::iter::once(first).chain(waiting).collect();
                write(&mut connection, group);
            }
        })
        .expect("the operating system starts a thread at start-up");
    writes
}

fn write(connection: &mut Connection, group: Vec<Write>) {
    let mut answers = Vec::with_capacity(group.len());
    let outcome = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => {
            answers.extend(group.into_iter().map(|write| write(open(&transaction))));
            transaction.commit().map_err(Lost::from)
        }
        Err(error) => {
            let lost = Lost::from(error);
            answers.extend(group.into_iter().map(|write| write(Err(lost.clone()))));
            Err(lost)
        }
    };
    for answer in answers {
        answer(outcome.clone());
    }
}

/// A full disk, for one, makes `SQLite` end the whole transaction within a write: the others then fail with it.
fn open<'a>(transaction: &'a Transaction<'a>) -> Result<&'a Transaction<'a>, Lost> {
    if transaction.is_autocommit() {
        let aborted = ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK);
        return Err(rusqlite::Error::SqliteFailure(aborted, None).into());
    }
    Ok(transaction)
}

/// Runs `f` so that nothing of it stays when it fails.
pub(super) fn apart<T, E: From<rusqlite::Error>>(
    transaction: &Transaction<'_>,
    f: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    transaction.execute_batch("SAVEPOINT apart")?;
    let outcome = f(transaction);
    match &outcome {
        Ok(_) => transaction.execute_batch("RELEASE apart")?,
        // With the transaction gone, nothing of it has stayed anyway.
        Err(_) if transaction.is_autocommit() => {}
        Err(_) => transaction.execute_batch("ROLLBACK TO apart; RELEASE apart")?,
    }
    outcome
}
