//! Google fails in any way and in any order; once it is well again every sign shows what its calendar has.
//!
//! Two hundred steps of a seed, or as many as `PLACARD_FAULTS` says: each throws a switch or several, changes a calendar,
//! or lets Google be well for a moment. Faults that only a person can mend are mended as a person would.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use placard_tests::plan::{HubPlan, Programme};
use placard_tests::random::Random;
use placard_tests::sign::Sign;
use placard_tests::signs::link_all;
use placard_tests::wait::impatiently;
use placard_tests::wishes::wish;
use placard_tests::{Admin, World, WorldPlan};
use serde_json::{Value, json};

/// As many as CI has time for.
const STEPS: u64 = 200;

/// An agent that waits after one fault is not struck by the next; of a run of chance so many strike at least.
const FEWEST: usize = 6;

/// After the worst of rate limits the agent asks again within a little more than a minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// Every switch that strikes after sign-in, and what it is thrown with. Those that strike once or twice are counted, so
/// that a step does not wait for answers that never come.
fn switches() -> Vec<(&'static str, Value)> {
    vec![
        ("unauthorised", json!(2)),
        ("rate_limited_403", json!(2)),
        ("rate_limited_429", json!(1)),
        ("api_disabled", json!(2)),
        ("scope_missing", json!(1)),
        ("gone", json!(1)),
        ("server_error", json!(3)),
        ("watch_unauthorised", json!(1)),
        ("directory_off", json!(1)),
        ("invalid_client", json!(1)),
        ("invalid_grant", json!(1)),
        ("truncated", json!(2)),
        ("garbage", json!(2)),
        ("redirect", json!(1)),
        ("huge_mb", json!({"count": 1, "value": 33})),
        ("trickle", json!({"count": 1})),
        ("slow_ms", json!({"count": 3, "value": 300})),
        (
            "clock_offset_s",
            json!({"count": 3, "value": -7200, "path": "/calendar/v3/"}),
        ),
        ("no_push", json!(2)),
        ("duplicate_push", json!(2)),
        ("late_push_ms", json!({"count": 2, "value": 400})),
    ]
}

#[tokio::test]
async fn in_the_end_every_glass_is_its_calendar_whatever_google_did() -> Result<()> {
    let steps = wish("PLACARD_FAULTS").unwrap_or(STEPS);
    let mut random = Random::for_story("random faults");
    let plan = WorldPlan {
        programme: Programme::Rooms(["Alder", "Birch", "Cedar"].map(str::to_owned).into()),
        hubs: vec![HubPlan::new(
            "North",
            &["296x128", "400x300", "296x128", "296x128"],
        )],
        sync_seconds: Some(5),
        ..WorldPlan::small()
    };
    let mut world = World::start(plan).await?;
    let (mut admin, signs) = link_all(&mut world).await?;
    for sign in &signs {
        sign.is_right(&world.calendar).await?;
    }
    let mut thrown = BTreeSet::new();
    let mut struck = BTreeSet::new();
    for step in 0..steps {
        let what = one_step(&world, &mut admin, &signs, &mut random).await;
        thrown.extend(what.with_context(|| format!("step {step}"))?);
        struck.extend(
            world
                .calendar
                .fired()
                .await?
                .into_iter()
                .filter(|(_, n)| *n > 0)
                .map(|(name, _)| name),
        );
        tokio::time::sleep(random.span(Duration::from_millis(160))).await;
    }
    println!(
        "{{\"steps\": {steps}, \"thrown\": {}, \"struck\": {}}}",
        thrown.len(),
        struck.len()
    );
    ensure!(
        struck.len() >= FEWEST,
        "too few switches struck for a test: {struck:?}"
    );
    mend(&world, &mut admin).await?;
    // What only a person can mend is asked about again when Google announces something.
    for sign in &signs {
        world
            .calendar
            .add_now(&sign.room.calendar, "All is well again")
            .await?;
    }
    impatiently(PATIENCE, async {
        for sign in &signs {
            sign.is_right(&world.calendar).await?;
        }
        anyhow::Ok(())
    })
    .await?;
    world.stop().await
}

#[tokio::test]
async fn every_switch_alone_leaves_the_glass_right() -> Result<()> {
    let mut world = World::start(WorldPlan {
        sync_seconds: Some(5),
        ..WorldPlan::small()
    })
    .await?;
    let (mut admin, mut signs) = link_all(&mut world).await?;
    let sign = signs.remove(0);
    for (name, value) in switches() {
        world.calendar.faults(&json!({name: value})).await?;
        let calendar = &sign.room.calendar;
        world
            .calendar
            .add_now(calendar, &format!("While {name}"))
            .await?;
        mend(&world, &mut admin).await?;
        world
            .calendar
            .add_now(calendar, &format!("After {name}"))
            .await?;
        impatiently(PATIENCE, sign.is_right(&world.calendar))
            .await
            .with_context(|| format!("after the switch {name}"))?;
    }
    world.stop().await
}

/// One thing that happens; answers the switches that were thrown.
async fn one_step(
    world: &World,
    admin: &mut Admin,
    signs: &[Sign],
    random: &mut Random,
) -> Result<Vec<&'static str>> {
    let calendar = &world.calendar;
    let room = &random.pick(signs).room.calendar;
    match random.below(10) {
        0 | 1 => mend(world, admin).await?,
        2..=4 => {
            let all = switches();
            let chosen: Vec<_> = (0..=random.below(3))
                .map(|_| random.pick(&all).clone())
                .collect();
            let request: serde_json::Map<_, _> = chosen
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect();
            calendar.faults(&request.into()).await?;
            return Ok(chosen.into_iter().map(|(name, _)| name).collect());
        }
        5..=7 => {
            calendar
                .add_now(room, &format!("Meeting {}", random.below(1000)))
                .await?;
        }
        _ => {
            let bookings = calendar.bookings(room).await?;
            if let Some(booking) = (!bookings.is_empty()).then(|| random.pick(&bookings)) {
                calendar.cancel(room, &booking.id).await?;
            }
        }
    }
    Ok(Vec::new())
}

/// Google is well again, and an account whose grant was refused is connected anew.
async fn mend(world: &World, admin: &mut Admin) -> Result<()> {
    world.calendar.clear_faults().await?;
    let accounts = admin.get("integration").await?["accounts"].clone();
    if accounts[0]["state"]["state"] == "reconnect" {
        admin.connect_google().await?;
    }
    Ok(())
}
