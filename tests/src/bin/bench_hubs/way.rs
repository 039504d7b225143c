//! The way of one change: from the agent's hands until it has heard that the change is on the hub's disk, on lines of
//! three kinds, and how many bytes it is.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use placard_tests::WorldPlan;
use placard_tests::figures::{Row, percentile_ms};
use placard_tests::network::available;
use placard_tests::network::corridor::{Corridor, Line, OFFICE};
use placard_tests::network::namespace::Namespace;
use placard_tests::programs::AGENT;
use placard_tests::story::Story;
use serde_json::Value;

use crate::frames;
use crate::mqtt::{self, TcpNoDelay};
use crate::store::Store;

const LOSSES: [u8; 3] = [0, 1, 10];
const TCP_PORT: u16 = 8883;
/// What the agent says when a hub has a plan on its disk.
const STORED: &str = "a plan is on the hub's disk";

/// Spans and bytes of some changes.
struct Way {
    spans: Vec<Duration>,
    /// Of one change at the median, to the hub and back.
    bytes: [f64; 2],
}

/// Every loss rate, ours, and the peer's with its default and with `set_tcp_nodelay`.
pub(crate) async fn measure(changes: usize, version: &str) -> Result<Vec<Row>> {
    ensure!(
        available("the way of a change")?,
        "it needs network namespaces"
    );
    let folder = tempfile::tempdir()?;
    let mut fsyncs = fsyncs(folder.path(), changes)?;
    let fsync = percentile_ms(&mut fsyncs, 0.5);
    let mut rows = vec![Row::new("fsync.p50", fsync, "ms", changes)];
    let corridor = Corridor::new()?;
    let _inside = corridor.office.enter()?;
    mqtt::certify(folder.path(), &[&OFFICE.to_string()])?;
    let mut story = Story::begin(WorldPlan {
        places: corridor.places(),
        ..WorldPlan::small()
    })
    .await?;
    for percent in LOSSES {
        let line = Line::Loses(percent);
        let mut ours = our_changes(&mut story, &corridor, line, changes).await?;
        let (p50, n) = (percentile_ms(&mut ours.spans, 0.5), ours.spans.len());
        for (nodelay, suffix) in [(TcpNoDelay::On, ""), (TcpNoDelay::Off, ".nodelay_off")] {
            let mut peer = peers_changes(&corridor, folder.path(), nodelay, line, changes).await?;
            for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
                let row = format!("push_to_stored.{name}@loss{percent}{suffix}");
                let row = Row::new(row, percentile_ms(&mut ours.spans, share), "ms", n);
                rows.push(row.beside(mqtt::BROKER, version, percentile_ms(&mut peer.spans, share)));
            }
            // Beside the faster of the two only: its default is known to be slow.
            if nodelay == TcpNoDelay::On {
                let ahead = percentile_ms(&mut peer.spans, 0.5) / p50;
                rows.push(Row::new(
                    format!("ahead_of_mosquitto.p50@loss{percent}"),
                    ahead,
                    "times",
                    n,
                ));
            }
            if nodelay == TcpNoDelay::On && percent == 0 {
                rows.push(Row::new("beyond_fsync.p50@loss0", p50 - fsync, "ms", n));
                for (row, way) in [("bytes_per_change", 0), ("bytes_per_change.back", 1)] {
                    rows.push(Row::new(row, ours.bytes[way], "B", n).beside(
                        mqtt::BROKER,
                        version,
                        peer.bytes[way],
                    ));
                }
            }
        }
    }
    story.world.stop().await?;
    Ok(rows)
}

/// What a receiver has to wait for in any case.
fn fsyncs(folder: &Path, count: usize) -> Result<Vec<Duration>> {
    let store = Store::new(folder.join("fsync"))?;
    let signs = frames::signs(count)?;
    signs
        .iter()
        .map(|rows| {
            std::thread::sleep(mqtt::BETWEEN);
            let begun = Instant::now();
            store.keep(rows)?;
            Ok(begun.elapsed())
        })
        .collect()
}

async fn our_changes(
    story: &mut Story,
    corridor: &Corridor,
    line: Line,
    count: usize,
) -> Result<Way> {
    corridor.line(line)?;
    let log = story.world.logs().join(format!("{AGENT}.log"));
    let (mut spans, mut bytes) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (said, before) = (fs::metadata(&log)?.len(), passed(&corridor.corridor)?);
        story.change().await?;
        story.is_right().await?;
        // The glass is right a moment before the agent has heard of it.
        let span = placard_tests::wait::eventually("the agent hears that it is stored", || async {
            first_stored(&log, said)
        })
        .await?;
        spans.push(span);
        bytes.push(since(before, passed(&corridor.corridor)?));
    }
    corridor.line(Line::Good)?;
    Ok(Way {
        spans,
        bytes: medians(&bytes),
    })
}

/// How long the first plan took that brought a frame, of those that the agent has told of since its log was so long.
fn first_stored(log: &Path, since: u64) -> Result<Option<Duration>> {
    let text = String::from_utf8(fs::read(log)?.split_off(usize::try_from(since)?))?;
    let plain = without_colours(&text);
    let number = |line: &str, field: &str| {
        let (_, rest) = line.split_once(field)?;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    let mut told = plain.lines().filter(|line| line.contains(STORED));
    Ok(told.find_map(|line| {
        let took = number(line, "took_us=")?;
        (number(line, "frames=")? > 0).then(|| Duration::from_micros(took))
    }))
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        plain + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

async fn peers_changes(
    corridor: &Corridor,
    certificates: &Path,
    nodelay: TcpNoDelay,
    line: Line,
    count: usize,
) -> Result<Way> {
    let host = OFFICE.to_string();
    let at = (host.as_str(), TCP_PORT);
    // Broker and publisher are in the office, as the agent is.
    let _broker = mqtt::broker(certificates, None, at, nodelay).await?;
    let hall = Some(corridor.hall.name());
    let mut subscriber = mqtt::start_subscribers(certificates, hall, at, 1)?;
    subscriber.says().await?;
    subscriber.ask("go 1").await?;
    let mut publisher = mqtt::start_publisher(certificates, at)?;
    publisher.says().await?;
    corridor.line(line)?;
    let before = passed(&corridor.corridor)?;
    let told = publisher.ask(&format!("push {count}")).await?;
    let all = since(before, passed(&corridor.corridor)?);
    corridor.line(Line::Good)?;
    Ok(Way {
        spans: spans(&told)?,
        bytes: all.map(|bytes| bytes / count as f64),
    })
}

/// Bytes that have passed to the hall, and back, with all headers.
fn passed(corridor: &Namespace) -> Result<[u64; 2]> {
    let said = corridor.run("ip -j -s link show to-hall")?;
    let said: Value = serde_json::from_str(&said)?;
    let counted = &said[0]["stats64"];
    let bytes = |way: &str| counted[way]["bytes"].as_u64();
    let bytes = bytes("tx").zip(bytes("rx")).context("a cable counts")?;
    Ok(bytes.into())
}

fn since(before: [u64; 2], after: [u64; 2]) -> [f64; 2] {
    [0, 1].map(|way| (after[way] - before[way]) as f64)
}

fn medians(bytes: &[[f64; 2]]) -> [f64; 2] {
    [0, 1].map(|way| {
        let mut sorted: Vec<f64> = bytes.iter().map(|one| one[way]).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    })
}

fn spans(told: &Value) -> Result<Vec<Duration>> {
    let micros: Vec<u64> = serde_json::from_value(told["took_us"].clone())?;
    Ok(micros.into_iter().map(Duration::from_micros).collect())
}
