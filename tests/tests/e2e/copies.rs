//! Several copies of one agent: the old machine, and a backup that was restored twice.

use anyhow::{Result, ensure};
use placard_tests::relay_page::connected;
use placard_tests::story::Story;
use placard_tests::{Admin, WorldPlan};
use reqwest::Method;
use serde_json::Value;

#[tokio::test]
async fn of_one_backup_restored_twice_one_acts_until_the_other_is_told_to_take_over() -> Result<()>
{
    let mut story = Story::begin(WorldPlan::small()).await?;
    story.world.kill_agent().await?;
    story.world.back_up_agent("backup")?;
    story.world.restore_agent("backup")?;
    story.world.start_agent().await?;
    let admin = story.world.admin_at(&story.world.portal)?;
    let first = signed_in(admin).await?;
    first.relay_connects().await?;
    story.change().await?;
    story.is_right().await?;

    // The same backup once more, on another machine: it claims what the first has claimed.
    let mut second = story.world.restore_elsewhere("backup").await?;
    let relay = second.admin.relay_is("barred", barred).await?;
    ensure!(
        relay["action"]
            .as_str()
            .is_some_and(|todo| todo.contains("Take over")),
        "{relay}"
    );
    let repairs = second.admin.get("repairs").await?;
    ensure!(repairs.to_string().contains("other_copy"), "{repairs}");
    // It takes nothing away from the one that acts.
    for _ in 0..3 {
        story.change().await?;
        story.is_right().await?;
    }
    ensure!(
        connected(&first.get("relay").await?),
        "the first was cut off"
    );

    second
        .admin
        .must(Method::POST, "relay/take-over", None)
        .await?;
    second.admin.relay_connects().await?;
    first.relay_is("barred", barred).await?;
    second.stop().await?;
    story.world.stop().await
}

#[tokio::test]
async fn the_old_machine_started_beside_the_restored_one_goes_passive() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    story.world.kill_agent().await?;
    story.world.back_up_agent("backup")?;
    let restored = story.world.restore_elsewhere("backup").await?;
    restored.admin.relay_connects().await?;
    // Its hubs still dial the old machine, which comes up again.
    story.world.start_agent().await?;
    let old = signed_in(story.world.admin_at(&story.world.portal)?).await?;
    old.relay_is("barred", barred).await?;
    let still = restored.admin.get("relay").await?;
    ensure!(connected(&still), "{still}");
    restored.stop().await?;
    story.world.stop().await
}

async fn signed_in(mut admin: Admin) -> Result<Admin> {
    admin.sign_in().await?;
    Ok(admin)
}

fn barred(relay: &Value) -> bool {
    relay["barred"] == "other_copy" && !connected(relay)
}
