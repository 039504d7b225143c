//! Promise 2: duplicate, late, reordered and forged notifications change nothing that is shown.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use placard_tests::WorldPlan;
use placard_tests::promise::Evidence;
use placard_tests::story::Story;
use placard_tests::wait::eventually;
use serde_json::json;

/// Long enough for a later notice to be long on the glass before a late one arrives.
const LATE: Duration = Duration::from_millis(1500);

#[tokio::test]
async fn promise_2_duplicate_late_reordered_and_forged_notifications_change_nothing() -> Result<()>
{
    let mut story = Story::begin(WorldPlan::small()).await?;
    let mut evidence = Evidence::of(2);
    duplicates(&mut story, &mut evidence).await?;
    late_and_reordered(&mut story, &mut evidence).await?;
    forgeries(&mut story, &mut evidence).await?;
    evidence.print()?;
    story.world.stop().await
}

#[tokio::test]
async fn promise_2_twin_a_notice_that_changes_something_is_noticed() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    let before = pictures(&story)?;
    // Somebody who could forge a notice could change what is shown: here it is done with Google's own hands.
    story.change().await?;
    story.is_right().await?;
    let outcome = changed_once(&mut story, before).await;
    ensure!(
        outcome.is_err(),
        "a picture that nobody meant was not noticed"
    );
    story.world.stop().await
}

/// Every notice comes twice.
async fn duplicates(story: &mut Story, evidence: &mut Evidence) -> Result<()> {
    story
        .world
        .calendar
        .faults(&json!({ "duplicate_push": true }))
        .await?;
    for _ in 0..3 {
        let before = pictures(story)?;
        changed_once(story, before).await?;
        evidence.seen_on_glass("notice sent twice");
    }
    let sent = struck(story, "duplicate_push").await?;
    evidence.happened("notice sent twice", sent);
    story.world.calendar.clear_faults().await
}

/// The notice of a change arrives after that of a later change.
async fn late_and_reordered(story: &mut Story, evidence: &mut Evidence) -> Result<()> {
    let fault = "notice overtaken by a later one";
    for _ in 0..2 {
        let switch = json!({ "late_push_ms": { "count": 1, "value": LATE.as_millis() as u64 } });
        story.world.calendar.faults(&switch).await?;
        story.change().await?;
        let before = pictures(story)?;
        changed_once(story, before).await?;
        let delivered = story.world.calendar.pushes().await?.len();
        eventually("the late notice is delivered", || async {
            let now = story.world.calendar.pushes().await?.len();
            Ok((now > delivered).then_some(()))
        })
        .await?;
        evidence.happened(fault, struck(story, "late_push_ms").await?);
        let before = pictures(story)?;
        changed_once(story, before).await?;
        evidence.seen_on_glass(fault);
        story.world.calendar.clear_faults().await?;
    }
    Ok(())
}

/// Notices with a token that the relay did not make, or with that of another channel.
async fn forgeries(story: &mut Story, evidence: &mut Evidence) -> Result<()> {
    let relay = story.admin.get("relay").await?;
    let webhook = relay["enrolment"]["webhook_address"]
        .as_str()
        .context("a webhook address")?;
    let before = pictures(story)?;
    let listings = story.world.listings().await?;
    let channels = story.world.calendar.channels().await?;
    let channel = channels.first().and_then(|channel| channel["id"].as_str());
    let channel = channel.context("the agent has a channel open")?;
    for token in ["", "v1.1.AAAA", "a completely different thing", "\u{7f}"] {
        for number in [1, 7, u64::MAX] {
            let answer = story
                .world
                .post_webhook(webhook, channel, token, number)
                .await;
            // A token that HTTP itself cannot carry does not even reach the relay.
            let refused = answer
                .as_ref()
                .map_or(true, |status| status.is_client_error());
            ensure!(refused, "a forged token was answered {answer:?}");
            evidence.happened("forged notice", 1);
        }
    }
    ensure!(
        story.world.listings().await? == listings,
        "a forged notice made the agent ask Google"
    );
    changed_once(story, before).await?;
    evidence.seen_on_glass("forged notice");
    Ok(())
}

/// Makes one change and sees it: since there were `before` pictures, the glass has changed exactly this once.
async fn changed_once(story: &mut Story, before: usize) -> Result<()> {
    story.change().await?;
    story.is_right().await?;
    let after = pictures(story)?;
    ensure!(
        after == before + 1,
        "one change was made, and the glass changed {} times",
        after - before
    );
    Ok(())
}

/// How often the glass has changed.
fn pictures(story: &Story) -> Result<usize> {
    Ok(story.sign.glass.history()?.len())
}

async fn struck(story: &Story, switch: &str) -> Result<u64> {
    let fired = story.world.calendar.fired().await?;
    fired
        .get(switch)
        .copied()
        .with_context(|| format!("{switch} is not thrown: {fired:?}"))
}
