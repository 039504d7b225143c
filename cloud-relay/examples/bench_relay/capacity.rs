//! What one check of a token costs, and what one connected agent weighs.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use relay_contract::id::AgentId;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use relay_contract::webhook::{mint, verify};

use crate::agent::Agent;
use crate::host::{Durability, Host};
use crate::row::{Rows, median};

const BATCHES: usize = 50;
const A_BATCH: usize = 2000;
const CONNECTED: usize = 1000;
/// Connections that have just been opened still hold what the handshake needed.
const SETTLE: Duration = Duration::from_secs(2);

/// The MAC of a notification, as the webhook's handler checks it.
fn verify_us() -> f64 {
    let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes([7; 32]), None);
    let agent = AgentId::from_random([1; 10]);
    let token = mint(&masters.agent_keys(&agent), "channel-1");
    let mut samples: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..A_BATCH {
                let (masters, agent) = (black_box(&masters), black_box(&agent));
                assert!(verify(
                    masters,
                    agent,
                    black_box("channel-1"),
                    black_box(&token)
                ));
            }
            #[expect(clippy::cast_precision_loss, reason = "a small constant")]
            let each = started.elapsed().as_secs_f64() * 1e6 / A_BATCH as f64;
            each
        })
        .collect();
    median(&mut samples)
}

pub(crate) fn check(rows: &mut Rows) {
    rows.add("verify_us", verify_us(), "us", BATCHES * A_BATCH);
}

/// Resident memory with and without a thousand connected agents.
pub(crate) async fn memory(program: &Path, rows: &mut Rows) -> Result<()> {
    let host = Host::start(program, Durability::Full).await?;
    let agents = host.agents(CONNECTED).await?;
    tokio::time::sleep(SETTLE).await;
    let before = host.memory()?;
    let sockets = stream::iter(agents.iter().map(Agent::connect)).buffered(16);
    let sockets: Vec<_> = sockets.try_collect().await?;
    tokio::time::sleep(SETTLE).await;
    let after = host.memory()?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = after.saturating_sub(before) as f64 / sockets.len() as f64 / 1024.0;
    rows.add("rss_per_agent", each, "KB", sockets.len());
    Ok(())
}
