//! The relay on one host: TCP, WebSocket, `SQLite`.

use std::fs::DirBuilder;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use cloud_relay::config::{DEFAULT_WEBHOOKS_PER_MINUTE, RelayConfig};
use cloud_relay::downlink::Downlink as _;
use cloud_relay::downlink::local::LocalDownlink;
use cloud_relay::local::{Server, load_or_create, local_router, retire, rotate, tls_config};
use cloud_relay::logging;
use cloud_relay::masters::MasterArguments;
use cloud_relay::operator::{self, Setting};
use cloud_relay::relay::Relay;
use cloud_relay::store::sqlite::{Durability, SqliteStore};
use jiff::Timestamp;
use relay_contract::key::MasterKeys;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// What has expired is invisible at once; deleting it can wait.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3600);
/// "At once", for an operator who suspends an agent.
const CLOSE_INTERVAL: Duration = Duration::from_millis(500);

/// The public half of Placard, on one host.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    keep: Keep,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the relay until SIGTERM or SIGINT.
    Serve(Serve),
    #[command(flatten)]
    Operator(operator::Command),
    /// Draws a new master key in DATA/master.key and keeps the old one beside it; holds when the relay is started again.
    RotateMaster,
    /// Drops the old master key, when no channel uses it any more.
    RetireMaster {
        /// Even if channels use it: their notifications are refused until the agents make new ones.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
struct Keep {
    /// Folder of the database and, unless `PLACARD_MASTER_KEY` is set, of the master key.
    #[arg(long, default_value = "/var/lib/placard-relay", global = true)]
    data: PathBuf,
    #[command(flatten)]
    masters: MasterArguments,
}

#[derive(Debug, Args)]
struct Serve {
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
    /// Webhooks that an agent without a quota of its own may get each minute.
    #[arg(long, env = "PLACARD_WEBHOOKS_PER_MINUTE", default_value_t = DEFAULT_WEBHOOKS_PER_MINUTE)]
    webhooks_per_minute: u32,
    /// `SQLite`'s `synchronous`, for measuring what durability costs.
    #[arg(long, default_value = "full", hide = true)]
    synchronous: Durability,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Ignored only if another provider were installed first, and nothing runs before this.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(lines.with_filter(logging::filter()))
        .init();
    let Arguments { keep, command } = Arguments::parse();
    // What is new is for the service alone: the folder holds the key and sealed answers.
    let folder = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&keep.data);
    folder.with_context(|| format!("create the folder {}", keep.data.display()))?;
    match command {
        Command::Serve(arguments) => serve(&keep, arguments).await,
        Command::Operator(command) => operate(&keep, &command).await,
        Command::RotateMaster => {
            let version = rotate(&keep.data)?;
            println!("version {version} is drawn; restart the relay to use it");
            Ok(())
        }
        Command::RetireMaster { force } => retire_master(&keep, force).await,
    }
}

async fn serve(keep: &Keep, arguments: Serve) -> anyhow::Result<()> {
    let masters = keep.masters()?;
    let store = SqliteStore::open_with(&keep.data, arguments.synchronous)?;
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
    let config =
        RelayConfig::new(&base, masters)?.with_webhooks_per_minute(arguments.webhooks_per_minute);
    let downlink = LocalDownlink::default();
    let relay = Arc::new(Relay::new(config, store.clone(), downlink.clone()));
    let server = Server::new(listener, tls, local_router(Arc::clone(&relay)))?;

    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(server.run(stop.clone()));
    tasks.spawn(sweep(store.clone(), stop.clone()));
    tasks.spawn(close_on_request(store, downlink.clone(), stop.clone()));
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

impl Keep {
    fn masters(&self) -> anyhow::Result<MasterKeys> {
        match self.masters.given() {
            Some(masters) => Ok(masters),
            None => Ok(load_or_create(&self.data)?),
        }
    }
}

async fn operate(keep: &Keep, command: &operator::Command) -> anyhow::Result<()> {
    let masters = keep.masters()?;
    let setting = Setting {
        version: masters.version(),
        masters: Some(masters),
        now: now(),
    };
    let store = SqliteStore::open(&keep.data)?;
    let report = operator::run(command, &store, &setting).await?;
    print!("{}", report.text);
    if let Some(connection) = report.close {
        store.ask_to_close(&connection).await?;
    }
    Ok(())
}

async fn retire_master(keep: &Keep, force: bool) -> anyhow::Result<()> {
    if !force {
        let store = SqliteStore::open(&keep.data)?;
        let version = load_or_create(&keep.data)?.version();
        operator::check_keys(&store, version, now()).await?;
    }
    let version = retire(&keep.data)?;
    println!("only version {version} is kept; restart the relay to forget the one before");
    Ok(())
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

/// Closes what the command line beside this service has asked for.
async fn close_on_request(store: SqliteStore, downlink: LocalDownlink, stop: CancellationToken) {
    let mut due = interval(CLOSE_INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = due.tick() => {}
        }
        match store.to_close().await {
            Ok(connections) => {
                for connection in connections {
                    downlink.close(&connection).await;
                }
            }
            Err(error) => warn!(%error, "a suspended agent may stay connected"),
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
