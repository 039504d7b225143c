//! The rows of the result.

use std::fmt::Display;

use anyhow::Result;
use serde::Serialize;

/// One measured figure.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    ours: f64,
    unit: &'static str,
    n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer_value: Option<f64>,
}

/// A figure of somebody else's program.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    pub(crate) value: f64,
}

/// All of them, in the order of measuring.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Row>);

impl Rows {
    /// A figure that stands alone.
    pub(crate) fn add(&mut self, name: impl Display, ours: f64, unit: &'static str, n: usize) {
        self.beside(name, ours, unit, n, None);
    }

    /// A figure beside a peer's.
    pub(crate) fn beside(
        &mut self,
        name: impl Display,
        ours: f64,
        unit: &'static str,
        n: usize,
        peer: Option<&Peer>,
    ) {
        self.0.push(Row {
            name: name.to_string(),
            ours: rounded(ours),
            unit,
            n,
            peer: peer.map(|p| p.name.to_owned()),
            peer_version: peer.map(|p| p.version.clone()),
            peer_value: peer.map(|p| rounded(p.value)),
        });
    }

    /// Tells whoever waits what is measured now.
    pub(crate) fn say(&self, what: &str) {
        eprintln!("bench_relay: {what}");
    }

    /// One line of JSON.
    pub(crate) fn print(&self) -> Result<()> {
        println!("{}", serde_json::to_string(&self.0)?);
        Ok(())
    }
}

/// Three significant decimals are more than any of this is good for.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The value below which a `share` of the samples lie; sorts them.
pub(crate) fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into few samples"
    )]
    let index = ((last as f64) * share).round() as usize;
    samples.get(index).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(samples: &mut [f64]) -> f64 {
    percentile(samples, 0.5)
}
