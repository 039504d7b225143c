//! Google refuses what only a person can mend: what is wrong is said, what was shown stays, and all is well once it is
//! mended.

use anyhow::{Context, Result, ensure};
use placard_tests::signs::{link_all, link_displays};
use placard_tests::{Admin, World, WorldPlan, eventually};
use reqwest::Method;
use serde_json::{Value, json};

use crate::faults::linked;

/// The repair of that kind, once there is one.
pub(crate) async fn repair(admin: &Admin, code: &str) -> Result<Value> {
    eventually(&format!("the repair {code}"), || async {
        let repairs = admin.get("repairs").await?;
        let list = repairs["repairs"].as_array().cloned().unwrap_or_default();
        Ok(list.into_iter().find(|repair| repair["code"] == code))
    })
    .await
}

#[tokio::test]
async fn an_api_that_is_switched_off_is_named_and_recovered_from() -> Result<()> {
    recovers_with_a_repair(json!({ "api_disabled": true }), "not enabled").await
}

#[tokio::test]
async fn a_missing_scope_is_named_and_recovered_from() -> Result<()> {
    recovers_with_a_repair(json!({ "scope_missing": true }), "connect it again").await
}

#[tokio::test]
async fn a_client_that_google_no_longer_knows_is_named_and_recovered_from() -> Result<()> {
    let switches = json!({ "unauthorised": true, "invalid_client": true });
    recovers_with_a_repair(switches, "correct the Google app").await
}

/// A fault of one room's lists: `words` are under Repairs.
async fn recovers_with_a_repair(switches: Value, words: &str) -> Result<()> {
    let (world, admin, sign) = linked().await?;
    let shown = sign.glass.pixels()?;
    let calendar = &sign.room.calendar;
    world.calendar.faults(&switches).await?;
    world.calendar.add_now(calendar, "Not seen yet").await?;
    let named = repair(&admin, "room_stale").await?;
    ensure!(named["what"].to_string().contains(words), "{named}");
    ensure!(
        sign.glass.pixels()? == shown,
        "what was shown stays while Google refuses"
    );
    world.calendar.clear_faults().await?;
    // Google's next notice finds it mended; without one, the agent asks again by itself within a quarter of an hour.
    world.calendar.add_now(calendar, "Seen again").await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_dead_grant_is_named_and_connecting_again_shows_what_happened_meanwhile() -> Result<()> {
    let (world, mut admin, sign) = linked().await?;
    let shown = sign.glass.pixels()?;
    let switches = json!({ "unauthorised": true, "invalid_grant": true });
    world.calendar.faults(&switches).await?;
    world
        .calendar
        .add_now(&sign.room.calendar, "Meanwhile")
        .await?;
    let named = repair(&admin, "account_reconnect").await?;
    ensure!(named["action"].to_string().contains("again"), "{named}");
    ensure!(sign.glass.pixels()? == shown, "what was shown stays");
    world.calendar.clear_faults().await?;
    admin.connect_google().await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_relay_domain_that_google_refuses_is_named_and_changes_are_found_by_asking() -> Result<()>
{
    let mut world = World::start(WorldPlan {
        sync_seconds: Some(3),
        ..WorldPlan::small()
    })
    .await?;
    let mut admin = world.connected_admin().await?;
    let switch = json!({ "watch_unauthorised": true });
    world.calendar.faults(&switch).await?;
    let signs = link_displays(&mut world, &mut admin).await?;
    let named = repair(&admin, "pushes_missing").await?;
    ensure!(named["what"].to_string().contains("domain"), "{named}");
    world
        .calendar
        .add_now(&signs[0].room.calendar, "Nobody announces this")
        .await?;
    signs[0].is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_consent_page_that_blocks_is_explained_before_anybody_waits_for_it() -> Result<()> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (mut admin, _) = link_all(&mut world).await?;
    let switch = json!({ "consent_blocked": "org_internal" });
    world.calendar.faults(&switch).await?;
    let stuck = admin.connect_google().await;
    ensure!(stuck.is_err(), "the stand-in let somebody through");
    let test = "integration/guide/tests/redirect_uri";
    let tried = admin.must(Method::POST, test, None).await?;
    ensure!(tried["passed"] == false, "{tried}");
    let words = tried["what"].as_str().context("words")?;
    ensure!(words.contains("another organisation"), "{tried}");
    ensure!(tried["action"].to_string().contains("Audience"), "{tried}");
    world.calendar.clear_faults().await?;
    admin.connect_google().await?;
    world.stop().await
}

#[tokio::test]
async fn a_sign_in_whose_code_meets_garbage_asks_to_connect_again_and_that_works() -> Result<()> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (mut admin, _) = link_all(&mut world).await?;
    let flow = admin.go_to_google_and_back().await?;
    let switch = json!({ "garbage": { "count": 1, "path": "/token" } });
    world.calendar.faults(&switch).await?;
    let finish = format!("integration/google/flows/{flow}/finish");
    let refused = admin.call(Method::POST, &finish, None).await?;
    ensure!(!refused.status.is_success(), "{refused:?}");
    let hint = refused.body["hint"].as_str().unwrap_or_default();
    ensure!(hint.contains("onnect again"), "{refused:?}");
    admin.connect_google().await?;
    world.stop().await
}
