//! What costs a refresh, and what does not.

use edge_api::settings::{DisplaySettings, Privacy};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_changes_no_pixel_is_neither_planned_nor_sent() {
    let world = World::new().await;
    let mut hub = world.paired_hub().await;
    let link = hub.connect().await.unwrap();
    let serving = hub.start(link);
    let display = world.display().await;
    world.meeting("Quarterly planning").await;
    let busy_only = DisplaySettings {
        privacy: Privacy::BusyOnly,
        ..DisplaySettings::default()
    };
    world.hubs.set(&display, busy_only).await.unwrap();
    world
        .hubs
        .link(&display, Some(&world.room()))
        .await
        .unwrap();
    let planned = eventually("the hub has the day's plan", async || {
        let stored = world.store.desired(&display).await.unwrap()?;
        let plan = hub.plan()?;
        (plan.steps.len() > 2 && plan.generation == Some(stored.generation)).then_some(plan)
    })
    .await;
    let frames = hub.frames_received();
    // So that of a change only its first plan comes.
    world.hubs.0.rooms.drawer.hold_later(true);

    // The corridor does not read the title, so this is no change to it.
    world.meeting("Merger with Initech").await;
    // This one it sees: news is heard in order, so the first plan that comes is what tells the two apart.
    world.meetings(&[("Merger with Initech", -5, 85)]).await;
    let after = eventually("the longer meeting is planned", async || {
        hub.plan()
            .filter(|plan| plan.generation > planned.generation)
    })
    .await;
    let (before, after) = (planned.generation.unwrap(), after.generation.unwrap());
    assert_eq!(
        (after.epoch, after.counter),
        (before.epoch, before.counter + 1)
    );
    assert!(hub.frames_received() > frames);
    serving.stop();
}
