//! A part dies at the worst moment; nobody helps; the glass is right in the end.

use anyhow::Result;
use placard_tests::sign::Sign;
use placard_tests::signs::link_all;
use placard_tests::{World, WorldPlan, eventually};

async fn started() -> Result<(World, Vec<Sign>)> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (_, signs) = link_all(&mut world).await?;
    signs[0].is_right(&world.calendar).await?;
    Ok((world, signs))
}

#[tokio::test]
async fn a_change_made_while_the_agent_is_dead_reaches_the_glass_after_its_restart() -> Result<()> {
    let (mut world, signs) = started().await?;
    world.kill_agent().await?;
    world
        .calendar
        .add_now(&signs[0].room.calendar, "Made while the agent was dead")
        .await?;
    world.start_agent().await?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_change_made_while_the_relay_is_dead_reaches_the_glass_after_its_restart() -> Result<()> {
    let (mut world, signs) = started().await?;
    world.kill_relay().await?;
    world
        .calendar
        .add_now(&signs[0].room.calendar, "Made while the relay was dead")
        .await?;
    world.start_relay().await?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_change_made_while_the_hub_is_dead_reaches_the_glass_after_its_restart() -> Result<()> {
    let (mut world, signs) = started().await?;
    world.kill_hub("North").await?;
    world
        .calendar
        .add_now(&signs[0].room.calendar, "Made while the hub was dead")
        .await?;
    world.restart_hub("North")?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_hub_flips_its_sign_on_time_while_the_agent_is_dead() -> Result<()> {
    let (mut world, signs) = started().await?;
    let soon = world
        .calendar
        .add_soon(&signs[0].room.calendar, "Begins with the agent dead")
        .await?;
    signs[0].is_right(&world.calendar).await?;
    // The picture that is due comes first; the rest of the day follows it.
    eventually("the hub holds the day's plan", || async {
        Ok(world.is_planned("North", "north-1", soon)?.then_some(()))
    })
    .await?;
    world.kill_agent().await?;
    signs[0].glass.flips_at(soon).await?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}
