//! The agent's end: accept, learn who calls and for what, and only then say Welcome.

mod door;
mod error;
mod frames;
mod pairing;

pub use self::door::Caller;
pub use self::error::{AdmitError, CallError};
pub use self::frames::{FrameStream, SentFrame, send_frame};
pub use self::pairing::{PairingCall, ProvenHub};

use std::net::SocketAddr;

use prost::Message;
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, ConnectionError, Incoming};
use tokio::time::timeout;

use self::door::Door;
use crate::close::CloseReason;
use crate::codec::WriteMessageError;
use crate::control::{Inbox, Outbox};
use crate::identity::{Identity, Pin};
use crate::transport::{self, BindError, HANDSHAKE_TIMEOUT, HUB_ALPN, PAIR_ALPN};
use crate::wire::{Hello, Telemetry, ToAgent, ToHub, to_agent, to_hub};

/// Where hubs call.
#[derive(Debug)]
pub struct AgentEndpoint {
    endpoint: quinn::Endpoint,
    door: Door,
}

/// Who called, judged by key and protocol together.
#[derive(Debug)]
pub enum Arrival {
    Hub(HubCall),
    Pairing(PairingCall),
}

impl AgentEndpoint {
    /// Listens on a UDP address, known by any of `identities`, of which there is at least one; the first is for those who
    /// do not ask for another, and what must survive restarts is derived from it.
    ///
    /// # Errors
    ///
    /// Fails when the address is taken.
    pub fn bind(listen: SocketAddr, identities: &[Identity]) -> Result<Self, BindError> {
        Ok(Self {
            endpoint: transport::agent_endpoint(listen, identities)?,
            door: Door::default(),
        })
    }

    /// Answers by other keys from now on; who is connected stays so.
    ///
    /// # Errors
    ///
    /// Fails when TLS does not take a key.
    pub fn known_by(&self, identities: &[Identity]) -> Result<(), BindError> {
        let server = transport::agent_server(identities)?;
        self.endpoint.set_server_config(Some(server));
        Ok(())
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// Fails when the operating system does not say.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.endpoint.local_addr()
    }

    /// The next caller, before its handshake; `None` once the endpoint is closed. Pass it to [`Self::admit`] on a task
    /// of its own.
    pub async fn accept(&self) -> Option<Incoming> {
        self.endpoint.accept().await
    }

    /// Does the handshake and reads who it is.
    ///
    /// # Errors
    ///
    /// Fails when the handshake does, takes too long, or ends with a protocol that is not ours.
    pub async fn admit(&self, incoming: Incoming) -> Result<Arrival, AdmitError> {
        if self.door.is_busy() && !incoming.remote_address_validated() {
            // That it cannot be sent only means that the caller tries again by itself.
            let _ = incoming.retry();
            return Err(AdmitError::AddressUnproven);
        }
        let Some(caller) = self.door.enter(incoming.remote_address().ip()) else {
            incoming.refuse();
            return Err(AdmitError::Crowded);
        };
        let turn = caller.turn().await;
        let connection = timeout(HANDSHAKE_TIMEOUT, incoming.accept()?)
            .await
            .map_err(|_| AdmitError::TooSlow)??;
        drop(turn);
        let refuse = |connection: &Connection| {
            CloseReason::Protocol.close(connection);
            AdmitError::Protocol
        };
        let Some(pin) = Pin::of_peer(&connection) else {
            return Err(refuse(&connection));
        };
        match protocol(&connection).as_deref() {
            Some(HUB_ALPN) => Ok(Arrival::Hub(HubCall {
                connection,
                pin,
                caller,
            })),
            Some(PAIR_ALPN) => Ok(Arrival::Pairing(PairingCall {
                connection,
                pin,
                _caller: caller,
            })),
            _ => Err(refuse(&connection)),
        }
    }

    /// Tells everyone and waits until they have had a chance to hear it.
    pub async fn close(&self) {
        let reason = CloseReason::ShuttingDown;
        self.endpoint.close(
            quinn::VarInt::from_u32(reason.number()),
            reason.name().as_bytes(),
        );
        self.endpoint.wait_idle().await;
    }
}

fn protocol(connection: &Connection) -> Option<Vec<u8>> {
    connection
        .handshake_data()?
        .downcast::<HandshakeData>()
        .ok()?
        .protocol
}

/// A hub's key on the hub protocol; nobody has said Welcome yet.
#[derive(Debug)]
#[must_use = "the hub waits for a Welcome or a refusal"]
pub struct HubCall {
    connection: Connection,
    pin: Pin,
    caller: Caller,
}

impl HubCall {
    /// Whose key it is.
    pub fn pin(&self) -> Pin {
        self.pin
    }

    /// Where it calls from.
    pub fn remote(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    /// Sends it away, saying why.
    pub fn refuse(self, reason: CloseReason) {
        reason.close(&self.connection);
    }

    /// Reads the Hello. The caller has checked that the key is a paired hub's.
    ///
    /// # Errors
    ///
    /// Fails when no Hello comes in time.
    pub async fn hello(self) -> Result<(Hello, HubLink), CallError> {
        let result = timeout(HANDSHAKE_TIMEOUT, async {
            let (send, receive) = self.connection.accept_bi().await?;
            let mut inbox = Inbox::<ToAgent>::new(receive);
            match inbox.next().await? {
                Some(ToAgent {
                    kind: Some(to_agent::Kind::Hello(hello)),
                }) => Ok((hello, Outbox::new(send), inbox)),
                _ => Err(CallError::Unexpected),
            }
        })
        .await
        .unwrap_or(Err(CallError::TooSlow));
        match result {
            Ok((hello, orders, reports)) => {
                let link = HubLink {
                    connection: self.connection,
                    orders,
                    reports,
                    caller: self.caller,
                };
                Ok((hello, link))
            }
            Err(error) => {
                let reason = match &error {
                    CallError::Read(unreadable) => CloseReason::of_unreadable(unreadable),
                    CallError::TooSlow => CloseReason::TooSlow,
                    _ => CloseReason::Protocol,
                };
                reason.close(&self.connection);
                Err(error)
            }
        }
    }
}

/// A hub that has said Hello. It counts itself as connected when `orders` carries a Welcome.
#[derive(Debug)]
pub struct HubLink {
    pub connection: Connection,
    pub orders: Outbox<ToHub>,
    pub reports: Inbox<ToAgent>,
    /// Hold it as long as the connection: it counts the hub.
    pub caller: Caller,
}

impl Outbox<ToHub> {
    /// Sends an order stamped with the agent's clock, in microseconds since 1970.
    ///
    /// # Errors
    ///
    /// Fails when the message is too long or the connection is gone.
    pub async fn order(
        &mut self,
        kind: to_hub::Kind,
        now_us: i64,
    ) -> Result<(), WriteMessageError> {
        let mut message = ToHub::from(kind);
        message.sent_at_us = now_us;
        self.send(&message).await
    }
}

/// The next measurements that a hub sends; what cannot be understood is skipped.
///
/// # Errors
///
/// Fails when the connection is gone.
pub async fn next_telemetry(connection: &Connection) -> Result<Telemetry, ConnectionError> {
    loop {
        let datagram = connection.read_datagram().await?;
        match Telemetry::decode(datagram) {
            Ok(telemetry) => return Ok(telemetry),
            Err(error) => tracing::debug!(%error, "a datagram that is no telemetry is ignored"),
        }
    }
}
