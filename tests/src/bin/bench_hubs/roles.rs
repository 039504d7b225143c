//! The peer's processes: this program, started again under another role.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::mqtt;

/// Where the broker is.
#[derive(Clone, Debug, Args)]
pub(crate) struct Broker {
    #[arg(long)]
    pub(crate) host: String,
    #[arg(long)]
    pub(crate) port: u16,
    /// Where the certificates are.
    #[arg(long)]
    pub(crate) data: PathBuf,
}

/// Which process to be.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// Clients that connect and subscribe, store what they get, and say so.
    Subscribers {
        #[command(flatten)]
        broker: Broker,
        #[arg(long)]
        count: usize,
    },
    /// Publishes frames and waits until they are stored.
    Publisher {
        #[command(flatten)]
        broker: Broker,
    },
}

/// Is that process until its standard input ends.
pub(crate) async fn play(role: Role) -> Result<()> {
    match role {
        Role::Subscribers { broker, count } => mqtt::subscribers(&broker, count).await,
        Role::Publisher { broker } => mqtt::publisher(&broker).await,
    }
}
