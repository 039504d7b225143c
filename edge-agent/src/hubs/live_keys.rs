//! Keys that an administrator changes beside the running agent (`edge-agent hubs rotate-key`, `promote-standby`): it takes
//! them up by itself, and hubs hear of it.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hub_link::BindError;
use hub_link::agent_end::AgentEndpoint;
use hub_link::close::CloseReason;
use tokio::sync::watch;

use super::keys::{Keyring, KeyringError};
use super::registry::{Registry, SessionOrder};

/// How often the folder is looked at: whoever changes a key watches what comes of it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The keys as they are now; cheap to clone.
pub(super) type LiveKeys = watch::Receiver<Arc<Keyring>>;

/// Why changed keys were not taken up.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("read the keys that hubs know this agent by")]
    Read(#[from] KeyringError),
    #[error("answer by other keys")]
    Answer(#[from] BindError),
}

/// Follows the folder of the keys.
#[derive(Debug)]
pub(super) struct KeyFollower {
    folder: PathBuf,
    keys: watch::Sender<Arc<Keyring>>,
    endpoint: Arc<AgentEndpoint>,
    registry: Registry,
}

impl KeyFollower {
    /// `keys` are those of `folder`, by which `endpoint` answers. Answers the keys too, as others follow them.
    pub(super) fn new(
        folder: PathBuf,
        keys: Keyring,
        endpoint: Arc<AgentEndpoint>,
        registry: Registry,
    ) -> (Self, LiveKeys) {
        let (keys, live) = watch::channel(Arc::new(keys));
        let follower = Self {
            folder,
            keys,
            endpoint,
            registry,
        };
        (follower, live)
    }

    /// Looks again and again.
    pub(super) async fn run(self) -> Infallible {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Err(error) = self.look() {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the keys were changed, but not so that they can be used; hubs go on with the ones before"
                );
            }
        }
    }

    fn look(&self) -> Result<(), FollowError> {
        let (keys, before) = (Keyring::load(&self.folder)?, self.keys.borrow().clone());
        if keys.pins() == before.pins() {
            return Ok(());
        }
        self.endpoint.known_by(&keys.identities())?;
        let (told, active) = (keys.to_wire(), keys.active());
        let still_known = keys.knows(before.active());
        self.keys.send_replace(Arc::new(keys));
        if still_known {
            tracing::info!(%active, "hubs learn that the agent has another key");
            self.registry.tell_all(&SessionOrder::Keys(told));
        } else {
            // Whoever has the key before could speak for us; the new one says so to hubs only on a new connection.
            tracing::warn!(%active, "the agent's key was given up: every hub calls again and learns of it");
            self.registry.end_all(CloseReason::KeyChanged);
        }
        Ok(())
    }
}
