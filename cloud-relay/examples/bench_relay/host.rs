//! `cloud-relay-local` as an operator runs it, on a core of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;
use relay_contract::invite::Invite;
use relay_contract::key::{KeyVersion, MasterKey, MasterKeys};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::agent::{Agent, Reach, http_client, now};

/// The relay's core; everything else has the other.
pub(crate) const CORE: &str = "0";
const OTHER_CORE: &str = "1";
const MASTER: [u8; 32] = [7; 32];
/// Enrolments under way at once; each waits for the disk.
const PARALLEL: usize = 32;
/// No quota: one agent gets in seconds what it would get in days.
const QUOTA: &str = "4000000000";

/// How SQLite waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Every commit is on the disk: how the relay runs.
    Full,
    /// Commits survive a crash of the relay, not of the machine.
    Normal,
}

impl Durability {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Normal => "normal",
        }
    }
}

/// A running relay; ends when dropped.
#[derive(Debug)]
pub(crate) struct Host {
    process: Child,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) durability: Durability,
    pub(crate) http: reqwest::Client,
    pub(crate) reach: Reach,
}

impl Host {
    /// Starts it on a free port.
    pub(crate) async fn start(program: &Path, durability: Durability) -> Result<Self> {
        // On a disk, not in memory: the point is what a commit costs.
        let folder = tempfile::Builder::new()
            .prefix("bench-relay-")
            .tempdir_in(std::env::current_dir()?.join("out"))?;
        let log = std::fs::File::create(folder.path().join("relay.log"))?;
        let mut process = Command::new("taskset")
            .args(["--cpu-list", CORE])
            .arg(program)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--public-host",
                "localhost",
            ])
            .args(["--synchronous", durability.name()])
            .arg("--data")
            .arg(folder.path())
            .env("PLACARD_MASTER_KEY", hex(&MASTER))
            .env("PLACARD_WEBHOOKS_PER_MINUTE", QUOTA)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let stdout = process.stdout.take().context("stdout is piped")?;
        let stdout = tokio::process::ChildStdout::from_std(stdout)?;
        let Some(line) = BufReader::new(stdout).lines().next_line().await? else {
            let log = std::fs::read_to_string(folder.path().join("relay.log"))?;
            bail!("the relay did not come up:\n{log}");
        };
        let said: serde_json::Value = serde_json::from_str(&line)?;
        let base = said["public_base"].as_str().context("a public base")?;
        let http = base.replace("localhost", "127.0.0.1");
        Ok(Self {
            process,
            folder,
            durability,
            http: http_client()?,
            reach: Reach {
                ws: format!("{}/agents/v1/connect", http.replace("http://", "ws://")),
                http,
                host: "localhost".into(),
            },
        })
    }

    /// So many enrolled agents.
    pub(crate) async fn agents(&self, count: usize) -> Result<Vec<Agent>> {
        let masters = MasterKeys::new(KeyVersion(1), MasterKey::from_bytes(MASTER), None);
        let enrolments = (0..count).map(|index| {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&index.to_be_bytes());
            let mut nonce = [0; 16];
            nonce[..8].copy_from_slice(&index.to_be_bytes());
            let invite = Invite {
                nonce,
                expiry: now() + SignedDuration::from_hours(1),
                host_owner: false,
            };
            let invite = invite.mint(&masters);
            async move { Agent::enrol(&self.http, &self.reach, &invite, seed).await }
        });
        stream::iter(enrolments)
            .buffered(PARALLEL)
            .try_collect()
            .await
    }

    /// Where a lean client connects.
    pub(crate) fn authority(&self) -> &str {
        self.reach.http.trim_start_matches("http://")
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|l| l.split_whitespace().next());
        Ok(kilobytes.context("VmRSS")?.parse::<u64>()? * 1024)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Moves this process, and what it starts, away from the relay's core.
pub(crate) fn pin_to_the_other_core() -> Result<()> {
    let moved = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", OTHER_CORE])
        .arg(std::process::id().to_string())
        .stdout(Stdio::null())
        .status()
        .context("taskset, of util-linux")?;
    anyhow::ensure!(moved.success(), "this bench needs two cores");
    Ok(())
}

/// Median time until a small write is on the disk, in milliseconds: what no durable relay can undercut.
pub(crate) fn fsync_ms(folder: &Path) -> Result<f64> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(folder.join("fsync"))?;
    let mut samples = Vec::new();
    for _ in 0..200 {
        file.write_all(&[1; 4096])?;
        let started = std::time::Instant::now();
        file.sync_data()?;
        samples.push(milliseconds(started.elapsed()));
    }
    Ok(crate::row::median(&mut samples))
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
