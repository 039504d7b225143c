//! Rows of a bench's table, and what they are made of.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

/// The kernel counts a process's time in these.
const TICKS_PER_SECOND: f64 = 100.0;

/// One measurement, with the peer's in the same run where there is one.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    name: String,
    ours: f64,
    unit: &'static str,
    n: usize,
    peer: Option<&'static str>,
    peer_version: Option<String>,
    peer_value: Option<f64>,
}

impl Row {
    /// A figure of ours.
    pub fn new(name: impl Into<String>, ours: f64, unit: &'static str, n: usize) -> Self {
        Self {
            name: name.into(),
            ours: rounded(ours),
            unit,
            n,
            peer: None,
            peer_version: None,
            peer_value: None,
        }
    }

    /// What somebody else's program, of that version, came to in the same run.
    #[must_use]
    pub fn beside(mut self, peer: &'static str, version: &str, value: f64) -> Self {
        self.peer = Some(peer);
        self.peer_version = Some(version.to_owned());
        self.peer_value = Some(rounded(value));
        self
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The value at `share` of them (nearest rank), in milliseconds.
///
/// # Panics
///
/// When there are none: nothing was measured.
pub fn percentile_ms(spans: &mut [Duration], share: f64) -> f64 {
    spans.sort_unstable();
    let rank = (spans.len() as f64 * share).ceil() as usize;
    let at = rank.clamp(1, spans.len()) - 1;
    spans[at].as_secs_f64() * 1000.0
}

/// CPU seconds that a process has used, in user and kernel.
///
/// # Errors
///
/// Fails when it is not running.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name may hold spaces; it ends with the last bracket.
    let (_, rest) = stat.rsplit_once(')').context("a process has a name")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// Kilobytes of memory that a process has resident.
///
/// # Errors
///
/// Fails when it is not running.
pub fn resident_kb(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.context("a process has memory")?.parse()?)
}
