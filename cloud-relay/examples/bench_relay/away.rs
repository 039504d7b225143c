//! An agent is away for a minute in which a thousand notifications come, then returns: what does it know?

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use relay_contract::inbox::{Acknowledged, Acknowledgement, Signal};
use tokio::task::JoinSet;

use crate::host::{Durability, Host};
use crate::raw::{Raw, notification};
use crate::row::{Peer, Rows};
use crate::tunnels::Tunnels;

const NOTIFICATIONS: u64 = 1000;
const ROOMS: u64 = 50;
/// An assumption in favour of the tunnels: the longer a request is held, the more of them arrive at the return.
const GOOGLE_WAITS: Duration = Duration::from_secs(10);
/// A tunnel delivers within milliseconds or not at all.
const AFTERWARDS: Duration = Duration::from_secs(3);

pub(crate) async fn measure(
    program: &Path,
    mut tunnels: Tunnels,
    seconds: u64,
    rows: &mut Rows,
) -> Result<()> {
    let host = Host::start(program, Durability::Full).await?;
    let agent = host.agents(1).await?.remove(0);
    let socket = agent.connect().await?;
    drop(socket);
    tunnels.rathole.close();
    tunnels.bore.close();
    let mut sending = JoinSet::new();
    let (started, away) = (Instant::now(), Duration::from_secs(seconds));
    for number in 1..=NOTIFICATIONS {
        let room = format!("room-{}", number % ROOMS);
        let answer = agent.notification(&room, number).send().await?;
        anyhow::ensure!(
            answer.status().is_success(),
            "answered with {}",
            answer.status()
        );
        for tunnel in [&tunnels.rathole, &tunnels.bore] {
            let request = notification("/google/calendar/x", &room, number, "x");
            sending.spawn(send(tunnel.public.clone(), request));
        }
        let due = away
            .mul_f64(f64::from(u32::try_from(number)?) / f64::from(u32::try_from(NOTIFICATIONS)?));
        tokio::time::sleep_until((started + due).into()).await;
    }
    for tunnel in [&mut tunnels.rathole, &mut tunnels.bore] {
        // Counted from here: opening proves itself with requests of its own.
        let late = tunnel.arrived().await;
        anyhow::ensure!(
            late == 0,
            "{late} requests went through a closed {}",
            tunnel.name
        );
        tunnel.open().await?;
    }
    let _socket = agent.connect().await?;
    let (mut newest, mut known) = (BTreeMap::new(), Vec::new());
    for signal in agent.inbox().await? {
        if let Signal::Calendar {
            channel, number, ..
        } = signal
        {
            newest.insert(channel.clone(), number);
            known.push(Acknowledgement::Calendar { channel, number });
        }
    }
    let results = agent.acknowledge(known).await?;
    anyhow::ensure!(
        results.iter().all(|r| *r == Acknowledged::Done) && agent.inbox().await?.is_empty(),
        "what was acknowledged is still there: {results:?}"
    );
    let right = (1..=ROOMS).filter(|room| {
        let last = NOTIFICATIONS - ROOMS + room;
        newest.get(&format!("room-{}", last % ROOMS)) == Some(&last)
    });
    let share = percent(right.count(), ROOMS);
    tokio::time::sleep(AFTERWARDS).await;
    for tunnel in [&tunnels.rathole, &tunnels.bore] {
        let peer = Peer {
            name: tunnel.name,
            version: tunnel.version.clone(),
            value: percent(tunnel.arrived().await, NOTIFICATIONS),
        };
        let name = format!("arrives_after_{seconds}s_away.vs_{}", tunnel.name);
        rows.beside(
            name,
            share,
            "%",
            usize::try_from(NOTIFICATIONS)?,
            Some(&peer),
        );
    }
    Ok(())
}

/// A tunnel without its other end refuses, or holds the request until its sender gives up.
async fn send(public: String, request: Vec<u8>) {
    let sent = async { Raw::connect(&public).await?.send(&request).await };
    // Whether and when it fails is the tunnel's affair: what arrives is counted at the other end.
    let _ = tokio::time::timeout(GOOGLE_WAITS, sent).await;
}

fn percent(part: usize, of: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let share = part as f64 * 100.0 / of as f64;
    share
}
