//! The one way to wait for something: look again until it is so, and say what was awaited when it never is.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
///
/// Short against the latencies that are measured, long against the cost of a look.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How long a story waits for one thing.
///
/// Far above any promise of the product: the machine may be busy building something else. Speed is judged by
/// benchmarks, not by this.
pub const PATIENCE: Duration = Duration::from_secs(60);

tokio::task_local! {
    static SHORTENED: Duration;
}

/// Runs a story that is expected to fail, with less patience than [`PATIENCE`]: nobody needs to wait long for it.
pub async fn impatiently<F: Future>(patience: Duration, story: F) -> F::Output {
    SHORTENED.scope(patience, story).await
}

/// Looks until `look` finds a value; fails with `what` and the last reason after [`PATIENCE`].
///
/// # Errors
///
/// Fails when nothing was found in time. An error of `look` counts as "not yet" and is part of the message.
pub async fn eventually<T, F, Fut>(what: &str, mut look: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
{
    let patience = SHORTENED
        .try_with(|shortened| *shortened)
        .unwrap_or(PATIENCE);
    let started = Instant::now();
    let mut last = None;
    loop {
        match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(reason) => last = Some(reason),
        }
        if started.elapsed() > patience {
            match last {
                Some(reason) => {
                    bail!("did not happen within {patience:?}: {what}; last reason: {reason:#}")
                }
                None => bail!("did not happen within {patience:?}: {what}"),
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
