//! Google fails in every way that passes by itself; the sign is right in the end, and the account is still connected.
//!
//! Each test throws one switch of the stand-in, makes a change, and looks at the glass. What only a person can mend is in
//! [`crate::refusals`].

use anyhow::{Result, ensure};
use placard_tests::sign::Sign;
use placard_tests::signs::link_all;
use placard_tests::{Admin, World, WorldPlan, eventually};
use serde_json::{Value, json};

/// A running world with one sign, its admin, and the sign.
pub(crate) async fn linked() -> Result<(World, Admin, Sign)> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (admin, mut signs) = link_all(&mut world).await?;
    let sign = signs.remove(0);
    sign.is_right(&world.calendar).await?;
    Ok((world, admin, sign))
}

/// Throws `switches`, changes the calendar, and sees the sign become right although each switch struck.
async fn survives(switches: Value) -> Result<()> {
    let (world, admin, sign) = linked().await?;
    world.calendar.faults(&switches).await?;
    world
        .calendar
        .add_now(&sign.room.calendar, "In spite of everything")
        .await?;
    sign.is_right(&world.calendar).await?;
    let fired = world.calendar.fired().await?;
    for name in switches
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
    {
        ensure!(
            fired.get(name).is_some_and(|count| *count > 0),
            "the switch `{name}` never struck: {fired:?}"
        );
    }
    let accounts = admin.get("integration").await?["accounts"].clone();
    ensure!(
        accounts[0]["state"]["state"] == "connected",
        "the account was given up: {accounts}"
    );
    world.stop().await
}

#[tokio::test]
async fn an_access_token_that_google_no_longer_takes_is_renewed() -> Result<()> {
    survives(json!({ "unauthorised": 1 })).await
}

#[tokio::test]
async fn a_rate_limit_told_with_403_is_waited_out() -> Result<()> {
    survives(json!({ "rate_limited_403": 2 })).await
}

#[tokio::test]
async fn a_rate_limit_told_with_429_is_waited_out() -> Result<()> {
    survives(json!({ "rate_limited_429": 2 })).await
}

#[tokio::test]
async fn an_error_of_googles_own_is_tried_again() -> Result<()> {
    survives(json!({ "server_error": 2 })).await
}

#[tokio::test]
async fn a_truncated_answer_is_not_believed() -> Result<()> {
    survives(json!({ "truncated": 2 })).await
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() -> Result<()> {
    survives(json!({ "slow_ms": 800 })).await
}

#[tokio::test]
async fn a_push_that_comes_twice_changes_nothing_more() -> Result<()> {
    survives(json!({ "duplicate_push": true })).await
}

#[tokio::test]
async fn a_push_that_comes_late_is_still_heeded() -> Result<()> {
    survives(json!({ "late_push_ms": 1500 })).await
}

#[tokio::test]
async fn garbage_is_not_taken_for_an_empty_calendar() -> Result<()> {
    survives(json!({ "garbage": 2 })).await
}

#[tokio::test]
async fn garbage_from_the_token_endpoint_is_asked_about_again() -> Result<()> {
    survives(json!({ "unauthorised": 1, "garbage": { "count": 2, "path": "/token" } })).await
}

#[tokio::test]
async fn an_answer_of_fifty_megabytes_is_not_read_to_its_end() -> Result<()> {
    survives(json!({ "huge_mb": { "count": 1, "value": 50 } })).await
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Result<()> {
    survives(json!({ "redirect": 2 })).await
}

#[tokio::test]
async fn an_answer_that_trickles_is_given_up() -> Result<()> {
    survives(json!({ "trickle": 1 })).await
}

#[tokio::test]
async fn nothing_that_google_calls_gone_is_ever_asked_for() -> Result<()> {
    let (world, _, sign) = linked().await?;
    world.calendar.faults(&json!({ "gone": true })).await?;
    let calendar = &sign.room.calendar;
    world
        .calendar
        .add_now(calendar, "Without a sync token")
        .await?;
    sign.is_right(&world.calendar).await?;
    ensure!(
        world.calendar.fired().await?.get("gone") == Some(&0),
        "410 struck: the agent used a sync token, or asked for what has changed since"
    );
    world.stop().await
}

#[tokio::test]
async fn a_clock_that_is_off_by_hours_is_told_and_signs_go_on() -> Result<()> {
    let (mut world, admin, sign) = linked().await?;
    world
        .calendar
        .faults(&json!({ "clock_offset_s": 3 * 3600 }))
        .await?;
    world.kill_agent().await?;
    world.start_agent().await?;
    let told = eventually("the clock is told", || async {
        let repairs = admin.get("repairs").await?;
        let list = repairs["repairs"].as_array().cloned().unwrap_or_default();
        Ok(list
            .into_iter()
            .find(|repair| repair["code"] == "clock_wrong"))
    })
    .await?;
    let what = told["what"].as_str().unwrap_or_default();
    ensure!(what.contains("hours behind Google's"), "{told}");
    let calendar = &sign.room.calendar;
    world.calendar.add_now(calendar, "At any hour").await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_change_without_a_push_is_found_by_the_periodic_sync() -> Result<()> {
    let plan = WorldPlan {
        sync_seconds: Some(3),
        ..WorldPlan::small()
    };
    let mut world = World::start(plan).await?;
    let (_, mut signs) = link_all(&mut world).await?;
    let sign = signs.remove(0);
    world.calendar.faults(&json!({ "no_push": true })).await?;
    world
        .calendar
        .add_now(&sign.room.calendar, "Nobody announced this")
        .await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}
