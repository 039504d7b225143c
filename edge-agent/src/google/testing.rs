//! A relay and a Google of a few lines, for the tests of sign-ins and of sync.

mod fake_google;
mod fake_identity;
mod fake_relay;

use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::config::Outbound;
use crate::google::Google;
use crate::news::Bus;
use crate::outbound::{OutboundHttp, Ways};
use crate::store::Store;

pub(crate) use self::fake_google::{CLIENT_ID, CLIENT_SECRET, FakeGoogle, REFRESH_TOKEN};
pub(crate) use self::fake_relay::FakeRelay;

/// A store, a relay and a Google, with the app saved.
pub(crate) struct Bench {
    pub(crate) data: TempDir,
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) relay: FakeRelay,
    pub(crate) fake: FakeGoogle,
    pub(crate) google: Google<FakeRelay>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let bench = Self::without_app().await;
        bench
            .google
            .save_app(CLIENT_ID, CLIENT_SECRET, None, now())
            .await
            .unwrap();
        bench
    }

    pub(crate) async fn without_app() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        let http = OutboundHttp::new(&Outbound::default(), Ways::default()).unwrap();
        let fake = FakeGoogle::start().await;
        let relay = FakeRelay::default();
        let bus = Bus::new();
        let google = Google::start(
            store.clone(),
            &http,
            fake.endpoints(),
            relay.clone(),
            bus.clone(),
        )
        .await
        .unwrap()
        .with_answer_wait(Duration::from_millis(200));
        Self {
            data,
            store,
            bus,
            relay,
            fake,
            google,
        }
    }

    /// Signs `rooms@example.com` in and answers the account's id.
    pub(crate) async fn connect(&self) -> String {
        let begun = self
            .google
            .begin("https://portal.localhost", "session-1", false, now())
            .await
            .unwrap();
        self.relay
            .answer_code(&begun.flow_id, &self.fake.consent(&begun.authorise_url));
        let connected = self
            .google
            .finish(
                &begun.flow_id,
                Some(&begun.cookie_value),
                "session-1",
                now(),
            )
            .await
            .unwrap();
        connected.id
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests of tasks that use the real clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
