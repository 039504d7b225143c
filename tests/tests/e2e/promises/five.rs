//! Promise 5: signs flip on time with the agent switched off, for the whole planned day.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use frame::Renderer;
use jiff::{SignedDuration, Timestamp, ToSpan};
use placard_tests::WorldPlan;
use placard_tests::clock::clock;
use placard_tests::expected::{self, Booking};
use placard_tests::programs::{AGENT, hub_program};
use placard_tests::promise::Evidence;
use placard_tests::story::Story;
use placard_tests::wait::{eventually, impatiently};
use serde_json::Value;

/// Meetings of the day, and the minutes from now at which they begin; each takes half an hour.
const MEETINGS: [i64; 5] = [70, 130, 160, 420, 1260];
const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);
/// What a hub's plan holds at least.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long before a flip the hub is started: it has to read its disk and refresh first.
const EARLY: SignedDuration = SignedDuration::from_millis(1500);

#[tokio::test]
async fn promise_5_signs_flip_on_time_with_the_agent_switched_off_for_the_whole_day() -> Result<()>
{
    let mut story = Story::begin(WorldPlan::small()).await?;
    let mut evidence = Evidence::of(5);
    let flips = a_day(&mut story).await?;
    story.world.kill(AGENT).await?;
    println!(
        "{} flips, the last {:#} ahead",
        flips.len(),
        flips[flips.len() - 1].duration_since(clock())
    );
    let last = flips.len() - 1;
    for (index, flip) in flips.into_iter().enumerate() {
        at_the_time_of(&mut story, flip).await?;
        story.sign.glass.flips_at(flip).await?;
        if index == last {
            shows_the_last_of_the_plan(&story).await?;
            evidence.survived("flip to `no current information` at the plan's end, agent off");
        } else {
            shows_what_is_due(&story, flip).await?;
            evidence.survived("flip with the agent off");
        }
    }
    story.world.revive(AGENT).await?;
    evidence.print()?;
    story.world.stop().await
}

#[tokio::test]
async fn promise_5_twin_a_hub_without_the_plan_does_not_flip() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    let flips = a_day(&mut story).await?;
    story.world.kill(AGENT).await?;
    let hub = story.hub();
    story.world.kill(&hub_program(&hub)).await?;
    story.world.forget_the_day(&hub, &story.sign.key)?;
    story.world.hub_believes(&hub, flips[0] - EARLY)?;
    story.world.revive(&hub_program(&hub)).await?;
    let flipped = async {
        story.sign.glass.flips_at(flips[0]).await?;
        shows_what_is_due(&story, flips[0]).await
    };
    let outcome = impatiently(Duration::from_secs(5), flipped).await;
    ensure!(
        outcome.is_err(),
        "the sign flipped by a plan that the hub does not have"
    );
    story.world.revive(AGENT).await?;
    story.world.stop().await
}

/// Fills the day with meetings and waits until the hub has all of it; returns when the sign has to change.
async fn a_day(story: &mut Story) -> Result<Vec<Timestamp>> {
    let minute = jiff::TimestampRound::new().smallest(jiff::Unit::Minute);
    let now = clock().round(minute)?;
    for (number, minutes) in MEETINGS.into_iter().enumerate() {
        let start = now + minutes.minutes();
        let meeting = Booking {
            id: String::new(),
            title: Some(format!("Meeting {number} of the day")),
            organiser: Some("Ada Lovelace".to_owned()),
            people: None,
            private: false,
            start,
            end: start + HALF_AN_HOUR,
        };
        story
            .world
            .calendar
            .add(&story.sign.room.calendar, &meeting)
            .await?;
    }
    story.meant().await?;
    story.is_right().await?;
    let zone = story.sign.room.zone.clone();
    let midnight = now.to_zoned(zone).tomorrow()?.start_of_day()?.timestamp();
    let bookings = story
        .world
        .calendar
        .bookings(&story.sign.room.calendar)
        .await?;
    let mut flips: Vec<Timestamp> = bookings
        .iter()
        .flat_map(|booking| [booking.start, booking.end])
        .chain([midnight])
        .filter(|flip| *flip > now)
        .collect();
    flips.sort_unstable();
    flips.dedup();
    let end = eventually("the hub has the whole day on its disk", || async {
        let steps = steps(story)?;
        let planned: Vec<Timestamp> = steps.iter().map(|(from, _)| *from).collect();
        let all = flips.iter().all(|flip| planned.contains(flip));
        Ok(planned.last().copied().filter(|_| all))
    })
    .await?;
    ensure!(
        end.duration_since(clock()) >= A_DAY,
        "the plan ends at {end}, in less than a day"
    );
    flips.retain(|flip| *flip < end);
    flips.push(end);
    Ok(flips)
}

/// Has the hub live through the moments before `flip`.
async fn at_the_time_of(story: &mut Story, flip: Timestamp) -> Result<()> {
    let hub = story.hub();
    story.world.kill(&hub_program(&hub)).await?;
    story.world.hub_believes(&hub, flip - EARLY)?;
    story.world.revive(&hub_program(&hub)).await
}

/// The glass shows what the calendar has at `at`, by this crate's own reading, and since when it may be out of date.
async fn shows_what_is_due(story: &Story, at: Timestamp) -> Result<()> {
    let sign = &story.sign;
    let mut renderer = Renderer::new();
    let due = sign
        .expected(&story.world.calendar, &mut renderer, at)
        .await?;
    let since = story.world.verified_at(&story.hub(), &sign.key)?;
    let due = expected::marked(&mut renderer, &due, &sign.panel, since, &sign.room.zone);
    let shows = format!("the sign shows what is due at {at}, verified at {since}");
    sign.glass.comes_to_show(&due, &shows).await
}

async fn shows_the_last_of_the_plan(story: &Story) -> Result<()> {
    let (_, last) = steps(story)?.pop().context("a plan has steps")?;
    eventually("the sign says that it knows nothing", || async {
        let shown = story.sign.glass.now()?;
        Ok(shown
            .is_some_and(|shown| shown.hash == last && shown.marked_since.is_some())
            .then_some(()))
    })
    .await
}

/// The plan on the hub's disk.
fn steps(story: &Story) -> Result<Vec<(Timestamp, String)>> {
    let file = story.world.plan_file(&story.hub(), &story.sign.key);
    let plan: Value = serde_json::from_slice(&fs::read(file)?)?;
    let steps = plan["steps"].as_array().context("a plan has steps")?;
    steps
        .iter()
        .map(|step| {
            let text = |key: &str| step[key].as_str().context("a step has time and frame");
            Ok((text("from")?.parse()?, text("frame")?.to_owned()))
        })
        .collect()
}
