//! An agent's endpoint and hubs on loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use hub_link::agent_end::{AgentEndpoint, Arrival};
use hub_link::hub_end::HubEndpoint;
use hub_link::identity::Identity;
use hub_link::wire::{Hello, PairCall};
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) agent: Arc<AgentEndpoint>,
    pub(crate) identity: Identity,
    pub(crate) address: SocketAddr,
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::load_or_create(&folder.path().join("agent.key")).unwrap();
        let agent =
            AgentEndpoint::bind(([127, 0, 0, 1], 0).into(), std::slice::from_ref(&identity))
                .unwrap();
        let address = agent.local_addr().unwrap();
        Self {
            agent: Arc::new(agent),
            identity,
            address,
            folder,
        }
    }

    pub(crate) fn hub_identity(&self, name: &str) -> Identity {
        Identity::load_or_create(&self.folder.path().join(name)).unwrap()
    }

    pub(crate) fn hub(&self, name: &str) -> HubEndpoint {
        HubEndpoint::open(self.address, self.hub_identity(name), 2).unwrap()
    }

    /// The next caller, let in.
    pub(crate) async fn arrival(&self) -> Arrival {
        let incoming = self.agent.accept().await.unwrap();
        self.agent.admit(incoming).await.unwrap()
    }
}

pub(crate) fn hello() -> Hello {
    Hello {
        name: "North".to_owned(),
        ..Hello::default()
    }
}

pub(crate) fn pair_call() -> PairCall {
    PairCall {
        name: "North".to_owned(),
        version: "1".to_owned(),
    }
}
