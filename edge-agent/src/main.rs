//! The edge agent's commands: parse, load, start, wait, stop.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use edge_agent::{Agent, Config, Environment};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tracing::{error, info, warn};
use tracing_subscriber::EnvFilter;

/// Long enough for goodbyes to hubs and for answers under way; shorter than systemd's patience.
const GRACE_PERIOD: Duration = Duration::from_secs(15);

/// Placard's server on the LAN: reads Google Calendar, plans the signs, drives the hubs.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the agent.
    Serve(Data),
    /// Print the token that claims a new agent in the portal.
    SetupToken(Data),
    /// Who may administer the agent.
    #[command(subcommand)]
    Admin(Admin),
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Remove every admin, end every session, and print a new setup token.
    Reset(Data),
}

#[derive(Debug, clap::Args)]
struct Data {
    /// The folder of database, keys and agent.toml.
    #[arg(long, env = "PLACARD_DATA", default_value = "/var/lib/placard")]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    start_log();
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("nothing has installed a provider before");
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!("{failure:#}");
            ExitCode::FAILURE
        }
    }
}

/// To stderr, so that stdout is for whoever started the command. `RUST_LOG` says what is logged.
fn start_log() {
    let usual = || EnvFilter::new("info,memory_serve=warn");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(Data { data }) => serve(data).await,
        Command::SetupToken(Data { data }) => {
            println!("{}", edge_agent::setup_token(&data).await?);
            Ok(())
        }
        Command::Admin(Admin::Reset(Data { data })) => {
            let token = edge_agent::admin_reset(&data).await?;
            println!(
                "Every admin is removed and every session ended. Claim the agent in the portal with this setup token:"
            );
            println!("{token}");
            Ok(())
        }
    }
}

async fn serve(data: PathBuf) -> Result<()> {
    let config = Config::load(&data, &Environment)?;
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let agent = Agent::start(config).await.context("start the agent")?;
    println!("{}", agent.ready_line());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!("stopping");
    if timeout(GRACE_PERIOD, agent.shutdown()).await.is_err() {
        warn!(
            "stopping took longer than {GRACE_PERIOD:?}; leaving work behind, which the next start finds"
        );
    }
    Ok(())
}
