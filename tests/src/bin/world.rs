//! A running system for the browser tests: says where everything is in one line of JSON, and stays up until its
//! standard input ends.

use anyhow::Result;
use clap::Parser;
use placard_tests::plan::{HubPlan, Programme, WorldPlan};
use placard_tests::setting_up::{CLIENT_ID, CLIENT_SECRET};
use placard_tests::world::World;
use serde_json::json;

/// Starts a system with empty rooms and says where it is.
#[derive(Debug, Parser)]
struct Arguments {
    /// Names of rooms.
    #[arg(long = "room", default_values_t = ["Alder".to_owned(), "Birch".to_owned()])]
    rooms: Vec<String>,
    /// Panel sizes of the one hub's displays.
    #[arg(long = "panel", default_values_t = ["800x480".to_owned(), "296x128".to_owned()])]
    panels: Vec<String>,
    /// The FOSDEM 2025 programme instead of empty rooms.
    #[arg(long)]
    fosdem: bool,
    /// Set everything up first: claimed, connected, paired, linked.
    #[arg(long)]
    ready: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let panels: Vec<&str> = arguments.panels.iter().map(String::as_str).collect();
    let programme = if arguments.fosdem {
        Programme::Fosdem
    } else {
        Programme::Rooms(arguments.rooms)
    };
    let mut world = World::start(WorldPlan {
        programme,
        hubs: vec![HubPlan::new("North", &panels)],
        ..WorldPlan::small()
    })
    .await?;
    let mut said = json!({
        "portal": world.portal,
        "portal_lan": world.portal_lan()?,
        "standin": world.google_base,
        "edit": world.edit_page,
        "relay": world.relay_base,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "spki": world.pins(),
        "data": world.agent_data(),
        "username": placard_tests::admin::USER,
        "password": placard_tests::admin::PASSWORD,
    });
    if arguments.ready {
        placard_tests::signs::link_all(&mut world).await?;
    } else {
        world.register_client(&[]).await?;
        said["setup_token"] = world.setup_token().await?.into();
        said["invite"] = world.invite().await?.into();
        said["pairing_codes"] = json!([world.pairing_code("North").await?]);
    }
    println!("{said}");
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .await??;
    world.stop().await
}
