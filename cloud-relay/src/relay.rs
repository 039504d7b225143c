//! What the handlers share.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use relay_contract::id::AgentId;
use relay_contract::inbox::Hint;
use tokio::time::timeout;
use tracing::{debug, info, warn};

use crate::config::RelayConfig;
use crate::downlink::{Downlink, PostError};
use crate::gate::{Gate, Standing};
use crate::store::{Listening, Status, Store};

/// A gateway that takes longer has failed: Google waits for the answer to its notification.
const POST_PATIENCE: Duration = Duration::from_secs(3);
/// A connection that is younger may only seem closed: it opens when `$connect` has returned.
const OPENING: SignedDuration = SignedDuration::from_secs(30);

/// The relay: who it is, what it remembers, how it reaches agents.
#[derive(Debug)]
pub struct Relay<S, D> {
    /// Addresses and keys.
    pub config: RelayConfig,
    /// What it remembers.
    pub store: S,
    /// How it reaches agents.
    pub downlink: D,
    pub(crate) gate: Gate,
}

/// What became of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hinted {
    /// On its way, or lost on it: the agent pulls in any case.
    Posted,
    /// The agent is not connected now; it pulls when it is.
    Away,
    /// There is no such agent, or it is suspended.
    Refused,
}

impl<S: Store, D: Downlink> Relay<S, D> {
    /// A relay that has just been started.
    pub fn new(config: RelayConfig, store: S, downlink: D) -> Self {
        Self {
            gate: Gate::new(config.webhooks_per_minute),
            config,
            store,
            downlink,
        }
    }

    /// Tells a connected agent of something that is in its inbox already.
    ///
    /// The order matters: the caller has stored, this reads the connection. The agent connects first and then reads
    /// its inbox. So at least one of them sees the other.
    pub(crate) async fn hint(&self, agent: &AgentId, hint: &Hint, now: Timestamp) -> Hinted {
        let listening = match self.store.listening(agent).await {
            Ok(listening) => listening,
            Err(error) => {
                warn!(agent = %agent, %error, "no hint sent; the agent finds the signal with its next pull");
                return Hinted::Posted;
            }
        };
        let Some(Listening {
            connection,
            status: Status::Active,
            quota,
        }) = listening
        else {
            self.gate.learn(agent, Standing::Refused, now);
            return Hinted::Refused;
        };
        self.gate.learn(agent, Standing::Served(quota), now);
        match connection {
            Some((connection, since)) => self.post(agent, &connection, since, hint, now).await,
            None => Hinted::Away,
        }
    }

    async fn post(
        &self,
        agent: &AgentId,
        connection: &str,
        since: Timestamp,
        hint: &Hint,
        now: Timestamp,
    ) -> Hinted {
        let text = serde_json::to_string(hint).expect("hints are plain JSON");
        match timeout(POST_PATIENCE, self.downlink.post(connection, text)).await {
            Ok(Ok(())) => Hinted::Posted,
            Ok(Err(PostError::Gone)) => {
                info!(agent = %agent, gone = 1, "not connected; the agent pulls when it is");
                // One that is not quite open yet looks the same as one that is closed.
                if now.duration_since(since) > OPENING
                    && let Err(error) = self.store.disconnected(agent, connection).await
                {
                    debug!(agent = %agent, %error, "a closed connection stays on record");
                }
                Hinted::Away
            }
            Ok(Err(error @ PostError::Failed(_))) => {
                warn!(agent = %agent, %error, "hint lost; the agent finds the signal with its next pull");
                Hinted::Posted
            }
            Err(_) => {
                warn!(agent = %agent, "the gateway is slow, the hint may be lost; the agent finds the signal with its next pull");
                Hinted::Posted
            }
        }
    }
}
