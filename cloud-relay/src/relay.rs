//! What the handlers share.

use relay_contract::id::AgentId;
use relay_contract::inbox::Hint;
use tracing::{debug, warn};

use crate::config::RelayConfig;
use crate::downlink::{Downlink, PostError};
use crate::store::Store;

/// The relay: who it is, what it remembers, how it reaches agents.
#[derive(Debug)]
pub struct Relay<S, D> {
    /// Addresses and keys.
    pub config: RelayConfig,
    /// What it remembers.
    pub store: S,
    /// How it reaches agents.
    pub downlink: D,
}

/// What is known of the agent that a hint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hinted {
    /// The hint is on its way, or lost: the agent pulls in any case.
    Tried,
    /// There is no such agent.
    NoSuchAgent,
}

impl<S: Store, D: Downlink> Relay<S, D> {
    /// Tells a connected agent of something that is in its inbox already.
    ///
    /// The order matters: the caller has stored, this reads the connection. The agent connects first and then reads
    /// its inbox. So at least one of them sees the other.
    pub(crate) async fn hint(&self, agent: &AgentId, hint: &Hint) -> Hinted {
        let connection = match self.store.connection(agent).await {
            Ok(Some(Some(connection))) => connection,
            Ok(Some(None)) => return Hinted::Tried,
            Ok(None) => return Hinted::NoSuchAgent,
            Err(error) => {
                warn!(agent = %agent, %error, "no hint sent; the agent finds the signal with its next pull");
                return Hinted::Tried;
            }
        };
        let text = serde_json::to_string(hint).expect("hints are plain JSON");
        match self.downlink.post(&connection, text).await {
            Ok(()) => {}
            // The record stays: a connection that is not quite open yet looks the same as one that is closed.
            Err(PostError::Gone) => {
                debug!(agent = %agent, "not connected; the agent pulls when it is")
            }
            Err(error) => {
                warn!(agent = %agent, %error, "hint lost; the agent finds the signal with its next pull")
            }
        }
        Hinted::Tried
    }
}
