//! How fast, how large and how dear the relay is, beside the tunnels that an operator might use instead.
//!
//! Programs are run as in production, optimised and with their log; the relay has one core, what drives it another.
//! `infra/dev bench relay` builds what this needs and gives the goals. Prints one JSON array of rows.

#[path = "../../tests/rehearsal/agent.rs"]
mod agent;
mod away;
mod capacity;
mod host;
mod lambda;
mod latency;
mod life;
mod prices;
mod raw;
mod row;
mod runtime_api;
mod table;
mod throughput;
mod tunnels;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::host::{Durability, Host};
use crate::row::Rows;

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Verify,
    Latency,
    Throughput,
    Memory,
    Lambda,
}

/// What `infra/bench.d/relay.toml` gives.
#[derive(Debug, Parser)]
struct Programs {
    /// `cloud-relay-local`, optimised.
    #[arg(long)]
    relay: PathBuf,
    /// The zip for Lambda.
    #[arg(long)]
    zip: PathBuf,
    /// The `bootstrap` of that zip.
    #[arg(long)]
    bootstrap: PathBuf,
    /// Seconds that an agent is away; less for trying the bench itself.
    #[arg(long, default_value_t = 60)]
    away_seconds: u64,
    /// One part alone, while working on it.
    #[arg(long)]
    only: Option<Part>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let programs = Programs::parse();
    let mut rows = Rows::default();
    let wanted = |part: Part| programs.only.is_none_or(|only| only == part);
    host::pin_to_the_other_core()?;
    if wanted(Part::Verify) {
        capacity::check(&mut rows);
    }
    if wanted(Part::Latency) {
        rows.say("latency of the tunnels");
        let tunnels = tunnels::Tunnels::start().await.context("tunnels")?;
        let peers = latency::of_tunnels(&tunnels).await?;
        for durability in [Durability::Full, Durability::Normal] {
            rows.say(&format!("latency, synchronous={}", durability.name()));
            for agents in [1, 100, 1000] {
                let host = Host::start(&programs.relay, durability).await?;
                latency::of_relay(&host, agents, &peers, &mut rows).await?;
            }
        }
        rows.say("an agent that is away");
        away::measure(&programs.relay, tunnels, programs.away_seconds, &mut rows).await?;
    }
    if wanted(Part::Throughput) {
        for durability in [Durability::Full, Durability::Normal] {
            rows.say(&format!("throughput, synchronous={}", durability.name()));
            let host = Host::start(&programs.relay, durability).await?;
            throughput::genuine(&host, &mut rows).await?;
        }
        let host = Host::start(&programs.relay, Durability::Full).await?;
        throughput::forged(&host, &mut rows).await?;
    }
    if wanted(Part::Memory) {
        rows.say("memory");
        capacity::memory(&programs.relay, &mut rows).await?;
    }
    if wanted(Part::Lambda) {
        rows.say("Lambda");
        lambda::measure(&programs.bootstrap, &programs.zip, &mut rows).await?;
    }
    rows.print()
}
