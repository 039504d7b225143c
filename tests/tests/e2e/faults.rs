//! Google fails in every way it is known to; the sign is right in the end, and the account is still connected.
//!
//! Each test throws one switch of the stand-in, makes a change, and looks at the glass. The agent uses no sync tokens, so
//! that Google has no 410 for it; the stand-in's own tests throw that switch at Google's client.

use anyhow::{Result, ensure};
use placard_tests::sign::Sign;
use placard_tests::signs::link_all;
use placard_tests::{Admin, World, WorldPlan, eventually};
use serde_json::{Value, json};

/// A running world with one sign, its admin, and the sign.
async fn linked() -> Result<(World, Admin, Sign)> {
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
async fn an_api_that_is_switched_off_is_named_and_recovered_from() -> Result<()> {
    recovers_with_a_repair(json!({ "api_disabled": true })).await
}

#[tokio::test]
async fn a_missing_scope_is_named_and_recovered_from() -> Result<()> {
    recovers_with_a_repair(json!({ "scope_missing": true })).await
}

/// A fault that a person has to mend: it is named under Repairs, what was shown stays, and all is well once mended.
async fn recovers_with_a_repair(switches: Value) -> Result<()> {
    let (world, admin, sign) = linked().await?;
    let shown = sign.glass.pixels()?;
    world.calendar.faults(&switches).await?;
    world
        .calendar
        .add_now(&sign.room.calendar, "Not seen yet")
        .await?;
    eventually("the repair is named", || async {
        let repairs = admin.get("repairs").await?;
        let named = repairs["repairs"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        Ok(named.then_some(()))
    })
    .await?;
    ensure!(
        sign.glass.pixels()? == shown,
        "what was shown stays while Google refuses"
    );
    world.calendar.clear_faults().await?;
    // Google's next notice finds it mended; without one, the agent asks again by itself within a quarter of an hour.
    world
        .calendar
        .add_now(&sign.room.calendar, "Seen again")
        .await?;
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
