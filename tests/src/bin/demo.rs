//! The whole system on one machine, with the FOSDEM 2025 programme on eight signs.
//!
//! `demo` stays up for a person to try. `demo --once` does what a person would do, checks every sign, prints the latency
//! of each hop and ends.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Parser;
use placard_tests::changes::Changes;
use placard_tests::latency;
use placard_tests::plan::{HubPlan, Programme, WorldPlan};
use placard_tests::setting_up::{CLIENT_ID, CLIENT_SECRET};
use placard_tests::sign::Sign;
use placard_tests::wishes::wish;
use placard_tests::world::World;

/// Live signs for meeting-room doors, all on this machine, with a stand-in for Google.
#[derive(Debug, Parser)]
struct Arguments {
    /// Set everything up, change talks, check every sign, print the latencies, and end.
    #[arg(long)]
    once: bool,
    /// How many talks `--once` changes.
    #[arg(long, default_value_t = 16, value_name = "N")]
    changes: usize,
    /// Print the latencies once more, as the bench's rows on the last line.
    #[arg(long, requires = "once")]
    json: bool,
    /// Set everything up before handing over, so that the signs show the programme at once.
    #[arg(long, conflicts_with = "once")]
    ready: bool,
}

/// Signs of mixed sizes, as a building has them.
const HUBS: [(&str, [&str; 4]); 2] = [
    ("North", ["800x480", "400x300", "296x128", "800x480"]),
    ("South", ["400x300", "800x480", "296x128", "400x300"]),
];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let hubs = HUBS
        .iter()
        .map(|(name, panels)| HubPlan::new(name, panels))
        .collect();
    let mut world = World::start(WorldPlan {
        programme: Programme::Fosdem,
        hubs,
        fonts: wish("PLACARD_FONT_PACK").filter(|folder: &PathBuf| folder.exists()),
        ..WorldPlan::small()
    })
    .await?;
    let outcome = if arguments.once {
        once(&mut world, arguments.changes, arguments.json).await
    } else {
        stay(&mut world, arguments.ready).await
    };
    if outcome.is_err() {
        keep_logs(&world)?;
    }
    outcome?;
    world.stop().await
}

/// Everything by script; an error names the hop that did not happen.
async fn once(world: &mut World, count: usize, json: bool) -> Result<()> {
    let (admin, signs) = placard_tests::signs::link_all(world).await?;
    for sign in &signs {
        sign.is_right(&world.calendar).await?;
    }
    println!(
        "{} signs show the programme. Changing {count} talks …",
        signs.len()
    );
    let mut changes = Changes::new(&admin, &world.calendar, &signs);
    let mut hops = Vec::new();
    for index in 0..count {
        let arrived = changes
            .make(index)
            .await
            .with_context(|| format!("change {} of {count}", index + 1))?;
        hops.extend(arrived.hops);
    }
    if hops.is_empty() && count > 0 {
        bail!("no change was visible on any sign");
    }
    for sign in &signs {
        sign.is_right(&world.calendar).await?;
    }
    let rows = latency::rows(&hops);
    println!(
        "{count} changes, {} pictures. The simulated panel refreshes in 0 ms.\n{}",
        hops.len(),
        latency::table(&rows)
    );
    leave_pictures(world, &signs)?;
    if json {
        println!("{}", latency::bench_rows(&rows));
    }
    Ok(())
}

/// For a person: says where everything is, and waits for Ctrl-C.
async fn stay(world: &mut World, ready: bool) -> Result<()> {
    println!(
        "\nThe portal          {}   (your browser will warn: the certificate is this run's own)",
        world.portal
    );
    println!(
        "Google's stand-in   {}   (edit events by hand)",
        world.edit_page
    );
    if ready {
        placard_tests::signs::link_all(world).await?;
        println!(
            "Sign in as          {} / {}",
            placard_tests::admin::USER,
            placard_tests::admin::PASSWORD
        );
    } else {
        println!("Setup token         {}", world.setup_token().await?);
        println!(
            "Settings > Relay    address {}   invite {}",
            world.relay_base,
            world.invite().await?
        );
        println!("Google App          Client Id {CLIENT_ID}   Client Secret {CLIENT_SECRET}");
        println!(
            "Google's console    {}/console   (enter the redirect URI that the portal shows)",
            world.google_base
        );
        world.register_client(&[]).await?;
        for (hub, _) in HUBS {
            println!(
                "Hub {hub:<15} pairing code {}",
                world.pairing_code(hub).await?
            );
        }
    }
    println!(
        "The glasses         {}",
        world
            .hub_data("North")
            .parent()
            .unwrap_or(Path::new("/"))
            .display()
    );
    println!("\nCtrl-C ends it.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn leave_pictures(world: &World, signs: &[Sign]) -> Result<()> {
    let out = Path::new("out/demo");
    std::fs::create_dir_all(out)?;
    for sign in signs {
        std::fs::copy(sign.glass.picture(), out.join(format!("{}.png", sign.key)))?;
    }
    println!(
        "Pictures of the {} glasses: {}",
        world.displays().len(),
        out.display()
    );
    Ok(())
}

/// What went wrong is usually in the logs; the world's folder goes with the process.
fn keep_logs(world: &World) -> Result<()> {
    let out = Path::new("out/demo/logs");
    std::fs::create_dir_all(out)?;
    for entry in std::fs::read_dir(world.logs())? {
        let entry = entry?;
        std::fs::copy(entry.path(), out.join(entry.file_name()))?;
    }
    eprintln!("Logs: {}", out.display());
    Ok(())
}
