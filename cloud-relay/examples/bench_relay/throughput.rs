//! How many notifications a second one core takes, real and forged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use relay_contract::{route, webhook};
use tokio::task::JoinSet;

use crate::agent::Agent;
use crate::host::Host;
use crate::raw::{Raw, notification};
use crate::row::Rows;

/// Google's pusher keeps connections; this many have one under way at any time.
const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// Real ones, of as many channels as connections: each is written to the disk.
pub(crate) async fn genuine(host: &Host, rows: &mut Rows) -> Result<()> {
    let agents = host.agents(CONNECTIONS).await?;
    let (rate, count) = drive(host, &agents, 200, true).await?;
    let name = format!("webhooks_per_s_per_core.{}", host.durability.name());
    rows.add(name, rate, "1/s", count);
    Ok(())
}

/// Ones with a token that nobody made: refused by the MAC alone.
pub(crate) async fn forged(host: &Host, rows: &mut Rows) -> Result<()> {
    let agents = host.agents(1).await?;
    let before = changes(host)?;
    let (rate, count) = drive(host, &agents, 404, false).await?;
    rows.add("forged_per_s_per_core", rate, "1/s", count);
    rows.add("forged_written_bytes", changes(host)? - before, "B", count);
    Ok(())
}

/// Drives all connections at once; gives the answers a second, and how many they were.
async fn drive(host: &Host, agents: &[Agent], expected: u16, real: bool) -> Result<(f64, usize)> {
    let answered = Arc::new(AtomicU64::new(0));
    let mut tasks: JoinSet<Result<()>> = JoinSet::new();
    for index in 0..CONNECTIONS {
        let agent = &agents[index % agents.len()];
        let (channel, path) = (
            format!("room-{index}"),
            route::calendar_webhook("", &agent.enrolled.agent),
        );
        let token = if real {
            webhook::mint(&agent.enrolled.keys, &channel)
        } else {
            "1.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()
        };
        let mut client = Raw::connect(host.authority()).await?;
        let answered = Arc::clone(&answered);
        tasks.spawn(async move {
            for number in 1.. {
                let request = notification(&path, &channel, number, &token);
                let status = client.send(&request).await?;
                anyhow::ensure!(status == expected, "answered with {status}, not {expected}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    let failed = tokio::time::timeout(WARM_UP, tasks.join_next()).await;
    anyhow::ensure!(failed.is_err(), "a connection ended: {failed:?}");
    let (before, started) = (answered.load(Ordering::Relaxed), Instant::now());
    let failed = tokio::time::timeout(MEASURED, tasks.join_next()).await;
    anyhow::ensure!(failed.is_err(), "a connection ended: {failed:?}");
    let count = answered.load(Ordering::Relaxed) - before;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = count as f64 / started.elapsed().as_secs_f64();
    Ok((rate, usize::try_from(count)?))
}

/// Bytes of the database and its log.
fn changes(host: &Host) -> Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(host.folder.path())? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().contains(".db") {
            bytes += entry.metadata()?.len();
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let bytes = bytes as f64;
    Ok(bytes)
}
