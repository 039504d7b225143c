//! The hub's commands: parse, start, wait, stop.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use frame::Panel;
use hub::buttons::{How, Pressed};
use hub::config::Config;
use hub::control;
use hub::link::LinkEnded;
use hub::logs::Logs;
use hub::run::Agents;
use hub::simulate::{self, Simulation};
use hub_link::code::PairingCode;
use hub_link::identity::Pin;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Drives the displays of one corner of the building, for the edge agent that it is paired with.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Calls the agent and shows what it is told to, until stopped. Shows a pairing code until it is paired.
    Run {
        #[command(flatten)]
        hub: Hub,
        #[command(flatten)]
        agents: AgentArguments,
    },
    /// Is paired with an agent, and ends.
    Pair {
        #[command(flatten)]
        hub: Hub,
        #[command(flatten)]
        agents: AgentArguments,
    },
    /// Tells the hub that runs here that a button was pressed.
    Press {
        #[arg(long)]
        data: PathBuf,
        /// The display's key.
        #[arg(long)]
        display: String,
        /// Which of its buttons, from 1.
        #[arg(long, default_value_t = 1)]
        button: u32,
        #[arg(long, value_enum, default_value = "short")]
        how: How,
    },
    /// Runs many hubs in memory, for load. Prints their pins, for `edge-agent hubs admit`, then counts.
    Simulate {
        /// Where the hubs' keys are kept.
        #[arg(long)]
        data: PathBuf,
        /// Where the agent listens for hubs, HOST:PORT.
        #[arg(long)]
        agent: String,
        /// The agent's key, as `edge-agent hubs keys` prints it.
        #[arg(long)]
        pin: Pin,
        #[arg(long)]
        hubs: usize,
        /// Of each hub.
        #[arg(long, default_value_t = 1)]
        displays: usize,
        /// Of each display.
        #[arg(long, default_value = "800x480")]
        panel: Panel,
    },
}

#[derive(Debug, clap::Args)]
struct Hub {
    /// Where keys, frames and pictures are kept.
    #[arg(long)]
    data: PathBuf,
    /// Names the hub and its displays; hub.toml in the data folder unless given.
    #[arg(long)]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct AgentArguments {
    /// Where the agent listens for hubs, HOST:PORT (UDP 7443 unless its agent.toml says otherwise). May be given several
    /// times, or not at all: then agents that announce themselves on the LAN are called.
    #[arg(long)]
    agent: Vec<String>,
    /// The pairing code that the agent shows; without it, the hub shows one.
    #[arg(long)]
    code: Option<PairingCode>,
    /// Does not listen for agents that announce themselves on the LAN.
    #[arg(long)]
    no_discovery: bool,
}

impl From<AgentArguments> for Agents {
    fn from(arguments: AgentArguments) -> Self {
        Self {
            places: arguments.agent,
            code: arguments.code,
            discover: !arguments.no_discovery,
        }
    }
}

impl Hub {
    fn config(&self) -> anyhow::Result<Config> {
        let file = self.config.clone();
        Config::load(&file.unwrap_or_else(|| self.data.join("hub.toml")))
    }
}

// One thread: panels have their own, and the link of one hub is little work.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let logs = Logs::default();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let to_stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(to_stderr.with_filter(filter))
        .with(logs.clone())
        .init();
    // A second provider cannot have been installed: this is the first thing that could.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Arguments::parse().command {
        Command::Run { hub, agents } => run(hub, agents.into(), logs).await,
        Command::Pair { hub, agents } => {
            let name = hub.config().map(|config| config.name).unwrap_or_default();
            until_stopped(hub::run::pair(name, &hub.data, agents.into())).await
        }
        Command::Press {
            data,
            display,
            button,
            how,
        } => {
            let pressed = Pressed {
                display,
                button,
                how,
            };
            control::press(&data, &pressed)
                .with_context(|| format!("tell the hub that runs on {}", data.display()))
        }
        Command::Simulate {
            data,
            agent,
            pin,
            hubs,
            displays,
            panel,
        } => {
            let simulation = Simulation {
                data,
                agent,
                pin,
                hubs,
                displays,
                panel,
            };
            let stop = CancellationToken::new();
            until_stopped(simulate::run(simulation, stop)).await
        }
    }
}

async fn run(hub: Hub, agents: Agents, logs: Logs) -> anyhow::Result<()> {
    let config = hub.config()?;
    let stop = CancellationToken::new();
    let running = hub::run::run(config, &hub.data, agents, logs, stop.clone());
    tokio::pin!(running);
    let ended = tokio::select! {
        ended = &mut running => ended,
        stopped = stopped() => {
            stopped?;
            stop.cancel();
            running.await
        }
    };
    if ended? == LinkEnded::Reboot {
        return Err(start_again()).context("start the hub's program again");
    }
    Ok(())
}

/// Becomes a new program of the same file and arguments; returns only if that fails.
fn start_again() -> std::io::Error {
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .exec(),
        Err(error) => error,
    }
}

async fn until_stopped(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::select! {
        ended = work => ended,
        stopped = stopped() => stopped,
    }
}

async fn stopped() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt.context("listen for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}
