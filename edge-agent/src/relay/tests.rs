//! The agent's side against a relay that plays its part of the contract and nothing more.

mod identity;
mod scripted;
mod staying;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use relay_contract::encoding::Base64Bytes;
use relay_contract::error::ErrorCode;
use relay_contract::inbox::{Hint, Signal};
use relay_contract::origin::MAX_ORIGINS;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::scripted::Scripted;
use super::call::now;
use super::*;
use crate::config::Outbound;
use crate::outbound::Ways;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// An agent's relay side with a store of its own.
struct Side {
    relay: Relay,
    http: OutboundHttp,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Side {
    async fn start(data: &Path) -> Self {
        Self::start_with(data, Timing::default()).await
    }

    async fn start_with(data: &Path, timing: Timing) -> Self {
        // Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = OutboundHttp::new(&Outbound::default(), Ways::default()).unwrap();
        let store = Store::open(data).unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let relay = Relay::start(
            data,
            store,
            http.clone(),
            Bus::new(),
            timing,
            &tasks,
            stop.clone(),
        )
        .await
        .unwrap();
        Self {
            relay,
            http,
            stop,
            tasks,
        }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        timeout(PATIENCE, self.tasks.wait())
            .await
            .expect("the tasks end when they are told to");
    }
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never: {what}"));
}

async fn next(signals: &mut mpsc::Receiver<CalendarSignal>) -> (String, u64) {
    let signal = timeout(PATIENCE, signals.recv())
        .await
        .expect("a signal")
        .unwrap();
    (signal.channel, signal.number)
}

fn at() -> Timestamp {
    "2026-03-01T10:00:00.000120Z".parse().unwrap()
}

fn calendar(channel: &str, number: u64) -> Signal {
    Signal::Calendar {
        channel: channel.into(),
        number,
        received_at: at(),
    }
}

fn hint(channel: &str, number: u64) -> Hint {
    Hint::Calendar {
        resource: None,
        channel: channel.into(),
        number,
        received_at: at(),
    }
}

#[tokio::test]
async fn an_enrolment_survives_a_restart() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    assert!(side.relay.enrolment().is_none() && side.relay.webhook_token("c").is_none());
    let enrolment = side
        .relay
        .enrol(scripted.url(), " invite \n")
        .await
        .unwrap();
    let agent = enrolment.agent_id().clone();
    assert_eq!(
        enrolment.redirect_uri(),
        format!("{}/oauth/google/callback/{agent}", scripted.url())
    );
    let token = side.relay.webhook_token("c");
    side.stop().await;

    let side = Side::start(data.path()).await;
    assert_eq!(side.relay.enrolment().unwrap().agent_id(), &agent);
    assert_eq!(side.relay.webhook_token("c"), token);
    eventually("connected", async || {
        side.relay.status().connected_since.is_some()
    })
    .await;
    assert_eq!(scripted.state().enrolments.len(), 1);
    side.stop().await;
}

#[tokio::test]
async fn an_enrolment_whose_answer_was_lost_is_repeated_with_the_same_key() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().lose_answers = 1;
    let side = Side::start(data.path()).await;
    let lost = side
        .relay
        .enrol(scripted.url(), "invite")
        .await
        .unwrap_err();
    assert!(matches!(lost, RelayError::Unreadable { .. }), "{lost:?}");
    side.stop().await;

    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let enrolments = scripted.state().enrolments.clone();
    assert_eq!(enrolments.len(), 2);
    assert_eq!(enrolments[0], enrolments[1]);
    side.stop().await;
}

#[tokio::test]
async fn signals_come_from_the_inbox_and_by_hint() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().inbox = vec![calendar("missed", 3)];
    let side = Side::start(data.path()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    assert_eq!(next(&mut signals).await, ("missed".to_owned(), 3));
    scripted.hint(&hint("room", 7));
    assert_eq!(next(&mut signals).await, ("room".to_owned(), 7));
    side.stop().await;
}

#[tokio::test]
async fn a_hint_that_cannot_be_read_is_a_reason_to_pull() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    eventually("pulled", async || side.relay.status().pulled_at.is_some()).await;
    scripted.state().inbox = vec![calendar("room", 1)];
    scripted.say("{\"kind\":\"something newer\"}");
    assert_eq!(next(&mut signals).await, ("room".to_owned(), 1));
    scripted.say("rubbish");
    assert_eq!(next(&mut signals).await, ("room".to_owned(), 1));
    side.stop().await;
}

#[tokio::test]
async fn after_a_lost_connection_it_connects_again_and_pulls() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let connected = async |times: usize| {
        eventually("connected again", async || {
            scripted.state().connects >= times && side.relay.status().connected_since.is_some()
        })
        .await;
    };
    for (times, round) in (1..=3).enumerate() {
        // What is not there yet cannot be cut.
        connected(times + 1).await;
        scripted.state().inbox = vec![calendar("room", round)];
        scripted.cut();
        while next(&mut signals).await != ("room".to_owned(), round) {}
    }
    connected(4).await;
    side.stop().await;
}

#[tokio::test]
async fn acknowledgements_reach_the_relay() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().inbox = vec![calendar("room", 3)];
    let side = Side::start(data.path()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let signal = timeout(PATIENCE, signals.recv()).await.unwrap().unwrap();
    assert_eq!(signal.received_at, at());
    let item = signal.acknowledgement();
    side.relay.acknowledge(vec![item.clone()]).await.unwrap();
    assert_eq!(scripted.state().acknowledged, vec![item.clone()]);
    // Many go in several calls.
    side.relay.acknowledge(vec![item; 1200]).await.unwrap();
    assert_eq!(scripted.state().acknowledged.len(), 1201);
    side.stop().await;
}

