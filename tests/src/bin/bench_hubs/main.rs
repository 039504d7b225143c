//! Measures hubs: herds, memory, what a change costs, and the way of a frame, beside mosquitto over mutual TLS in the same
//! run. Ours are the product's own programs; the peer's clients are this program in other roles. Every party is a process
//! of its own. Prints one JSON array of rows on its last line.

mod crowd;
mod frames;
mod mqtt;
mod played;
mod roles;
mod store;
mod storm;
mod way;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use placard_tests::figures::Row;

use crate::roles::Role;

/// Measures, or is one of the processes that are measured.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Measure this part only; the rows of the others are missing then.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Hubs of the large fleet.
    #[arg(long, default_value_t = 1000)]
    hubs: usize,
    /// Displays of each of its hubs.
    #[arg(long, default_value_t = 4)]
    displays: usize,
    /// Changes on each kind of line.
    #[arg(long, default_value_t = 200)]
    changes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Everybody connects at once.
    Storm,
    /// A fleet with signs.
    Crowd,
    /// From the agent to the hub's disk.
    Way,
}

// One thread: it may have to stand in a network namespace.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // A second provider cannot have been installed: this is the first thing that could.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    if let Some(role) = arguments.role {
        return roles::play(role).await;
    }
    let version = mqtt::version().await?;
    eprintln!(
        "peer: mosquitto {version}, TLS 1.3 with client certificates, MQTT 3.1.1, QoS 1, persistence off; its clients: \
         rumqttc 0.25 on rustls with ring"
    );
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let mut rows: Vec<Row> = Vec::new();
    if wanted(Part::Storm) {
        rows.extend(storm::measure(arguments.hubs, &version).await?);
    }
    if wanted(Part::Crowd) {
        rows.extend(crowd::measure(arguments.hubs, arguments.displays).await?);
    }
    if wanted(Part::Way) {
        rows.extend(way::measure(arguments.changes, &version).await?);
    }
    println!("{}", serde_json::to_string(&rows)?);
    Ok(())
}
