//! A fleet with signs: what the agent needs for all of them, what one change costs among few and among many, and how soon
//! everything is right again after a crash.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::Timestamp;
use placard_tests::WorldPlan;
use placard_tests::clock::clock;
use placard_tests::figures::{Row, cpu_seconds, resident_kb};
use placard_tests::fleet::Fleet;
use placard_tests::plan::Programme;
use placard_tests::programs::AGENT;
use placard_tests::story::Story;
use rusqlite::{Connection, params};

/// Hubs of the small fleet, which the large one is compared with.
const FEW: usize = 10;
/// Changes whose cost is averaged.
const CHANGES: usize = 50;
/// How long the agent is watched while nothing happens, to know what it uses anyway.
const IDLE: Duration = Duration::from_secs(20);
/// How long a dead agent stays dead: what systemd waits.
const DEAD: Duration = Duration::from_millis(500);
/// Changes in one burst.
const BURST: usize = 10;

/// The small fleet and the large one.
pub(crate) async fn measure(hubs: usize, displays: usize) -> Result<Vec<Row>> {
    let few = Crowd::gather(FEW, displays).await?;
    let (few, small_cost) = few.cost_of_a_change().await?;
    few.leave().await?;
    let mut rows = vec![cost_row(FEW, small_cost)];

    let crowd = Crowd::gather(hubs, displays).await?;
    let (mut crowd, cost) = crowd.cost_of_a_change().await?;
    rows.push(cost_row(hubs, cost));
    rows.push(Row::new(
        "cpu_per_change_ratio",
        cost / small_cost,
        "times",
        CHANGES,
    ));
    let resident = resident_kb(crowd.agent()?)? / 1024.0;
    rows.push(Row::new(
        format!("agent_rss_mb@{hubs}x{displays}"),
        resident,
        "MB",
        1,
    ));
    rows.push(crowd.burst().await?);
    rows.push(crowd.killed(hubs).await?);
    crowd.leave().await?;
    Ok(rows)
}

fn cost_row(hubs: usize, cost: f64) -> Row {
    Row::new(format!("cpu_ms_per_change@{hubs}"), cost, "ms", CHANGES)
}

/// A story with one real hub, among many simulated ones.
struct Crowd {
    story: Story,
    fleet: Fleet,
}

impl Crowd {
    /// Every simulated hub has a room of its own, which all of its displays show.
    async fn gather(hubs: usize, displays: usize) -> Result<Self> {
        let began = Instant::now();
        let others = (1..=hubs).map(|number| format!("Room {number}"));
        let rooms = std::iter::once("Alder".to_owned()).chain(others).collect();
        let mut story = Story::begin(WorldPlan {
            programme: Programme::Rooms(rooms),
            ..WorldPlan::small()
        })
        .await?;
        Fleet::admit(&story.world, hubs).await?;
        let mut fleet = Fleet::start(&story.world, hubs, displays).await?;
        fleet.is_complete(0).await?;
        fleet.is_quiet(displays).await?;
        fleet.kill().await?;
        // An administrator would choose the rooms in the portal; only the outcome is wanted here.
        story.world.kill(AGENT).await?;
        link_all(&story).context("link the fleet's displays")?;
        story.world.revive(AGENT).await?;
        let mut fleet = Fleet::start(&story.world, hubs, displays).await?;
        fleet.is_complete(0).await?;
        fleet.is_quiet(displays).await?;
        story.is_right().await?;
        eprintln!(
            "{hubs} hubs with {displays} displays each were ready after {:.0?}",
            began.elapsed()
        );
        Ok(Self { story, fleet })
    }

    fn agent(&self) -> Result<u32> {
        self.story.world.process_of(AGENT)
    }

    /// Milliseconds of CPU for one change on one sign, beyond what the agent uses anyway.
    async fn cost_of_a_change(mut self) -> Result<(Self, f64)> {
        let agent = self.agent()?;
        let used = cpu_seconds(agent)?;
        tokio::time::sleep(IDLE).await;
        let idle = (cpu_seconds(agent)? - used) / IDLE.as_secs_f64();
        let (used, begun) = (cpu_seconds(agent)?, Instant::now());
        for _ in 0..CHANGES {
            self.story.change().await?;
            self.story.is_right().await?;
        }
        let anyway = idle * begun.elapsed().as_secs_f64();
        let cost = (cpu_seconds(agent)? - used - anyway) * 1000.0 / CHANGES as f64;
        Ok((self, cost))
    }

    /// Signs that are wrong after many changes in no time.
    async fn burst(&mut self) -> Result<Row> {
        for _ in 0..BURST {
            self.story.change().await?;
        }
        let stale = self.story.is_right().await.is_err();
        let stale = f64::from(u8::from(stale));
        Ok(Row::new(
            format!("stale_after_burst_of_{BURST}"),
            stale,
            "signs",
            BURST,
        ))
    }

    /// Kills the agent, changes something, and starts the agent again; until every hub is back and the sign is right.
    async fn killed(&mut self, hubs: usize) -> Result<Row> {
        let connects = self.fleet.count("connects").await?;
        self.story.world.kill(AGENT).await?;
        self.story.change().await?;
        tokio::time::sleep(DEAD).await;
        let begun = clock();
        self.story.world.revive(AGENT).await?;
        self.story.is_right().await?;
        let right = clock();
        let (_, complete) = self.fleet.is_complete(connects).await?;
        let converged = right.max(Timestamp::from_microsecond(complete)?);
        let seconds = converged.duration_since(begun).as_secs_f64();
        Ok(Row::new("killed_to_converged_s", seconds, "s", hubs))
    }

    async fn leave(self) -> Result<()> {
        self.fleet.kill().await?;
        self.story.world.stop().await
    }
}

/// Links the displays of each simulated hub to a room that no other has.
fn link_all(story: &Story) -> Result<()> {
    let mut database = Connection::open(story.world.agent_data().join("agent.db"))?;
    let linked = database.transaction()?;
    let ids = |sql: &str| -> Result<Vec<String>> {
        let mut statement = linked.prepare(sql)?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    };
    let hubs = ids("SELECT DISTINCT hub FROM displays WHERE key LIKE 'sim-%' ORDER BY hub")?;
    // Not the room that the story is about.
    let rooms = ids(
        "SELECT id FROM rooms WHERE id NOT IN (SELECT room FROM displays WHERE room IS NOT NULL) ORDER BY id",
    )?;
    anyhow::ensure!(
        rooms.len() >= hubs.len(),
        "{} rooms for {} hubs",
        rooms.len(),
        hubs.len()
    );
    for (hub, room) in hubs.iter().zip(&rooms) {
        linked.execute(
            "UPDATE displays SET room = ?2 WHERE hub = ?1",
            params![hub, room],
        )?;
    }
    Ok(linked.commit()?)
}
