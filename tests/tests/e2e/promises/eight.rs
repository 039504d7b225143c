//! Promise 8: with Internet, NAT and LAN apart and a NAT that drops every inbound connection, Connect, webhook and glass
//! work, and nothing listens outside the LAN.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use placard_tests::WorldPlan;
use placard_tests::network::available;
use placard_tests::network::namespace::Namespace;
use placard_tests::network::three::{INSIDE, PUBLIC, Three};
use placard_tests::promise::Evidence;
use placard_tests::story::Story;
use placard_tests::wait::impatiently;
use tokio::net::{TcpStream, UdpSocket};

/// How long a stranger tries each door. A packet takes microseconds here; no answer by then is none.
const KNOCK: Duration = Duration::from_millis(300);

/// Which hop is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sabotage {
    None,
    /// Nothing gets out to the relay any more.
    NoWayToTheRelay,
}

#[tokio::test]
async fn promise_8_nothing_listens_outside_and_everything_works_behind_a_nat() -> Result<()> {
    if !available("promise 8")? {
        return Ok(());
    }
    behind_a_nat(Sabotage::None).await?.print()
}

#[tokio::test]
async fn promise_8_twin_without_a_way_to_the_relay_no_webhook_reaches_the_glass() -> Result<()> {
    if !available("promise 8's twin")? {
        return Ok(());
    }
    let outcome = behind_a_nat(Sabotage::NoWayToTheRelay).await;
    let failure = outcome
        .err()
        .context("the change reached the glass all the same")?;
    ensure!(
        format!("{failure:#}").contains("the change after the sabotage"),
        "it failed, but elsewhere: {failure:#}"
    );
    Ok(())
}

#[tokio::test]
async fn promise_8_twin_a_listener_on_the_nat_is_noticed() -> Result<()> {
    if !available("promise 8's twin")? {
        return Ok(());
    }
    let three = Three::new()?;
    nothing_listens(&three.nat)?;
    let _inside = three.nat.enter()?;
    let _listener = tokio::net::TcpListener::bind("0.0.0.0:8443").await?;
    let noticed = nothing_listens(&three.nat);
    ensure!(noticed.is_err(), "a listener on the NAT was not noticed");
    Ok(())
}

async fn behind_a_nat(sabotage: Sabotage) -> Result<Evidence> {
    let three = Three::new()?;
    let _inside = three.lan.enter()?;
    let mut evidence = Evidence::of(8);

    // Claim, enrol, Connect, pair, link: the admin's browser stands in the LAN and nowhere else.
    let mut story = Story::begin(WorldPlan {
        places: three.places(),
        ..WorldPlan::small()
    })
    .await
    .context("set up behind the NAT")?;
    let accounts = story.admin.get("integration").await?["accounts"].clone();
    ensure!(
        accounts[0]["state"]["state"] == "connected",
        "not connected: {accounts}"
    );
    evidence.happened("Connect through the NAT", 1);
    evidence.seen_on_glass("Connect through the NAT");

    if sabotage == Sabotage::NoWayToTheRelay {
        three.block(port(&story.world.relay_base)?)?;
        story.change().await?;
        impatiently(Duration::from_secs(4), story.is_right())
            .await
            .context("the change after the sabotage")?;
    }
    for _ in 0..5 {
        story.change().await?;
        story.is_right().await?;
        evidence.survived("webhook from the Internet");
    }
    let dialled_in = three.nat.counted("inbound")?;
    ensure!(
        dialled_in == 0,
        "{dialled_in} packets of connections from outside were needed so far"
    );
    let dialled_out = three.nat.counted("outbound")?;
    ensure!(
        dialled_out > 0,
        "nothing went through the NAT: the namespaces are not apart"
    );

    let knocks = knock(&three, &story).await?;
    let dropped = three.nat.counted("inbound")?;
    ensure!(
        dropped >= knocks,
        "{knocks} doors were knocked at, but only {dropped} packets dropped"
    );
    story.change().await?;
    story.is_right().await.context("while strangers knock")?;
    evidence.happened("inbound packet dropped", dropped);
    evidence.seen_on_glass("inbound packet dropped");

    nothing_listens(&three.nat)?;
    only_the_servers_listen(&three, &story)?;
    let inside = Three::listening(&three.lan)?;
    ensure!(
        !inside.is_empty(),
        "the agent listens in the LAN, so `ss` must see it"
    );
    evidence.happened("listener inside", inside.len() as u64);
    evidence.seen_on_glass("listener inside");
    story.world.stop().await?;
    Ok(evidence)
}

/// Tries every door of the building from the Internet, by the NAT's address and by the building's own. Returns how many.
async fn knock(three: &Three, story: &Story) -> Result<u64> {
    let portal = port(&story.world.portal)?;
    let hubs = port(&story.world.hub_address)?;
    let _outside = three.internet.enter()?;
    let mut knocks = 0;
    for host in [PUBLIC, INSIDE] {
        for port in [443, 8443, portal] {
            let door = SocketAddr::from((host, port));
            let answer = tokio::time::timeout(KNOCK, TcpStream::connect(door)).await;
            ensure!(!matches!(answer, Ok(Ok(_))), "{door} let a stranger in");
            knocks += 1;
        }
        for port in [7443, hubs] {
            let door = SocketAddr::from((host, port));
            let socket = UdpSocket::bind(("0.0.0.0", 0)).await?;
            socket.connect(door).await?;
            // Long enough for QUIC to answer with the versions that it speaks.
            socket.send(&[0xff; 1200]).await?;
            let mut answer = [0; 1500];
            let heard = tokio::time::timeout(KNOCK, socket.recv(&mut answer)).await;
            ensure!(!matches!(heard, Ok(Ok(_))), "{door} answered a stranger");
            knocks += 1;
        }
    }
    Ok(knocks)
}

fn nothing_listens(space: &Namespace) -> Result<()> {
    let listening = Three::listening(space)?;
    ensure!(
        listening.is_empty(),
        "somebody listens on the NAT: {listening:?}"
    );
    Ok(())
}

/// Outside, Google and the relay listen on one TCP port each, and nothing else does.
fn only_the_servers_listen(three: &Three, story: &Story) -> Result<()> {
    let mut wanted = vec![
        port(&story.world.relay_base)?,
        port(&story.world.google_base)?,
    ];
    wanted.sort_unstable();
    let mut found = Vec::new();
    for line in Three::listening(&three.internet)? {
        let columns: Vec<&str> = line.split_whitespace().collect();
        ensure!(columns[0] == "tcp", "outside, somebody listens on {line}");
        found.push(port(columns[4])?);
    }
    found.sort_unstable();
    ensure!(
        found == wanted,
        "outside, {found:?} are listened on instead of {wanted:?}"
    );
    Ok(())
}

fn port(address: &str) -> Result<u16> {
    let end = address.trim_end_matches('/').rsplit(':').next();
    end.and_then(|port| port.parse().ok())
        .with_context(|| format!("no port in `{address}`"))
}
