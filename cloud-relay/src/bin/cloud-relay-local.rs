//! The relay on one host: TCP, WebSocket, `SQLite`.

use std::fs::DirBuilder;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use cloud_relay::config::{RelayConfig, SecretArgument};
use cloud_relay::downlink::local::LocalDownlink;
use cloud_relay::local::{Server, load_or_create, local_router, tls_config};
use cloud_relay::relay::Relay;
use cloud_relay::store::sqlite::SqliteStore;
use jiff::{SignedDuration, Timestamp};
use relay_contract::invite::Invite;
use relay_contract::key::{KeyVersion, MasterKeys};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;

/// What has expired is invisible at once; deleting it can wait.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3600);

/// The public half of Placard, on one host.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the relay until SIGTERM or SIGINT.
    Serve(Serve),
    /// Prints a one-time invite for an agent.
    Invite(NewInvite),
}

#[derive(Debug, Args)]
struct Keep {
    /// Folder of the database and, unless `PLACARD_MASTER_KEY` is set, of the master key.
    #[arg(long, default_value = "/var/lib/placard-relay")]
    data: PathBuf,
    /// Master key: 32 bytes as 64 hex digits or as base64. Absent: DATA/master.key, created at the first start.
    #[arg(long, env = "PLACARD_MASTER_KEY", hide_env_values = true, hide = true)]
    master_key: Option<SecretArgument>,
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    keep: Keep,
    /// Address and port; port 0 takes any that is free.
    #[arg(long, default_value = "0.0.0.0:443")]
    listen: SocketAddr,
    /// Host name that Google and the agents call; the port is that of --listen.
    #[arg(long, required_unless_present = "public_base")]
    public_host: Option<String>,
    /// Whole public address, where a TLS proxy in front has another port, such as `https://relay.example`.
    #[arg(long, conflicts_with = "public_host")]
    public_base: Option<String>,
    /// Certificate chain as PEM; without it plain HTTP is served, on loopback only.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key as PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct NewInvite {
    #[command(flatten)]
    keep: Keep,
    /// The agent will speak for the relay's domain: plain callback path, no question on return.
    #[arg(long)]
    host_owner: bool,
    /// Hours until the invite expires.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u16).range(1..=720))]
    ttl_hours: u16,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Ignored only if another provider were installed first, and nothing runs before this.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match Arguments::parse().command {
        Command::Serve(arguments) => serve(arguments).await,
        Command::Invite(arguments) => invite(arguments),
    }
}

async fn serve(arguments: Serve) -> anyhow::Result<()> {
    let masters = masters(arguments.keep.master_key, &arguments.keep.data)?;
    let store = SqliteStore::open(&arguments.keep.data)?;
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(tls_config(certificate, key)?),
        _ => None,
    };
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("listen on {}; is another program there?", arguments.listen))?;
    let port = listener.local_addr()?.port();
    let base = match (arguments.public_base, arguments.public_host) {
        (Some(base), _) => base,
        (None, Some(host)) => public_base(&host, port, tls.is_some()),
        (None, None) => anyhow::bail!("give --public-host"),
    };
    let config = RelayConfig::new(&base, masters)?;
    let downlink = LocalDownlink::default();
    let relay = Arc::new(Relay {
        config,
        store: store.clone(),
        downlink: downlink.clone(),
    });
    let server = Server::new(listener, tls, local_router(Arc::clone(&relay)))?;

    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(server.run(stop.clone()));
    tasks.spawn(sweep(store, stop.clone()));
    info!(
        public_base = relay.config.public_base,
        port, "the relay is up"
    );
    println!(
        "{}",
        serde_json::json!({ "ready": true, "public_base": relay.config.public_base })
    );

    shutdown_signal().await?;
    info!("stopping");
    stop.cancel(); // nothing new
    downlink.close_all(); // agents go elsewhere or wait for the restart
    tasks.close();
    tasks.wait().await; // open requests finish
    Ok(())
}

fn invite(arguments: NewInvite) -> anyhow::Result<()> {
    let masters = masters(arguments.keep.master_key, &arguments.keep.data)?;
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).context("draw random bytes")?;
    let expiry = now() + SignedDuration::from_hours(i64::from(arguments.ttl_hours));
    let invite = Invite {
        nonce,
        expiry,
        host_owner: arguments.host_owner,
    };
    println!("{}", invite.mint(&masters));
    Ok(())
}

fn masters(given: Option<SecretArgument>, data: &Path) -> anyhow::Result<MasterKeys> {
    // What is new is for the service alone: the folder holds the key and sealed answers.
    let folder = DirBuilder::new().recursive(true).mode(0o700).create(data);
    folder.with_context(|| format!("create the folder {}", data.display()))?;
    let key = match given {
        Some(SecretArgument(key)) => key,
        None => load_or_create(data)?,
    };
    Ok(MasterKeys::new(KeyVersion(1), key, None))
}

fn public_base(host: &str, port: u16, encrypted: bool) -> String {
    match (encrypted, port) {
        (true, 443) => format!("https://{host}"),
        (true, port) => format!("https://{host}:{port}"),
        (false, 80) => format!("http://{host}"),
        (false, port) => format!("http://{host}:{port}"),
    }
}

async fn sweep(store: SqliteStore, stop: CancellationToken) {
    let mut due = interval(SWEEP_INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = due.tick() => {}
        }
        if let Err(error) = store.sweep(now()).await {
            warn!(%error, "what has expired stays on disk for another hour");
        }
    }
}

async fn shutdown_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program's own clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
