//! Latencies of the hops of a change, as a table.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// When one change passed each hop, on one machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct Hops {
    /// The stand-in committed the change.
    pub committed: Timestamp,
    /// The relay took the webhook.
    pub webhook: Timestamp,
    /// The agent heard the hint.
    pub hint: Timestamp,
    /// The agent committed the new events.
    pub listed: Timestamp,
    /// The frame was rendered.
    pub rendered: Timestamp,
    /// The hub had the frame on disk.
    pub stored: Timestamp,
    /// The glass showed it.
    pub displayed: Timestamp,
}

impl Hops {
    fn spans(&self) -> [(&'static str, SignedDuration); 7] {
        [
            (
                "commit → webhook in",
                self.webhook.duration_since(self.committed),
            ),
            ("webhook → hint", self.hint.duration_since(self.webhook)),
            ("hint → listed", self.listed.duration_since(self.hint)),
            (
                "listed → rendered",
                self.rendered.duration_since(self.listed),
            ),
            (
                "rendered → stored on hub",
                self.stored.duration_since(self.rendered),
            ),
            (
                "stored → displayed",
                self.displayed.duration_since(self.stored),
            ),
            (
                "commit → displayed",
                self.displayed.duration_since(self.committed),
            ),
        ]
    }
}

/// n, p50, p99 and the maximum of one hop, in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The hop in words.
    pub hop: &'static str,
    /// How many changes were measured.
    pub n: usize,
    /// Median, ms.
    pub p50: f64,
    /// 99th percentile (nearest rank), ms.
    pub p99: f64,
    /// The slowest, ms.
    pub max: f64,
}

/// One row for each hop, the whole way last.
pub fn rows(changes: &[Hops]) -> Vec<Row> {
    let Some(first) = changes.first() else {
        return Vec::new();
    };
    let names = first.spans().map(|(name, _)| name);
    names
        .into_iter()
        .enumerate()
        .map(|(index, hop)| {
            let mut spans: Vec<f64> = changes
                .iter()
                .map(|change| change.spans()[index].1.as_secs_f64() * 1000.0)
                .collect();
            spans.sort_by(f64::total_cmp);
            Row {
                hop,
                n: spans.len(),
                p50: rank(&spans, 0.50),
                p99: rank(&spans, 0.99),
                max: rank(&spans, 1.0),
            }
        })
        .collect()
}

/// The table as it is printed.
pub fn table(rows: &[Row]) -> String {
    let mut out = format!(
        "{:<26} {:>5} {:>9} {:>9} {:>9}\n",
        "hop", "n", "p50 ms", "p99 ms", "max ms"
    );
    for Row {
        hop,
        n,
        p50,
        p99,
        max,
    } in rows
    {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{hop:<26} {n:>5} {p50:>9.1} {p99:>9.1} {max:>9.1}");
    }
    out
}

/// The rows of the bench `latency`: each hop's median and 99th percentile.
pub fn bench_rows(rows: &[Row]) -> Value {
    let row = |Row { hop, n, .. }: &Row, percentile: &str, ours: f64| {
        json!({
            "name": format!("{}.{percentile}", hop.replace(" → ", "_to_").replace(' ', "_")),
            "ours": (ours * 10.0).round() / 10.0,
            "unit": "ms",
            "n": n,
        })
    };
    rows.iter()
        .flat_map(|hop| [row(hop, "p50", hop.p50), row(hop, "p99", hop.p99)])
        .collect()
}

/// Nearest rank of sorted values.
fn rank(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank within a short list"
    )]
    let index = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bench_names_each_hop_and_percentile() {
        let row = Row {
            hop: "commit → displayed",
            n: 3,
            p50: 23.04,
            p99: 54.76,
            max: 60.0,
        };
        assert_eq!(
            bench_rows(&[row]),
            json!([
                { "name": "commit_to_displayed.p50", "ours": 23.0, "unit": "ms", "n": 3 },
                { "name": "commit_to_displayed.p99", "ours": 54.8, "unit": "ms", "n": 3 },
            ])
        );
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let sorted: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(rank(&sorted, 0.5), 100.0);
        assert_eq!(rank(&sorted, 0.99), 198.0);
        assert_eq!(rank(&[7.0], 0.99), 7.0);
    }
}