#[tokio::test]
async fn the_answer_to_a_sign_in_is_found_by_its_flow() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    let origin = "https://portal.localhost:8443";
    side.relay
        .set_origins(vec![origin.to_owned()])
        .await
        .unwrap();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    let expiry = now() + SignedDuration::from_mins(10);
    let minted = side.relay.mint_state(origin, [6; 32], expiry).unwrap();
    assert_eq!(
        side.relay.oauth_answer(&minted.flow_id).await.unwrap(),
        None
    );
    scripted.state().inbox = vec![Signal::Oauth {
        id: "i".into(),
        state: minted.state.clone(),
        sealed: Base64Bytes(vec![1]),
        received_at: at(),
    }];
    let found = side.relay.oauth_answer(&minted.flow_id).await.unwrap();
    assert_eq!(
        found,
        Some(SealedAnswer {
            id: "i".into(),
            state: minted.state,
            sealed: vec![1]
        })
    );
    assert_eq!(side.relay.oauth_answer("another").await.unwrap(), None);
    side.stop().await;
}

#[tokio::test]
async fn portal_addresses_are_registered_when_there_is_a_relay() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    let (name, address) = (
        "https://portal.localhost".to_owned(),
        "https://10.0.0.1:8443".to_owned(),
    );
    side.relay.set_origins(vec![name.clone()]).await.unwrap();
    let unknown = side.relay.mint_state(&name, [6; 32], now()).unwrap_err();
    assert!(matches!(unknown, RelayError::NotEnrolled));
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    side.relay.mint_state(&name, [6; 32], now()).unwrap();
    let unknown = side.relay.mint_state(&address, [6; 32], now()).unwrap_err();
    assert!(matches!(unknown, RelayError::OriginUnknown { .. }));
    side.relay
        .set_origins(vec![address.clone(), name.clone()])
        .await
        .unwrap();
    side.relay.mint_state(&address, [6; 32], now()).unwrap();
    let calls = scripted.state().origin_calls;
    side.relay
        .set_origins(vec![name.clone(), address])
        .await
        .unwrap();
    assert_eq!(
        scripted.state().origin_calls,
        calls,
        "what is known is not told again"
    );
    let bad = side
        .relay
        .set_origins(vec!["http://portal.localhost".into()])
        .await
        .unwrap_err();
    assert!(matches!(bad, RelayError::NotAnOrigin(_)));
    let many = (0..MAX_ORIGINS + 4)
        .map(|n| format!("https://p{n}.localhost"))
        .collect();
    side.relay.set_origins(many).await.unwrap();
    side.stop().await;
}

#[tokio::test]
async fn a_copy_that_has_been_superseded_stops_calling() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().refuse_connect = Some(ErrorCode::Superseded);
    let side = Side::start(data.path()).await;
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    eventually("passive", async || side.relay.status().passive()).await;
    let status = side.relay.status();
    assert!(status.last_error.unwrap().contains("refused"), "it says so");
    let connects = scripted.state().connects;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(scripted.state().connects, connects);
    side.stop().await;
}

#[tokio::test]
async fn a_wrong_clock_is_learnt_from_the_relay() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    scripted.state().clock_ahead = SignedDuration::from_hours(3);
    let side = Side::start(data.path()).await;
    let mut signals = side.relay.calendar_signals();
    side.relay.enrol(scripted.url(), "invite").await.unwrap();
    scripted.state().inbox = vec![calendar("room", 1)];
    eventually("connected", async || {
        side.relay.status().connected_since.is_some()
    })
    .await;
    assert_eq!(next(&mut signals).await, ("room".to_owned(), 1));
    // A sign-in ends by the clock of the relay, which would take it for an old one otherwise.
    let origin = "https://portal.localhost:8443";
    let origins = side.relay.set_origins(vec![origin.to_owned()]);
    origins.await.unwrap();
    let expiry = now() + SignedDuration::from_mins(10);
    let minted = side.relay.mint_state(origin, [6; 32], expiry).unwrap();
    let told: i64 = minted.state.split('.').nth(4).unwrap().parse().unwrap();
    let ahead = told - expiry.as_second();
    assert!((3 * 3600 - 5..=3 * 3600 + 5).contains(&ahead), "{ahead}");
    side.stop().await;
}

#[tokio::test]
async fn wrong_addresses_and_refusals_say_what_to_do() {
    let (data, scripted) = (tempfile::tempdir().unwrap(), Scripted::start().await);
    let side = Side::start(data.path()).await;
    let wrong = side
        .relay
        .enrol("http://relay.example", "invite")
        .await
        .unwrap_err();
    assert!(matches!(wrong, RelayError::Address(_)));
    let nobody = side
        .relay
        .enrol("http://127.0.0.1:9", "invite")
        .await
        .unwrap_err();
    assert!(
        matches!(nobody, RelayError::Unreachable(_)) && nobody.to_string().contains("firewall")
    );
    let refused = side.relay.enrol(scripted.url(), "used").await.unwrap_err();
    assert!(
        matches!(
            refused,
            RelayError::Refused {
                code: ErrorCode::InviteUsed,
                ..
            }
        ),
        "{refused:?}"
    );
    assert!(side.relay.enrolment().is_none());
    side.stop().await;
}
