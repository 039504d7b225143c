//! A hub in another language, written from `hub.proto` and its prose alone, shows what ours shows.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use placard_tests::glass::Glass;
use placard_tests::process::{Process, Surroundings};
use placard_tests::programs::hub_program;
use placard_tests::story::Story;
use placard_tests::wait::eventually;
use placard_tests::{WorldPlan, clock::clock};
use serde_json::Value;

#[tokio::test]
async fn a_hub_in_python_written_from_the_proto_shows_every_change() -> Result<()> {
    let mut story = Story::begin(WorldPlan::small()).await?;
    let hub = story.hub();
    // Ours pairs, and hands its key over.
    story.world.kill(&hub_program(&hub)).await?;
    let mut python = start(&story, &hub)?;
    python.says("connected").await?;
    for _ in 0..3 {
        story.change().await?;
        python.still_runs()?;
        shows(&story, &hub).await?;
    }
    python.kill().await?;
    let mut again = start(&story, &hub)?;
    again.says("connected").await?;
    shows(&story, &hub)
        .await
        .context("with what it had on its disk")?;
    again.kill().await?;
    story.world.restart_hub(&hub)?;
    story.is_right().await.context("with our own hub again")?;
    story.world.stop().await
}

fn start(story: &Story, hub: &str) -> Result<Process> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = story.world.hub_data(hub);
    let pinned: Value = serde_json::from_slice(&fs::read(data.join("agent.json"))?)?;
    let pin = pinned["pin"]
        .as_str()
        .context("the hub has pinned the agent")?;
    let program = here.join("python-hub/hub.py");
    let proto = here.join("../edge-agent/hub-link/proto/hub.proto");
    let arguments = [
        program.display().to_string(),
        "--proto".to_owned(),
        proto.canonicalize()?.display().to_string(),
        "--data".to_owned(),
        data.join("python").display().to_string(),
        "--agent".to_owned(),
        story.world.hub_address.clone(),
        "--key".to_owned(),
        data.join("keys/hub.key").display().to_string(),
        "--pin".to_owned(),
        pin.to_owned(),
        "--display".to_owned(),
        format!("{}={}", story.sign.key, story.sign.panel),
    ];
    let logs = story.world.logs();
    let surroundings = Surroundings {
        namespace: None,
        environment: vec![("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned())],
        logs: &logs,
    };
    // `infra/dev` puts the Python that has what infra/python/hub.txt lists first on the path.
    Process::start_program("python-hub", Path::new("python3"), &arguments, surroundings)
}

/// The Python hub's glass has exactly the pixels that the calendar calls for.
async fn shows(story: &Story, hub: &str) -> Result<()> {
    let folder = story.world.hub_data(hub).join("python/glass");
    let glass = Glass::new(&folder, &story.sign.key);
    eventually("the Python hub shows it", || async {
        let mut renderer = frame::Renderer::new();
        let wanted = story
            .sign
            .expected(&story.world.calendar, &mut renderer, clock())
            .await?;
        Ok((glass.pixels()? == wanted).then_some(()))
    })
    .await
}
