//! Yesterday's backup is restored, then somebody switches the old machine on too.

use anyhow::{Result, ensure};
use placard_tests::WorldPlan;
use placard_tests::programs::AGENT;
use placard_tests::story::Story;
use placard_tests::wait::eventually;

/// What a copy says when it finds that another one goes on where it left off.
const GIVES_WAY: &str = "this one gives way and serves no hubs";

#[tokio::test]
async fn a_restored_agent_drives_the_signs_and_the_old_machine_gives_way() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    story.world.kill(AGENT).await?;
    story.world.back_up_agent("backup")?;
    story.world.revive(AGENT).await?;
    // The hub has newer plans than the backup knows of.
    for _ in 0..3 {
        story.change().await?;
        story.is_right().await?;
    }
    story.world.replace_machine("backup").await?;
    for _ in 0..3 {
        story.change().await?;
        story.is_right().await?;
    }

    let (old, address) = story.world.switch_on_the_old_machine().await?;
    story.change().await?;
    story.is_right().await?;
    // So that the hub meets it: the restored one tells of its address, and dies.
    story.world.agent_is_also_at(address).await?;
    story.change().await?;
    story.is_right().await?;
    story.world.kill(AGENT).await?;
    eventually("the old machine gives way to the restored one", || async {
        let log = story.world.log_of_the_old_machine()?;
        Ok(log.contains(GIVES_WAY).then_some(()))
    })
    .await?;

    story.change().await?;
    story.world.revive(AGENT).await?;
    story.is_right().await?;
    let restored = std::fs::read_to_string(story.world.logs().join(format!("{AGENT}.log")))?;
    ensure!(
        !restored.contains(GIVES_WAY),
        "the restored one gave way too"
    );
    old.stop().await?;
    story.world.stop().await
}
