//! Where hubs call: who is let in, who is paired, who is sent away.

use std::sync::Arc;

use edge_api::id::HubId;
use hub_link::agent_end::{AdmitError, AgentEndpoint, Arrival, CallError, HubCall, PairingCall};
use hub_link::close::CloseReason;
use hub_link::quinn::Incoming;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::needs::Rooms;
use super::pairing::{PairingWindow, Wanted};
use super::session;
use super::standing::Place;
use crate::news::News;
use crate::store::StoreError;

/// Accepts hubs until stopped.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) endpoint: Arc<AgentEndpoint>,
    pub(super) rooms: Rooms,
    pub(super) window: PairingWindow,
}

impl Server {
    /// Runs until `stop`; then tells every hub and waits for its sessions.
    pub(super) async fn run(self, stop: CancellationToken) {
        let calls = TaskTracker::new();
        loop {
            let incoming = tokio::select! {
                incoming = self.endpoint.accept() => incoming,
                () = stop.cancelled() => break,
            };
            let Some(incoming) = incoming else { break };
            calls.spawn(self.clone().answer(incoming, stop.clone()));
        }
        calls.close();
        // Sessions see `stop` themselves and say goodbye while the endpoint can still carry it.
        calls.wait().await;
        self.endpoint.close().await;
    }

    async fn answer(self, incoming: Incoming, stop: CancellationToken) {
        let address = incoming.remote_address();
        match self.endpoint.admit(incoming).await {
            Ok(Arrival::Hub(call)) => self.hub_called(call, stop).await,
            Ok(Arrival::Pairing(call)) => self.pairing_called(call).await,
            Err(AdmitError::AddressUnproven) => {}
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, %address, "a caller was not let in");
            }
        }
    }

    async fn hub_called(self, call: HubCall, stop: CancellationToken) {
        if self.rooms.standings.place() == Place::Passive {
            return call.refuse(CloseReason::Passive);
        }
        let id = hub_id(&call.pin().to_string());
        match self.rooms.store.hub(&id).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                tracing::debug!(hub.id = %id, address = %call.remote(), "a hub that is not paired was sent away");
                return call.refuse(CloseReason::NotPaired);
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "cannot look up a hub"
                );
                return call.refuse(CloseReason::Internal);
            }
        }
        if let Err(error) = session::run(self.rooms, id.clone(), call, stop).await {
            tracing::warn!(error = &error as &dyn std::error::Error, hub.id = %id, "a hub's connection failed");
        }
    }

    async fn pairing_called(self, call: PairingCall) {
        let Some(code) = self.window.code(now()) else {
            return call.refuse(CloseReason::NoPairingWindow);
        };
        let id = hub_id(&call.pin().to_string());
        let proven = match call.challenge(&code).await {
            Ok(proven) => proven,
            Err(CallError::OtherCode) => return self.window.other_hub_called(&code),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, hub.id = %id, "a hub did not prove the pairing code");
                if self.window.wrong_proof(&code) {
                    self.rooms.bus.send(News::HubsChanged);
                }
                return;
            }
        };
        let Some(wanted) = self.window.take(&code, &id, now()) else {
            return proven.refuse(CloseReason::PairingOver);
        };
        if let Err(error) = self.pin(&id, &wanted, &proven.name).await {
            tracing::error!(error = &error as &dyn std::error::Error, hub.id = %id, "cannot store a paired hub");
            let why = "The hub proved the code, but it could not be stored. Check the agent's disk, then type the code again.";
            self.window.fail(why.to_owned());
            proven.refuse(CloseReason::Internal);
        } else {
            tracing::info!(hub.id = %id, "a hub was paired");
            self.rooms.bus.send(News::HubsChanged);
            let keys = self.rooms.keys.borrow().to_wire();
            if let Err(error) = proven.confirm(Some(keys)).await {
                // It wrote our key down before it proved the code: its next call will tell it.
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the paired hub did not hear of it"
                );
            }
            return;
        }
        self.rooms.bus.send(News::HubsChanged);
    }

    /// Has the hub in the store, in the place of a broken one if that is wanted.
    async fn pin(&self, id: &HubId, wanted: &Wanted, own: &str) -> Result<(), StoreError> {
        let store = &self.rooms.store;
        if let Some(broken) = &wanted.replaces
            && store.replace_hub(broken, id, &wanted.name, now()).await?
        {
            tracing::info!(hub.id = %id, replaces = %broken, "the hub takes the place of another one");
            if broken != id {
                self.rooms.registry.end(broken, CloseReason::Revoked);
                self.rooms.fleet.forget(broken);
            }
            return Ok(());
        }
        let name = name_of(&wanted.name, own, id);
        store.pair_hub(id, &name, now()).await
    }
}

fn hub_id(pin: &str) -> HubId {
    pin.parse()
        .expect("a pin is 64 hex digits, as is a hub's id")
}

/// What a person called it, else what it calls itself, else how its key begins.
fn name_of(given: &str, own: &str, id: &HubId) -> String {
    let own = own.trim();
    match (given.trim(), own) {
        ("", "") => format!("hub {}", &id.as_str()[..8]),
        ("", own) => own.chars().take(80).collect(),
        (given, _) => given.to_owned(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a pairing window is open for a time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
