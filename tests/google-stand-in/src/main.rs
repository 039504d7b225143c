//! The stand-in as a program. See the library for what it does.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Parser;
use google_stand_in::{Config, Content, Programme, RoomsFile, StandIn, Tls};
use serde_json::json;

/// A Google to test against: sign-in, calendars, pushes. Prints one JSON line on stdout when it is up.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The name in the addresses it gives out.
    #[arg(long, default_value = "google.localhost")]
    host: String,
    /// Certificate chain (PEM). Without it the stand-in speaks plain HTTP, on loopback only.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Roots (PEM) that the receivers of pushes are checked against.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// HOST=IP: a receiver of pushes that is found without DNS. May be given several times.
    #[arg(long, value_parser = resolve)]
    resolve: Vec<(String, IpAddr)>,
    /// Rooms and events (JSON).
    #[arg(long, conflicts_with = "fosdem")]
    rooms: Option<PathBuf>,
    /// A FOSDEM programme (JSON), moved so that it is going on now.
    #[arg(long)]
    fosdem: Option<PathBuf>,
}

fn resolve(text: &str) -> Result<(String, IpAddr), String> {
    let (host, ip) = text
        .split_once('=')
        .ok_or("write HOST=IP, for example relay.localhost=127.0.0.1")?;
    let ip = ip.parse().map_err(|_| format!("`{ip}` is no IP address"))?;
    Ok((host.to_owned(), ip))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("read {}", path.display()))
}

fn config(args: Args) -> anyhow::Result<Config> {
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some(Tls {
            cert_pem: read(cert)?,
            key_pem: read(key)?,
        }),
        _ => None,
    };
    let content = match (&args.rooms, &args.fosdem) {
        (Some(path), _) => Content::Rooms(
            serde_json::from_slice(&read(path)?)
                .with_context(|| format!("{} is no rooms file", path.display()))?,
        ),
        (_, Some(path)) => Content::Fosdem(
            Programme::read(&read(path)?)
                .with_context(|| format!("{} is no FOSDEM programme", path.display()))?,
        ),
        _ => Content::Rooms(RoomsFile::default()),
    };
    Ok(Config {
        listen: args.listen,
        host: args.host,
        tls,
        push_roots: args.ca.as_deref().map(read).transpose()?,
        resolve: args.resolve,
        content,
        ..Config::default()
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let stand_in = StandIn::start(config(Args::parse())?).await?;
    println!(
        "{}",
        json!({"ready": true, "base": stand_in.base(), "edit": stand_in.edit_page()})
    );
    stopped().await?;
    stand_in.shutdown().await;
    Ok(())
}

async fn stopped() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("wait for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}
