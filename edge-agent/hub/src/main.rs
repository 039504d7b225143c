//! `hub run`: the reference hub.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use hub::config::Config;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Drives the displays of one corner of the building, for the edge agent that it is paired with.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Calls the agent and shows what it is told to, until stopped.
    Run {
        /// Where keys, frames and pictures are kept.
        #[arg(long)]
        data: PathBuf,
        /// Where the agent listens for hubs, HOST:PORT (UDP 7443 unless its agent.toml says otherwise).
        #[arg(long)]
        agent: String,
        /// Names the hub and its displays; hub.toml in the data folder unless given.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .init();
    // A second provider cannot have been installed: this is the first thing that could.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Command::Run {
        data,
        agent,
        config,
    } = Arguments::parse().command;
    let config = Config::load(&config.unwrap_or_else(|| data.join("hub.toml")))?;
    let stop = CancellationToken::new();
    let running = hub::run::run(config, &data, agent, stop.clone());
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => return ended,
        stopped = stopped() => stopped?,
    }
    stop.cancel();
    running.await
}

async fn stopped() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt.context("listen for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}
