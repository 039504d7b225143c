//! Staying connected: a connection is replaced before it grows too old, and a change of the way out is taken at once.

use relay_contract::error::ErrorCode;

use super::*;
use crate::outbound::Proxy;

/// Connections that grow old within a moment.
fn hasty() -> Timing {
    Timing {
        renew: (Duration::from_millis(40), Duration::from_millis(80)),
        drain: Duration::from_millis(200),
        ..Timing::default()
    }
}

async fn connected(side: &Side) -> Timestamp {
    eventually("connected", async || {
        side.relay.status().connected_since.is_some()
    })
    .await;
    side.relay.status().connected_since.unwrap()
}

#[tokio::test]
async fn a_connection_is_replaced_before_it_grows_old_and_no_hint_is_lost() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start_with(data.path(), hasty()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let since = connected(&side).await;
    let mut sent = 0;
    while scripted.state().connects < 6 {
        sent += 1;
        scripted.hint(&hint("room", sent));
        // Every hint is heard before the next is sent, over whichever connection there is; some twice.
        while next(&mut signals).await.1 != sent {}
    }
    assert!(sent > 6);
    assert_eq!(
        side.relay.status().connected_since,
        Some(since),
        "never without"
    );
    side.stop().await;
}

#[tokio::test]
async fn a_relay_that_closes_the_old_connection_first_is_no_reason_to_begin_anew() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start_with(data.path(), hasty()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let since = connected(&side).await;
    scripted.state().closes_old_first = true;
    let before = scripted.state().connects;
    eventually("replaced", async || scripted.state().connects >= before + 4).await;
    assert_eq!(side.relay.status().connected_since, Some(since));
    side.stop().await;
}

#[tokio::test]
async fn a_connection_that_cannot_be_replaced_goes_on() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start_with(data.path(), hasty()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let since = connected(&side).await;
    scripted.state().refuse_connect = Some(ErrorCode::Unavailable);
    let before = scripted.state().connects;
    eventually("tried in vain", async || {
        scripted.state().connects >= before + 3
    })
    .await;
    scripted.hint(&hint("room", 7));
    while next(&mut signals).await != ("room".to_owned(), 7) {}
    assert_eq!(side.relay.status().connected_since, Some(since));
    scripted.state().refuse_connect = Some(ErrorCode::Superseded);
    eventually("passive", async || side.relay.status().passive()).await;
    side.stop().await;
}

#[tokio::test]
async fn keep_alives_are_messages_that_gateways_count() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let timing = Timing {
        keep_alive: Duration::from_millis(20),
        ..Timing::default()
    };
    let side = Side::start_with(data.path(), timing).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    eventually("pings", async || scripted.state().pings >= 3).await;
    assert_eq!(scripted.state().connects, 1);
    side.stop().await;
}

#[tokio::test]
async fn a_lost_hint_is_found_by_the_next_pull() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let timing = Timing {
        pull: (Duration::from_millis(30), Duration::from_millis(60)),
        ..Timing::default()
    };
    let side = Side::start_with(data.path(), timing).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    scripted.state().inbox = vec![calendar("room", 9)];
    assert_eq!(next(&mut signals).await, ("room".to_owned(), 9));
    side.stop().await;
}

#[tokio::test]
async fn a_change_of_the_way_out_is_taken_at_once() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    connected(&side).await;
    let ways = Ways {
        proxy: Some(Proxy::parse("proxy.example:3128", None, &[]).unwrap()),
        ..Ways::default()
    };
    side.http.take(ways).unwrap();
    // What stands on this machine is still reached directly.
    eventually("connected anew", async || scripted.state().connects == 2).await;
    connected(&side).await;
    side.stop().await;
}
