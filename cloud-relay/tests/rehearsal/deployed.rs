//! The deployed relay and its operator.

use std::env;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use relay_contract::inbox::Hint;
use tokio::time::timeout;

use futures_util::StreamExt as _;

use crate::agent::{Agent, Reach, Socket, http_client, text_of};

/// The emulator takes about 100 ms for a call, and a cold function longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `infra/relay rehearse` sets.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment says where the deployed relay is"
)]
fn told(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run `infra/dev relay-rehearse`"))
}

/// A relay that somebody has deployed.
pub(crate) struct Deployed {
    pub(crate) http: reqwest::Client,
    pub(crate) reach: Reach,
    /// Management address of the WebSocket API.
    pub(crate) push: String,
}

impl Deployed {
    pub(crate) fn new() -> Self {
        Self {
            http: http_client().unwrap(),
            reach: Reach {
                http: told("PLACARD_REHEARSAL_HTTP"),
                ws: told("PLACARD_REHEARSAL_WS"),
                host: told("PLACARD_REHEARSAL_HOST"),
            },
            push: told("PLACARD_PUSH_ENDPOINT"),
        }
    }

    /// A new agent with a fresh invite.
    pub(crate) async fn agent(&self, arguments: &[&str]) -> Agent {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).unwrap();
        let invite = self.operator(&[&["invite"], arguments].concat());
        Agent::enrol(&self.http, &self.reach, invite.trim(), seed)
            .await
            .unwrap()
    }

    /// Runs a command of the operator's to its good end, and gives what it printed.
    pub(crate) fn operator(&self, arguments: &[&str]) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(env!("CARGO_BIN_EXE_cloud-relay-admin"))
            .args(arguments)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{arguments:?}: {status}: {words}");
        String::from_utf8(stdout).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        let address = format!("{}{path}", self.reach.http);
        self.http.get(address).send().await.unwrap()
    }
}

/// The next hint; `None` when the relay has closed.
pub(crate) async fn hint(socket: &mut Socket) -> Option<Hint> {
    loop {
        let message = timeout(PATIENCE, socket.next());
        match message.await.expect("a hint, or the end") {
            Some(Ok(message)) if message.is_close() => return None,
            Some(Ok(message)) => {
                if let Some(text) = text_of(&message) {
                    return Some(serde_json::from_str(text).unwrap());
                }
            }
            Some(Err(_)) | None => return None,
        }
    }
}

/// Looks until it is so.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut look: impl FnMut() -> F) {
    let started = Instant::now();
    while !look().await {
        assert!(started.elapsed() < PATIENCE, "did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
