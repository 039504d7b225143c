//! Measures how calendars are read: what the first reading of five hundred rooms takes, what they cost while nothing
//! happens, how soon an announced change is committed, and whether a change costs more among many rooms than among few.
//!
//! The whole system runs as it is shipped, with a simulated hub for every two rooms; the stand-in counts requests as Google
//! does. Prints one JSON array of rows on its last line.

mod changes;
mod database;
mod house;
mod requests;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use placard_tests::figures::{Row, cpu_seconds, percentile_ms};

use crate::changes::Changed;
use crate::house::House;

/// Google is asked once more 20 s after a change; this is longer.
const SECOND_LOOK: Duration = Duration::from_secs(25);

/// How often a series is measured that something else may disturb.
const ATTEMPTS: usize = 4;

/// How to measure; less for trying the bench itself.
#[derive(Debug, Parser)]
struct Plan {
    /// Rooms of the small house and of the large one.
    #[arg(long, num_args = 2, default_values_t = [10, 500])]
    rooms: Vec<usize>,
    /// Events of each room.
    #[arg(long, default_value_t = 30)]
    events: usize,
    /// Changes, one after the other.
    #[arg(long, default_value_t = 100)]
    changes: usize,
    /// Changes at once, as far as there are rooms.
    #[arg(long, default_value_t = 100)]
    together: usize,
    /// How often that is done.
    #[arg(long, default_value_t = 3)]
    bursts: usize,
    /// Seconds without a change; rooms are read again once in ten minutes.
    #[arg(long, default_value_t = 600)]
    idle: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    // A second provider cannot have been installed: this is the first thing that could.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plan = Plan::parse();
    let [few, many] = plan.rooms[..] else {
        anyhow::bail!("--rooms takes two numbers");
    };
    let mut rows = Vec::new();
    let mut small = open(few, &plan, &mut rows).await?;
    let mut large = open(many, &plan, &mut rows).await?;
    // Both at the same time: neither has anything to do.
    eprintln!("bench google: nothing changes for {} s", plan.idle);
    let (small_asks, large_asks) = tokio::try_join!(small.idle(plan.idle), large.idle(plan.idle))?;
    rows.extend([
        steady(few, small_asks, &plan),
        steady(many, large_asks, &plan),
    ]);
    let cheap = change(&mut small, few, &plan, &mut rows).await?;
    small.stop().await?;
    let dear = change(&mut large, many, &plan, &mut rows).await?;
    large.stop().await?;
    rows.push(Row::new(
        "cpu_per_change_ratio",
        dear / cheap,
        "times",
        plan.changes,
    ));
    println!("{}", serde_json::to_string(&rows)?);
    Ok(())
}

/// Starts a house of so many rooms, which reads all of them for the first time.
async fn open(rooms: usize, plan: &Plan, rows: &mut Vec<Row>) -> Result<House> {
    eprintln!("bench google: {rooms} rooms are set up");
    let house = House::start(rooms, plan.events).await;
    let house = house.with_context(|| format!("set {rooms} rooms up"))?;
    let quota = house.quota().await?;
    let counted = |what: &str| {
        quota[what]
            .as_f64()
            .with_context(|| format!("no {what} in {quota}"))
    };
    let name = |what: &str| format!("{what}@{rooms}");
    rows.extend([
        Row::new(
            name("first_listing_s"),
            house.first_listing.as_secs_f64(),
            "s",
            rooms,
        ),
        Row::new(
            name("first_listing_refused"),
            counted("refused")?,
            "",
            rooms,
        ),
        Row::new(
            name("most_requests_in_a_minute"),
            counted("most_in_a_minute")?,
            "",
            rooms,
        ),
    ]);
    Ok(house)
}

fn steady(rooms: usize, asked: usize, plan: &Plan) -> Row {
    let per_hour = asked as f64 * 3600.0 / plan.idle as f64;
    Row::new(format!("requests_per_hour@{rooms}"), per_hour, "/h", asked)
}

