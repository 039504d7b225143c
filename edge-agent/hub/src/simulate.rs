//! `hub simulate`: many hubs in one process, for load. They keep everything in memory and their panels show at once; on
//! the wire they cannot be told from others.

mod memory;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use frame::Panel;
use hub_link::close::CloseReason;
use hub_link::hub_end::{self, AgentLink, Frame, HubEndpoint};
use hub_link::identity::{Identity, Pin};
use hub_link::wire::{Capability, Hello, to_agent, to_hub};
use jiff::Timestamp;
use tokio::net::lookup_host;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::memory::{Memory, Pool};
use crate::backoff::Backoff;

/// How often the counts are printed, if they have changed.
const PRINT_EVERY: Duration = Duration::from_millis(100);

/// What is simulated.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// Where the hubs' keys are kept, so that they are the same hubs the next time.
    pub data: PathBuf,
    /// `HOST:PORT`.
    pub agent: String,
    /// The agent's key: these hubs are not paired, an administrator admits them.
    pub pin: Pin,
    pub hubs: usize,
    /// Of each hub.
    pub displays: usize,
    /// Of each display.
    pub panel: Panel,
}

/// What has happened so far.
#[derive(Debug)]
struct Counts {
    hubs: u64,
    /// When the first hub dialled, in microseconds since 1970.
    dialled_at_us: i64,
    /// When the last hub that was missing was welcomed; 0 before.
    complete_at_us: AtomicI64,
    connected: AtomicU64,
    connects: AtomicU64,
    failures: AtomicU64,
    frames: AtomicU64,
    plans: AtomicU64,
}

/// Prints the hubs' pins as one JSON line, then runs them until `stop`, printing a line of counts whenever they change.
///
/// # Errors
///
/// Fails when keys cannot be kept or the agent's address is none.
pub async fn run(simulation: Simulation, stop: CancellationToken) -> anyhow::Result<()> {
    ensure!(
        simulation.displays <= 64,
        "a hub drives at most 64 displays"
    );
    let agent = lookup_host(&simulation.agent)
        .await
        .with_context(|| format!("look up {}", simulation.agent))?
        .next()
        .with_context(|| format!("{} has no address", simulation.agent))?;
    let identities = (0..simulation.hubs)
        .map(|number| Identity::load_or_create(&simulation.data.join(format!("{number:05}.key"))))
        .collect::<Result<Vec<_>, _>>()?;
    let pins: Vec<String> = identities
        .iter()
        .map(|identity| identity.pin().to_string())
        .collect();
    println!("{}", serde_json::json!({ "hubs": pins }));
    let pool = Pool::default();
    // Everybody's socket first, so that all dial at the same time.
    let endpoints = identities
        .into_iter()
        .map(|identity| HubEndpoint::open(agent, identity, simulation.displays))
        .collect::<Result<Vec<_>, _>>()?;
    let counts = Arc::new(Counts::of(endpoints.len()));
    let mut hubs = JoinSet::new();
    for (number, endpoint) in endpoints.into_iter().enumerate() {
        let keys = (0..simulation.displays).map(|display| format!("sim-{number}-{display}"));
        let hub = SimulatedHub {
            agent,
            pin: simulation.pin,
            endpoint,
            memory: Memory::new(keys.collect(), simulation.panel, pool.clone()),
            counts: Arc::clone(&counts),
        };
        hubs.spawn(stop.clone().run_until_cancelled_owned(hub.run()));
    }
    let printed = stop.run_until_cancelled(counts.print()).await;
    if let Some(never) = printed {
        match never {}
    }
    while hubs.join_next().await.is_some() {}
    Ok(())
}

impl Counts {
    fn of(hubs: usize) -> Self {
        Self {
            hubs: hubs as u64,
            dialled_at_us: now().as_microsecond(),
            complete_at_us: AtomicI64::new(0),
            connected: AtomicU64::new(0),
            connects: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            frames: AtomicU64::new(0),
            plans: AtomicU64::new(0),
        }
    }

    /// A hub was welcomed.
    fn came(&self) {
        add(&self.connects);
        if self.connected.fetch_add(1, Ordering::Relaxed) + 1 == self.hubs {
            let complete = now().as_microsecond();
            self.complete_at_us.store(complete, Ordering::Relaxed);
        }
    }

    fn went(&self) {
        self.connected.fetch_sub(1, Ordering::Relaxed);
    }

    async fn print(&self) -> Infallible {
        let mut last = String::new();
        loop {
            let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
            let line = serde_json::json!({
                "connected": count(&self.connected),
                "connects": count(&self.connects),
                "failures": count(&self.failures),
                "frames": count(&self.frames),
                "plans": count(&self.plans),
                "dialled_at_us": self.dialled_at_us,
                "complete_at_us": self.complete_at_us.load(Ordering::Relaxed),
            });
            let line = line.to_string();
            if line != last {
                println!("{line}");
                last = line;
            }
            tokio::time::sleep(PRINT_EVERY).await;
        }
    }
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

struct SimulatedHub {
    agent: SocketAddr,
    pin: Pin,
    endpoint: HubEndpoint,
    memory: Memory,
    counts: Arc<Counts>,
}

impl SimulatedHub {
    async fn run(self) -> Infallible {
        let mut backoff = Backoff::default();
        loop {
            let displays = self.memory.describe();
            let hello = Hello {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                highest: displays.iter().filter_map(|display| display.stored).max(),
                displays,
                capabilities: Capability::bits(&[Capability::Supersede]),
                ..Hello::default()
            };
            match self.endpoint.connect(self.agent, &[self.pin], hello).await {
                Ok(link) => {
                    self.counts.came();
                    backoff = Backoff::default();
                    self.serve(link).await;
                    self.counts.went();
                }
                Err(error) => {
                    add(&self.counts.failures);
                    tracing::debug!(error = &error as &dyn std::error::Error, "no connection");
                }
            }
            tokio::time::sleep(backoff.wait()).await;
        }
    }

    async fn serve(&self, link: AgentLink) {
        let AgentLink {
            connection,
            mut reports,
            mut orders,
            ..
        } = link;
        let (send, mut receive): (UnboundedSender<to_agent::Kind>, UnboundedReceiver<_>) =
            unbounded_channel();
        let report = |adopted: Vec<to_agent::Kind>| {
            for kind in adopted {
                if matches!(kind, to_agent::Kind::Stored(_)) {
                    add(&self.counts.plans);
                }
                // The receiver lives as long as this connection.
                let _ = send.send(kind);
            }
        };
        let frames = async {
            while let Ok(frame) = hub_end::next_frame(&connection).await {
                match frame {
                    Frame::Whole(header, payload) => {
                        add(&self.counts.frames);
                        report(self.memory.take_frame(&header, &payload, now()));
                    }
                    Frame::Superseded => {}
                    Frame::Broken => break,
                }
            }
        };
        let obeyed = async {
            while let Ok(Some(order)) = orders.next().await {
                if let Some(to_hub::Kind::Plan(plan)) = order.kind {
                    report(self.memory.take_plan(plan, now()));
                }
            }
        };
        let passed = async {
            while let Some(kind) = receive.recv().await {
                if reports.send(&kind.into()).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = frames => {}
            () = obeyed => {}
            () = passed => {}
        }
        CloseReason::ShuttingDown.close(&connection);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "simulated hubs run on the agent's machine or one with a right clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
