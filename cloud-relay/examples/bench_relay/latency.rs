//! From the moment that a notification is sent to the moment that the agent knows of it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use relay_contract::inbox::Hint;
use relay_contract::{route, webhook};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::agent::{Agent, text_of};
use crate::host::{Durability, Host, fsync_ms, milliseconds};
use crate::raw::{Raw, notification};
use crate::row::{Peer, Rows, percentile};
use crate::tunnels::{Tunnel, Tunnels};

const SAMPLES: u64 = 1000;
/// Before anything is counted, caches are filled and connections open.
const WARM_UP: u64 = 50;
const PATIENCE: Duration = Duration::from_secs(10);

/// Latencies of a tunnel.
#[derive(Debug)]
pub(crate) struct Measured {
    name: &'static str,
    version: String,
    p50: f64,
    p99: f64,
}

impl Measured {
    fn peer(&self, value: f64) -> Peer {
        Peer {
            name: self.name,
            version: self.version.clone(),
            value,
        }
    }
}

/// Both tunnels, carrying the same request to a handler.
pub(crate) async fn of_tunnels(tunnels: &Tunnels) -> Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for tunnel in [&tunnels.rathole, &tunnels.bore] {
        let mut samples = through(tunnel).await.context(tunnel.name)?;
        measured.push(Measured {
            name: tunnel.name,
            version: tunnel.version.clone(),
            p50: percentile(&mut samples, 0.5),
            p99: percentile(&mut samples, 0.99),
        });
    }
    Ok(measured)
}

async fn through(tunnel: &Tunnel) -> Result<Vec<f64>> {
    let mut client = Raw::connect(&tunnel.public).await?;
    let mut arrivals = tunnel.arrivals.lock().await;
    let mut samples = Vec::new();
    for number in 0..WARM_UP + SAMPLES {
        let request = notification("/google/calendar/x", "room-1", number + 1, "x");
        let started = Instant::now();
        client.send(&request).await?;
        let arrived = timeout(PATIENCE, arrivals.recv()).await?;
        if number >= WARM_UP {
            let arrived = arrived.context("an arrival")?;
            samples.push(milliseconds(arrived.duration_since(started)));
        }
    }
    Ok(samples)
}

/// The relay with so many agents connected; each notification is for another of them.
pub(crate) async fn of_relay(
    host: &Host,
    agents: usize,
    tunnels: &[Measured],
    rows: &mut Rows,
) -> Result<()> {
    let durability = host.durability.name();
    let agents_ = host.agents(agents).await?;
    let (mut hints, _listeners) = listen(&agents_).await?;
    let mut client = Raw::connect(host.authority()).await?;
    let mut samples = Vec::new();
    for number in 0..WARM_UP + SAMPLES {
        #[expect(clippy::cast_possible_truncation, reason = "an index into the agents")]
        let agent = &agents_[number as usize % agents];
        let token = webhook::mint(&agent.enrolled.keys, "room-1");
        let path = route::calendar_webhook("", &agent.enrolled.agent);
        let request = notification(&path, "room-1", number + 1, &token);
        let started = Instant::now();
        let status = client.send(&request).await?;
        anyhow::ensure!(status == 200, "a notification was answered with {status}");
        let (arrived, of) = timeout(PATIENCE, hints.recv()).await?.context("a hint")?;
        anyhow::ensure!(of == number + 1, "a hint of another notification");
        if number >= WARM_UP {
            samples.push(milliseconds(arrived.duration_since(started)));
        }
    }
    let (p50, p99) = (
        percentile(&mut samples, 0.5),
        percentile(&mut samples, 0.99),
    );
    let at = format!("{agents}.{durability}");
    let first = tunnels.first();
    rows.beside(
        format!("webhook_to_agent.p50@{at}"),
        p50,
        "ms",
        samples.len(),
        first.map(|t| t.peer(t.p50)).as_ref(),
    );
    rows.beside(
        format!("webhook_to_agent.p99@{at}"),
        p99,
        "ms",
        samples.len(),
        first.map(|t| t.peer(t.p99)).as_ref(),
    );
    if agents == 1 && durability == Durability::Full.name() {
        let fsync = fsync_ms(host.folder.path())?;
        rows.add("fsync.p50", fsync, "ms", 200);
        for tunnel in tunnels {
            let over = p50 - tunnel.p50 - fsync;
            let peer = tunnel.peer(tunnel.p50);
            let name = format!("webhook_to_agent.p50_over_{}_and_fsync", tunnel.name);
            rows.beside(name, over, "ms", samples.len(), Some(&peer));
        }
    }
    Ok(())
}

/// Listens at every agent's WebSocket; gives when which number arrived.
async fn listen(
    agents: &[Agent],
) -> Result<(mpsc::UnboundedReceiver<(Instant, u64)>, JoinSet<()>)> {
    let (sender, hints) = mpsc::unbounded_channel();
    let sockets = stream::iter(agents.iter().map(Agent::connect)).buffered(16);
    let sockets: Vec<_> = sockets.try_collect().await?;
    let mut listeners = JoinSet::new();
    for mut socket in sockets {
        let sender = sender.clone();
        listeners.spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                let arrived = Instant::now();
                let hint = text_of(&message).and_then(|t| serde_json::from_str(t).ok());
                // Nobody listens any more when the measurement is over.
                if let Some(Hint::Calendar { number, .. }) = hint
                    && sender.send((arrived, number)).is_err()
                {
                    return;
                }
            }
        });
    }
    Ok((hints, listeners))
}