/// Changes rooms one by one and many at once; answers the milliseconds of CPU that a change costs the agent.
async fn change(house: &mut House, rooms: usize, plan: &Plan, rows: &mut Vec<Row>) -> Result<f64> {
    eprintln!(
        "bench google: {rooms} rooms, {} changes one after the other",
        plan.changes
    );
    let name = |what: &str| format!("{what}@{rooms}");
    let series = undisturbed(house, plan.changes).await?;
    rows.extend(latencies(&series.changed, 1, rooms));
    rows.push(Row::new(
        name("requests_per_change"),
        series.requests_each,
        "",
        plan.changes,
    ));
    rows.push(Row::new(
        name("cpu_ms_per_change"),
        series.cpu_ms,
        "ms",
        plan.changes,
    ));

    let together = plan.together.min(rooms);
    eprintln!(
        "bench google: {rooms} rooms, {together} changes at once, {} times",
        plan.bursts
    );
    let mut burst = Vec::new();
    let mut each = Vec::new();
    for _ in 0..plan.bursts {
        house.is_quiet().await?;
        let changed = house.change(&(0..together).collect::<Vec<_>>()).await?;
        each.push(changes::span_of_all(&changed) / u32::try_from(together)?);
        burst.extend(changed);
    }
    rows.extend(latencies(&burst, together, rooms));
    let name = format!("push_to_committed.{together}.each@{rooms}");
    rows.push(Row::new(
        name,
        percentile_ms(&mut each, 0.5),
        "ms",
        plan.bursts,
    ));
    Ok(series.cpu_ms)
}

fn latencies(changed: &[Changed], together: usize, rooms: usize) -> Vec<Row> {
    let mut own: Vec<Duration> = changed.iter().map(Changed::own).collect();
    let mut row = |share: f64, word: &str| {
        let name = format!("push_to_committed.{together}.{word}@{rooms}");
        Row::new(name, percentile_ms(&mut own, share), "ms", changed.len())
    };
    vec![row(0.5, "p50"), row(0.99, "p99")]
}

/// Changes one after the other, and what they cost.
struct Series {
    changed: Vec<Changed>,
    /// Lists of a changed room after its change, per change.
    requests_each: f64,
    /// Milliseconds of CPU per change, beyond what the agent uses anyway.
    cpu_ms: f64,
}

/// A series into which no round of the other rooms fell: what those cost is not the changes' doing.
async fn undisturbed(house: &mut House, changes: usize) -> Result<Series> {
    for _ in 0..ATTEMPTS {
        house.is_quiet().await?;
        let agent = house.agent()?;
        let (before, begun) = (cpu_seconds(agent)?, std::time::Instant::now());
        tokio::time::sleep(SECOND_LOOK).await;
        let idle = (cpu_seconds(agent)? - before) / begun.elapsed().as_secs_f64();
        house.forget_requests().await?;
        let (before, begun) = (cpu_seconds(agent)?, std::time::Instant::now());
        let mut changed = Vec::new();
        for turn in 0..changes {
            changed.extend(house.change(&[turn % house.rooms()]).await?);
        }
        tokio::time::sleep(SECOND_LOOK).await;
        let used = cpu_seconds(agent)? - before - idle * begun.elapsed().as_secs_f64();
        let lists = house.lists().await?;
        let caused = changes::caused(&changed, &lists);
        let others = lists.len() - caused;
        if others * 20 > changes {
            eprintln!(
                "bench google: {others} lists of other rooms fell into the series; once more"
            );
            continue;
        }
        ensure!(
            caused >= changes,
            "{changes} changes were found by {caused} lists"
        );
        return Ok(Series {
            changed,
            requests_each: caused as f64 / changes as f64,
            cpu_ms: used * 1000.0 / changes as f64,
        });
    }
    anyhow::bail!("the rooms are never quiet for long enough")
}
