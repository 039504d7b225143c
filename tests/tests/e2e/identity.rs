//! Who the agent is at its relay: a relay that lost its table, new keys, leaving and coming back.

use anyhow::{Result, ensure};
use placard_tests::sign::Sign;
use placard_tests::signs::link_all;
use placard_tests::{Admin, World, WorldPlan};
use reqwest::Method;
use serde_json::json;

async fn started() -> Result<(World, Admin, Sign)> {
    let mut world = World::start(WorldPlan::small()).await?;
    let (admin, mut signs) = link_all(&mut world).await?;
    let sign = signs.remove(0);
    sign.is_right(&world.calendar).await?;
    Ok((world, admin, sign))
}

#[tokio::test]
async fn after_the_relay_lost_its_table_a_fresh_invite_is_all_that_it_takes() -> Result<()> {
    let (mut world, mut admin, sign) = started().await?;
    let before = admin.relay_connects().await?;
    world.kill_relay().await?;
    for entry in std::fs::read_dir(world.relay_data())? {
        let path = entry?.path();
        // The master key is kept elsewhere in a real deployment; the table is what was lost.
        if path
            .extension()
            .is_some_and(|e| e.to_string_lossy().starts_with("db"))
        {
            std::fs::remove_file(path)?;
        }
    }
    world.start_relay().await?;
    let forgotten = admin
        .relay_is("forgotten", |relay| relay["barred"] == "forgotten")
        .await?;
    ensure!(
        forgotten["action"]
            .as_str()
            .is_some_and(|todo| todo.contains("new invite")),
        "{forgotten}"
    );
    let repairs = admin.get("repairs").await?;
    ensure!(repairs.to_string().contains("relay_barred"), "{repairs}");

    admin
        .enrol(&world.relay_base, &world.invite().await?)
        .await?;
    let after = admin.relay_connects().await?;
    ensure!(
        before["enrolment"] == after["enrolment"],
        "it is somebody else now: {before} {after}"
    );
    let accounts = admin.get("integration").await?["accounts"].clone();
    ensure!(accounts[0]["state"]["state"] == "connected", "{accounts}");
    world
        .calendar
        .add_now(&sign.room.calendar, "Without a new consent")
        .await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn a_new_key_is_taken_and_survives_a_kill_at_once() -> Result<()> {
    let (mut world, mut admin, sign) = started().await?;
    for _ in 0..3 {
        admin.must(Method::POST, "relay/key", None).await?;
        world.kill_agent().await?;
        world.start_agent().await?;
        admin.relay_connects().await?;
    }
    // And in the middle of it: whatever the relay has heard, one of the two keys works.
    for _ in 0..3 {
        let mut other = admin.clone();
        let (changed, killed) = tokio::join!(
            other.call(Method::POST, "relay/key", None),
            world.kill_agent(),
        );
        drop(changed);
        killed?;
        world.start_agent().await?;
        admin.relay_connects().await?;
    }
    world
        .calendar
        .add_now(&sign.room.calendar, "With a new key")
        .await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn an_agent_that_left_can_come_back_and_its_rooms_are_watched_again() -> Result<()> {
    let (world, mut admin, sign) = started().await?;
    admin
        .must(Method::POST, "relay/leave", Some(&json!({})))
        .await?;
    let left = admin.get("relay").await?;
    ensure!(
        left["enrolment"].is_null() && left["problem"].is_null(),
        "{left}"
    );
    let none = admin
        .call(Method::POST, "relay/leave", Some(&json!({})))
        .await?;
    ensure!(none.code() == "not_enrolled", "{none:?}");

    admin
        .enrol(&world.relay_base, &world.invite().await?)
        .await?;
    admin.relay_connects().await?;
    world
        .calendar
        .add_now(&sign.room.calendar, "Back again")
        .await?;
    sign.is_right(&world.calendar).await?;
    world.stop().await
}

#[tokio::test]
async fn the_host_owner_shows_google_whose_the_domain_is() -> Result<()> {
    let world = World::start(WorldPlan::small()).await?;
    let mut admin = world.admin_at(&world.portal)?;
    admin.claim(&world.setup_token().await?).await?;
    admin
        .enrol(&world.relay_base, &world.invite().await?)
        .await?;
    let tag = "dBw5CvburAxi537Rp9qi5uG2174Vb6JwHwIRwPSLIK8";
    let entries = json!({ "entries": [
        "google-site-verification: google0123456789abcdef.html",
        format!("<meta name=\"google-site-verification\" content=\"{tag}\" />"),
    ] });
    let site = admin
        .must(Method::PUT, "relay/site-verification", Some(&entries))
        .await?;
    let url = site["files"][0]["url"].as_str().unwrap_or_default();
    let file = admin.http().get(url).send().await?.text().await?;
    ensure!(
        file == "google-site-verification: google0123456789abcdef.html",
        "{url}: {file}"
    );
    let home = admin
        .http()
        .get(&world.relay_base)
        .send()
        .await?
        .text()
        .await?;
    ensure!(home.contains(tag), "{home}");

    let nonsense = json!({ "entries": ["<script>"] });
    let refused = admin
        .call(Method::PUT, "relay/site-verification", Some(&nonsense))
        .await?;
    ensure!(refused.code() == "site_verification", "{refused:?}");
    let nothing = json!({ "entries": [] });
    admin
        .must(Method::PUT, "relay/site-verification", Some(&nothing))
        .await?;
    let gone = admin.http().get(url).send().await?.status();
    ensure!(gone == reqwest::StatusCode::NOT_FOUND, "{gone}");
    world.stop().await
}
