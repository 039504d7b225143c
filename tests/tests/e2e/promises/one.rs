//! Promise 1: a change in Google reaches the glass, whichever one of relay, agent, hub or network dies at whichever
//! moment, without anyone's help.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use placard_tests::WorldPlan;
use placard_tests::network::available;
use placard_tests::network::three::Three;
use placard_tests::programs::{AGENT, RELAY, hub_program};
use placard_tests::promise::Evidence;
use placard_tests::random::Random;
use placard_tests::story::Story;
use placard_tests::wait::{eventually, impatiently};
use placard_tests::wishes::wish;

/// Programs that are killed at moments of chance, unless `PLACARD_KILLS` says how many.
const KILLS: usize = 20;
/// A change takes less than this from Google to the glass, so that every moment of its way is hit.
const WAY: Duration = Duration::from_millis(400);
/// How often the same write of one change is a point of its own.
const TIMES: usize = 4;

#[tokio::test]
async fn promise_1_a_change_reaches_the_glass_whatever_dies_at_whichever_moment() -> Result<()> {
    let three = match available("promise 1's network that dies")? {
        true => Some(Three::new()?),
        false => None,
    };
    let _inside = three.as_ref().map(|three| three.lan.enter()).transpose()?;
    let mut story = Story::begin(WorldPlan {
        places: three.as_ref().map(Three::places).unwrap_or_default(),
        crash_points: true,
        ..WorldPlan::small()
    })
    .await?;
    let mut evidence = Evidence::of(1);
    let hub = hub_program(&story.hub());
    at_every_durable_write(&mut story, &[&hub, AGENT, RELAY], &mut evidence).await?;
    at_moments_of_chance(&mut story, &[&hub, AGENT, RELAY], &mut evidence).await?;
    if let Some(three) = &three {
        the_network_dies(&mut story, three, &mut evidence).await?;
    }
    println!(
        "{} pictures were seen in the order they were meant",
        story.seen()?
    );
    evidence.print()?;
    story.world.stop().await
}

#[tokio::test]
async fn promise_1_twin_an_agent_that_nobody_starts_again_leaves_the_glass_wrong() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    story.world.kill(AGENT).await?;
    story.change().await?;
    let outcome = impatiently(Duration::from_secs(4), story.is_right()).await;
    ensure!(outcome.is_err(), "the glass is right with the agent dead");
    story.world.stop().await
}

/// Kills each program once at each point that an undisturbed change passes.
///
/// The first time of every point is always reached. Later ones may not be, when two writes become one.
async fn at_every_durable_write(
    story: &mut Story,
    programs: &[&str],
    evidence: &mut Evidence,
) -> Result<()> {
    for program in programs {
        let points = points_of_a_change(story, program).await?;
        ensure!(
            !points.is_empty(),
            "{program} wrote nothing durable for a change"
        );
        for (point, nth) in &points {
            story.world.crash_points()?.arm(program, point, *nth)?;
            story.change().await?;
            if !fires(story, program).await? {
                ensure!(*nth > 1, "{program} did not pass {point} this time");
                continue;
            }
            story.world.dies(program).await?;
            story.world.revive(program).await?;
            story
                .is_right()
                .await
                .with_context(|| format!("after {program} died at: {point}, time {nth}"))?;
            evidence.survived(&format!("{program} killed {point}"));
        }
    }
    Ok(())
}

/// Every point that `program` passes while a change goes from Google to the receipt, with which time it is.
async fn points_of_a_change(story: &mut Story, program: &str) -> Result<Vec<(String, usize)>> {
    story.world.crash_points()?.trace(program)?;
    story.change().await?;
    story.is_right().await?;
    receipts_are_closed(story).await?;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let traced = story.world.crash_points()?.traced(program)?;
    let numbered = traced.into_iter().map(|point| {
        let time = times.entry(point.clone()).or_default();
        *time += 1;
        (point, *time)
    });
    Ok(numbered.filter(|(_, time)| *time <= TIMES).collect())
}

async fn receipts_are_closed(story: &Story) -> Result<()> {
    eventually("every receipt is closed", || async {
        let receipts = story.admin.receipts().await?;
        let closed = receipts.iter().all(|r| !r["displayed_at"].is_null());
        Ok(closed.then_some(()))
    })
    .await
}

/// Waits until the program died at its point, or the change arrived without passing it.
async fn fires(story: &Story, program: &str) -> Result<bool> {
    let points = story.world.crash_points()?;
    let arrived = async {
        story.is_right().await?;
        receipts_are_closed(story).await?;
        points.disarm(program)
    };
    let died = eventually("the point is passed", || async {
        Ok(points.fired(program).then_some(true))
    });
    tokio::select! {
        biased;
        died = died => died,
        arrived = arrived => arrived,
    }
}

/// Kills a program somewhere on a change's way, over and over.
async fn at_moments_of_chance(
    story: &mut Story,
    programs: &[&str],
    evidence: &mut Evidence,
) -> Result<()> {
    let kills = wish("PLACARD_KILLS");
    let mut random = Random::for_story("promise 1, moments of chance");
    for _ in 0..kills.unwrap_or(KILLS) {
        let program = *random.pick(programs);
        let moment = random.span(WAY);
        story.change().await?;
        tokio::time::sleep(moment).await;
        story.world.kill(program).await?;
        story.world.revive(program).await?;
        story
            .is_right()
            .await
            .with_context(|| format!("after {program} died {moment:?} after a change"))?;
        evidence.survived(&format!("{program} killed at a moment of chance"));
    }
    Ok(())
}

/// Pulls the cable to the Internet, then the one to the hub, and changes something meanwhile.
async fn the_network_dies(story: &mut Story, three: &Three, evidence: &mut Evidence) -> Result<()> {
    let admin = story.admin.clone();
    three.cut(true)?;
    three.cut(false)?;
    story.change().await?;
    story.is_right().await.context("after the line blinked")?;
    evidence.survived("the line to the Internet blinked");

    let hubs = story.world.hub_address.clone();
    three.deafen(&hubs, true)?;
    story.change().await?;
    eventually("the agent notices that the hub is gone", || async {
        let told = admin.get("hubs").await?;
        Ok((told["hubs"][0]["connected"] == false).then_some(()))
    })
    .await?;
    let swallowed = three.lan.counted("swallowed")?;
    three.deafen(&hubs, false)?;
    story
        .is_right()
        .await
        .context("after the line to the hub was dead")?;
    evidence.happened("packets swallowed between agent and hub", swallowed);
    evidence.seen_on_glass("packets swallowed between agent and hub");
    Ok(())
}
