//! Promise 4: while hub and panel have power, a sign never lies: when what it shows may be out of date it says since
//! when.

use std::time::Duration;

use anyhow::{Result, ensure};
use frame::Renderer;
use jiff::{SignedDuration, Timestamp};
use placard_tests::WorldPlan;
use placard_tests::clock::clock;
use placard_tests::expected;
use placard_tests::programs::{AGENT, hub_program};
use placard_tests::promise::Evidence;
use placard_tests::story::Story;
use placard_tests::wait::{eventually, impatiently};
use serde_json::json;

/// How long a room with notices from Google may be taken for right; DESIGN.md: three of its ten-minute rounds.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// From the moment that programs are started again until the sign has to be marked: both have to connect before.
const BEFORE_STALE: SignedDuration = SignedDuration::from_secs(12);

#[tokio::test]
async fn promise_4_a_sign_says_since_when_it_may_be_out_of_date() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    let mut evidence = Evidence::of(4);

    let fault = "Google does not answer";
    google_fails(&story, true).await?;
    let since = nearly_stale(&mut story).await?;
    ensure!(!is_marked(&story)?, "marked before it may be out of date");
    says_since(&story, since).await?;
    evidence.survived(fault);
    google_fails(&story, false).await?;
    story.change().await?;
    story.is_right().await?;
    evidence.survived("Google answers again");

    let fault = "the agent is dead";
    google_fails(&story, true).await?;
    let since = nearly_stale(&mut story).await?;
    story.world.kill(AGENT).await?;
    ensure!(!is_marked(&story)?, "marked before it may be out of date");
    says_since(&story, since).await?;
    evidence.survived(fault);
    google_fails(&story, false).await?;
    story.world.revive(AGENT).await?;
    story.is_right().await?;

    let fault = "the hub starts without knowing the time";
    let hub = story.hub();
    story.world.kill(AGENT).await?;
    story.world.kill(&hub_program(&hub)).await?;
    let since = story.world.verified_at(&hub, &story.sign.key)?;
    story.world.hub_forgets_the_time(&hub)?;
    story.world.revive(&hub_program(&hub)).await?;
    says_since(&story, since).await?;
    evidence.survived(fault);
    story.world.revive(AGENT).await?;
    story.is_right().await?;

    evidence.print()?;
    story.world.stop().await
}

#[tokio::test]
async fn promise_4_twin_without_freshness_on_the_hub_a_sign_lies() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    let hub = story.hub();
    google_fails(&story, true).await?;
    let since = nearly_stale(&mut story).await?;
    story.world.kill(AGENT).await?;
    story.world.kill(&hub_program(&hub)).await?;
    story.world.forget_freshness(&hub, &story.sign.key)?;
    story.world.revive(&hub_program(&hub)).await?;
    let patience = Duration::try_from(BEFORE_STALE)? * 2;
    let outcome = impatiently(patience, says_since(&story, since)).await;
    ensure!(
        outcome.is_err(),
        "the sign is marked although its hub does not know when"
    );
    story.world.revive(AGENT).await?;
    story.world.stop().await
}

/// Lets the room grow old until it is stale in a moment, with agent and hub alive. Returns when it was last verified.
async fn nearly_stale(story: &mut Story) -> Result<Timestamp> {
    let hub = story.hub();
    story.world.kill(AGENT).await?;
    story.world.kill(&hub_program(&hub)).await?;
    // What is stored and sent are whole microseconds; the mark has minutes.
    let now = clock().round(jiff::Unit::Millisecond)?;
    let verified = now - STALE_AFTER + BEFORE_STALE;
    let sign = &story.sign;
    let mark = expected::mark(&mut Renderer::new(), &sign.panel, verified, &sign.room.zone);
    story.world.was_verified(&hub, &sign.key, verified, &mark)?;
    story.world.revive(AGENT).await?;
    story.world.revive(&hub_program(&hub)).await?;
    story.world.hub(&hub)?.says("connected").await?;
    Ok(verified)
}

/// Waits until the glass shows what it should, with the mark that names `since`, exactly.
async fn says_since(story: &Story, since: Timestamp) -> Result<()> {
    let sign = &story.sign;
    let unmarked = sign
        .expected(&story.world.calendar, &mut Renderer::new(), clock())
        .await?;
    let zone = &sign.room.zone;
    let wanted = expected::marked(&mut Renderer::new(), &unmarked, &sign.panel, since, zone);
    ensure!(wanted != unmarked, "the mark changes nothing");
    let says = format!("the sign says since {since}");
    sign.glass.comes_to_show(&wanted, &says).await?;
    eventually("the log says so too", || async {
        let said = sign.glass.now()?.and_then(|shown| shown.marked_since);
        Ok((said == Some(since)).then_some(()))
    })
    .await
}

fn is_marked(story: &Story) -> Result<bool> {
    Ok(story
        .sign
        .glass
        .now()?
        .is_some_and(|shown| shown.marked_since.is_some()))
}

async fn google_fails(story: &Story, fails: bool) -> Result<()> {
    story
        .world
        .calendar
        .faults(&json!({ "server_error": fails }))
        .await
}
