//! Bad lines between hub and agent: every change arrives, in order, and nobody helps.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use placard_tests::WorldPlan;
use placard_tests::clock::clock;
use placard_tests::network::available;
use placard_tests::network::corridor::{Corridor, HALL_AFTERWARDS, Line};
use placard_tests::network::impairer::{Impairer, Impairment};
use placard_tests::network::namespace::Entered;
use placard_tests::programs::AGENT;
use placard_tests::story::Story;
use placard_tests::wait::eventually;

/// Changes on each kind of line.
const CHANGES: usize = 6;
/// Packets that a line which loses some has to lose before it has shown anything: with so many, some were of changes, and
/// not only of what hub and agent say to each other otherwise.
const ENOUGH_LOST: u64 = 5;
/// Changes after which a line that should lose packets ought to have lost enough, whatever chance does.
const MOST_CHANGES: usize = 300;
/// Longer than the idle timeout of either side.
const OUTAGE: Duration = Duration::from_secs(14);

/// A story with a corridor between agent and hub; the fields are dropped in this order.
struct Apart {
    story: Story,
    /// The story is told in the office.
    _inside: Entered,
    corridor: Corridor,
}

impl Apart {
    /// `None` when namespaces cannot be made here, which is said.
    async fn begin(title: &str) -> Result<Option<Self>> {
        if !available(title)? {
            return Ok(None);
        }
        let corridor = Corridor::new()?;
        let inside = corridor.office.enter()?;
        let story = Story::begin(WorldPlan {
            places: corridor.places(),
            ..WorldPlan::small()
        })
        .await?;
        Ok(Some(Self {
            story,
            _inside: inside,
            corridor,
        }))
    }

    /// Makes changes, sees each on the glass, and says how long they took, the slowest last.
    async fn changes(&mut self, on: &str) -> Result<Vec<SignedDuration>> {
        let mut took = Vec::new();
        for _ in 0..CHANGES {
            let before = clock();
            self.story.change().await?;
            self.story.is_right().await.with_context(|| on.to_owned())?;
            took.push(clock().duration_since(before));
        }
        took.sort_unstable();
        println!(
            "{on}: change to glass {:.0?} at the median, {:.0?} at most, of {CHANGES}",
            took[CHANGES / 2].unsigned_abs(),
            took[CHANGES - 1].unsigned_abs()
        );
        Ok(took)
    }

    /// How often the agent has said that a hub connected.
    fn connections(&self) -> Result<usize> {
        let log = self.story.world.logs().join(format!("{AGENT}.log"));
        let text = fs::read_to_string(log)?;
        Ok(text.matches("a hub is connected").count())
    }
}

#[tokio::test]
async fn changes_arrive_in_order_over_a_line_that_loses_packets() -> Result<()> {
    let Some(mut apart) = Apart::begin("a line that loses packets").await? else {
        return Ok(());
    };
    for percent in [0, 1, 10] {
        apart.corridor.line(Line::Loses(percent))?;
        let on = format!("{percent} % loss each way");
        let mut changes = apart.changes(&on).await?.len();
        while percent > 0 && apart.corridor.lost()? < ENOUGH_LOST && changes < MOST_CHANGES {
            changes += apart.changes(&on).await?.len();
        }
        let lost = apart.corridor.lost()?;
        println!("{on}: {lost} packets were lost during {changes} changes");
        let wanted = if percent == 0 {
            0..1
        } else {
            ENOUGH_LOST..u64::MAX
        };
        ensure!(
            wanted.contains(&lost),
            "{on}: {lost} packets of {changes} changes"
        );
    }
    apart.story.world.stop().await
}

#[tokio::test]
async fn changes_arrive_in_order_over_a_slow_line() -> Result<()> {
    let Some(mut apart) = Apart::begin("a slow line").await? else {
        return Ok(());
    };
    apart.corridor.slow_down("64kbit")?;
    apart.changes("64 kbit/s each way").await?;
    apart.story.world.stop().await
}

#[tokio::test]
async fn changes_arrive_in_order_although_packets_overtake_each_other() -> Result<()> {
    let Some(mut apart) = Apart::begin("packets that overtake each other").await? else {
        return Ok(());
    };
    let impairment = Impairment {
        delay: Duration::from_millis(60),
        jitter: Duration::from_millis(50),
        overtaking: 10,
    };
    let logs = apart.story.world.logs();
    let mut impairer = Impairer::start(&apart.corridor, impairment, &logs).await?;
    let took = apart.changes("60 ± 50 ms each way, 10 % at once").await?;
    let (passed, overtook) = impairer.passed().await?;
    println!("{passed} packets passed, {overtook} of them overtook another");
    ensure!(overtook > 0, "of {passed} packets none overtook another");
    ensure!(
        took[0] > SignedDuration::from_millis(10),
        "a change took {:?}: it did not pass the impairer",
        took[0]
    );
    apart.story.world.stop().await
}

#[tokio::test]
async fn a_change_made_while_the_line_is_dead_arrives_when_it_lives_again() -> Result<()> {
    let Some(mut apart) = Apart::begin("a dead line").await? else {
        return Ok(());
    };
    apart.corridor.line(Line::Dead)?;
    apart.story.change().await?;
    tokio::time::sleep(OUTAGE).await;
    apart.story.change().await?;
    ensure!(
        apart.corridor.lost()? > 0,
        "nobody noticed that the line was dead"
    );
    apart.corridor.line(Line::Good)?;
    apart.story.is_right().await?;
    apart.story.world.stop().await
}

#[tokio::test]
async fn a_hub_whose_address_changes_keeps_its_connection() -> Result<()> {
    let Some(mut apart) = Apart::begin("a hub's new address").await? else {
        return Ok(());
    };
    let before = apart.connections()?;
    apart.corridor.hall_moves()?;
    apart.changes("after the hub's address changed").await?;
    ensure!(
        apart.connections()? == before,
        "the hub connected anew instead of moving its connection to {HALL_AFTERWARDS}"
    );
    apart.story.world.stop().await
}

#[tokio::test]
async fn a_hub_finds_an_agent_that_comes_back_after_its_own_cable_was_pulled() -> Result<()> {
    let Some(mut apart) = Apart::begin("a pulled cable").await? else {
        return Ok(());
    };
    apart.corridor.hall.ip("link set eth0 down")?;
    apart.story.change().await?;
    eventually("the agent notices that the hub is gone", || async {
        let told = apart.story.admin.get("hubs").await?;
        Ok((told["hubs"][0]["connected"] == false).then_some(()))
    })
    .await?;
    apart.corridor.hall.ip("link set eth0 up")?;
    // Taking a cable out also takes the way out with it.
    apart
        .corridor
        .hall
        .ip("route replace default via 10.77.1.1")?;
    apart.story.is_right().await?;
    apart.story.world.stop().await
}
