//! The agent's machine gets another address, as by a new lease. Nobody tells the hubs.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use placard_tests::WorldPlan;
use placard_tests::network::available;
use placard_tests::network::corridor::{Corridor, OFFICE_AFTERWARDS};
use placard_tests::network::namespace::Namespace;
use placard_tests::places::{Place, Places};
use placard_tests::programs::AGENT;
use placard_tests::story::Story;
use placard_tests::wait::impatiently;

/// Longer than a hub needs to give its connection up and to try every address that it knows.
const LONG_ENOUGH: Duration = Duration::from_secs(35);

#[tokio::test]
async fn a_hub_finds_an_agent_that_moved_by_the_second_address_that_it_was_told() -> Result<()> {
    if !available("an agent's new address")? {
        return Ok(());
    }
    let corridor = Corridor::new()?;
    let _inside = corridor.office.enter()?;
    let mut story = Story::begin(WorldPlan {
        places: corridor.places(),
        ..WorldPlan::small()
    })
    .await?;
    let (_, port) = story.world.hub_address.rsplit_once(':').context("a port")?;
    let afterwards = format!("{OFFICE_AFTERWARDS}:{port}");
    story.world.agent_is_also_at(afterwards).await?;
    story.change().await?;
    story.is_right().await.context("before the agent moves")?;

    corridor.office_moves()?;
    story.change().await?;
    story.is_right().await.context("after the agent moved")?;
    story.world.stop().await
}

#[tokio::test]
async fn a_hub_that_was_told_no_second_address_is_lost_beyond_a_router() -> Result<()> {
    if !available("an agent's new address")? {
        return Ok(());
    }
    let corridor = Corridor::new()?;
    let _inside = corridor.office.enter()?;
    let mut story = Story::begin(WorldPlan {
        places: corridor.places(),
        ..WorldPlan::small()
    })
    .await?;
    corridor.office_moves()?;
    story.change().await?;
    let outcome = impatiently(LONG_ENOUGH, story.is_right()).await;
    ensure!(
        outcome.is_err(),
        "the hub found an agent that nobody could have told it of"
    );
    story.world.stop().await
}

#[tokio::test]
async fn hubs_find_an_agent_that_moved_by_its_announcement_on_the_lan() -> Result<()> {
    if !available("an agent that announces itself")? {
        return Ok(());
    }
    let (office, hall) = (Namespace::new("office")?, Namespace::new("hall")?);
    office.cable(["eth0", "10.79.0.2/24"], &hall, ["eth0", "10.79.0.9/24"])?;
    for space in [&office, &hall] {
        space.ip("route add 224.0.0.0/4 dev eth0")?;
    }
    let _inside = office.enter()?;
    let mut story = Story::begin(WorldPlan {
        places: Places {
            agent: Place::here([10, 79, 0, 2].into()),
            hubs: Place::in_namespace(hall.name(), [10, 79, 0, 9].into()),
            ..Places::default()
        },
        ..WorldPlan::small()
    })
    .await?;
    office.ip("address add 10.79.0.3/24 dev eth0")?;
    office.ip("address delete 10.79.0.2/24 dev eth0")?;
    // The first address may have taken the others with it.
    office.ip("address replace 10.79.0.3/24 dev eth0")?;
    office.ip("route replace 224.0.0.0/4 dev eth0")?;
    story.change().await?;
    story.is_right().await?;
    let log = fs::read_to_string(story.world.logs().join(format!("{AGENT}.log")))?;
    let from_hall = log
        .lines()
        .filter(|line| line.contains("a hub is connected"));
    ensure!(from_hall.count() >= 2, "the hub never connected anew");
    story.world.stop().await
}
