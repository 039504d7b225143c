//! Everybody at once, as after a power cut: who gets in, how soon, and what each costs the server.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use placard_tests::WorldPlan;
use placard_tests::figures::{Row, cpu_seconds, resident_kb};
use placard_tests::fleet::Fleet;
use placard_tests::programs::AGENT;
use placard_tests::story::Story;
use serde_json::Value;

use crate::mqtt::{self, TcpNoDelay};
use crate::played::Played;

/// The small herd, which shows whether a connection costs the same in a large one.
const FEW: usize = 100;
const HOST: &str = "127.0.0.1";
/// Where the broker listens; it takes no free port by itself.
const PORT: u16 = 18_883;
/// When the memory of a herd is looked at: after the last handshake has been forgotten.
const SETTLED: Duration = Duration::from_secs(3);

struct Storm {
    seconds: f64,
    failures: f64,
    cpu_ms: f64,
    resident_kb: f64,
}

/// A small and a large herd, ours and the peer's.
pub(crate) async fn measure(hubs: usize, version: &str) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    mqtt::certify(folder.path(), &["localhost", HOST])?;
    let mut rows = Vec::new();
    for count in [FEW, hubs] {
        let ours = link(count).await.context("our herd")?;
        let peer = mqtt_herd(folder.path(), count)
            .await
            .context("the peer's herd")?;
        let mut row = |name: String, unit, value: fn(&Storm) -> f64| {
            rows.push(Row::new(name, value(&ours), unit, count).beside(
                mqtt::BROKER,
                version,
                value(&peer),
            ));
        };
        row(format!("rss_kb_per_connection@{count}"), "kB", |storm| {
            storm.resident_kb
        });
        if count == hubs {
            row(format!("storm_{count}.failures"), "", |storm| {
                storm.failures
            });
            row(format!("storm_{count}.s"), "s", |storm| storm.seconds);
            row("storm.cpu_ms_per_connect".to_owned(), "ms", |storm| {
                storm.cpu_ms
            });
        }
    }
    Ok(rows)
}

async fn link(count: usize) -> Result<Storm> {
    let story = Story::begin(WorldPlan::small()).await?;
    Fleet::admit(&story.world, count).await?;
    let agent = story.world.process_of(AGENT)?;
    tokio::time::sleep(SETTLED).await;
    let (cpu, resident) = (cpu_seconds(agent)?, resident_kb(agent)?);
    let mut fleet = Fleet::start(&story.world, count, 0).await?;
    let (dialled, complete) = fleet.is_complete(0).await?;
    let used = cpu_seconds(agent)? - cpu;
    tokio::time::sleep(SETTLED).await;
    let storm = Storm {
        seconds: (complete - dialled) as f64 / 1e6,
        failures: fleet.count("failures").await? as f64,
        cpu_ms: used * 1000.0 / count as f64,
        resident_kb: (resident_kb(agent)? - resident) / count as f64,
    };
    fleet.kill().await?;
    story.world.stop().await?;
    Ok(storm)
}

async fn mqtt_herd(certificates: &Path, count: usize) -> Result<Storm> {
    let broker = mqtt::broker(certificates, None, (HOST, PORT), TcpNoDelay::On).await?;
    let server = broker.id()?;
    let mut subscribers = mqtt::start_subscribers(certificates, None, (HOST, PORT), count)?;
    subscribers.says().await?;
    let (cpu, resident) = (cpu_seconds(server)?, resident_kb(server)?);
    let told: Value = ask_go(&mut subscribers).await?;
    let used = cpu_seconds(server)? - cpu;
    tokio::time::sleep(SETTLED).await;
    let number = |key: &str| {
        let number = told[key].as_f64();
        number.with_context(|| format!("no {key} in {told}"))
    };
    Ok(Storm {
        seconds: number("seconds")?,
        failures: number("failures")?,
        cpu_ms: used * 1000.0 / count as f64,
        resident_kb: (resident_kb(server)? - resident) / count as f64,
    })
}

/// Fires the starting shot.
async fn ask_go(clients: &mut Played) -> Result<Value> {
    clients.ask("go 1").await
}
