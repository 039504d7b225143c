//! The agent's end: accept, learn who calls and for what, and only then say Welcome.

mod error;
mod pairing;

pub use self::error::{AdmitError, CallError};
pub use self::pairing::{PairingCall, ProvenHub};

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, Incoming};
use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::close::CloseReason;
use crate::codec::{self, WriteMessageError};
use crate::control::{Inbox, Outbox};
use crate::identity::{Identity, Pin};
use crate::transport::{self, BindError, HANDSHAKE_TIMEOUT, HUB_ALPN, PAIR_ALPN};
use crate::wire::{FrameHeader, Hello, ToAgent, ToHub, to_agent, to_hub};

/// Handshakes under way at once. Each costs about a millisecond of CPU; beyond this they wait in QUIC's own queue.
const HANDSHAKES: usize = 256;

/// From so many handshakes under way on, a caller must first show that it can receive at its address.
const PROVE_ADDRESS_FROM: usize = 32;

/// Where hubs call.
#[derive(Debug)]
pub struct AgentEndpoint {
    endpoint: quinn::Endpoint,
    handshakes: Arc<Semaphore>,
}

/// Who called, judged by key and protocol together.
#[derive(Debug)]
pub enum Arrival {
    Hub(HubCall),
    Pairing(PairingCall),
}

impl AgentEndpoint {
    /// Listens on a UDP address.
    ///
    /// # Errors
    ///
    /// Fails when the address is taken.
    pub fn bind(listen: SocketAddr, identity: &Identity) -> Result<Self, BindError> {
        Ok(Self {
            endpoint: transport::agent_endpoint(listen, identity)?,
            handshakes: Arc::new(Semaphore::new(HANDSHAKES)),
        })
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
        let busy = HANDSHAKES - self.handshakes.available_permits() >= PROVE_ADDRESS_FROM;
        if busy && !incoming.remote_address_validated() {
            // That it cannot be sent only means that the caller tries again by itself.
            let _ = incoming.retry();
            return Err(AdmitError::AddressUnproven);
        }
        let _permit = self.handshakes.acquire().await;
        let connection = timeout(HANDSHAKE_TIMEOUT, incoming.accept()?)
            .await
            .map_err(|_| AdmitError::TooSlow)??;
        let refuse = |connection: &Connection| {
            CloseReason::Protocol.close(connection);
            AdmitError::Protocol
        };
        let Some(pin) = peer_pin(&connection) else {
            return Err(refuse(&connection));
        };
        match protocol(&connection).as_deref() {
            Some(HUB_ALPN) => Ok(Arrival::Hub(HubCall { connection, pin })),
            Some(PAIR_ALPN) => Ok(Arrival::Pairing(PairingCall { connection, pin })),
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

fn peer_pin(connection: &Connection) -> Option<Pin> {
    let identity = connection.peer_identity()?;
    let chain = identity.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    Pin::of_certificate(chain.first()?)
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
                };
                Ok((hello, link))
            }
            Err(error) => {
                CloseReason::Protocol.close(&self.connection);
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

/// Sends a frame on a stream of its own; returns when QUIC has all of it.
///
/// # Errors
///
/// Fails when the connection is gone.
pub async fn send_frame(
    connection: &Connection,
    header: &FrameHeader,
    payload: Bytes,
) -> Result<(), WriteMessageError> {
    let mut stream = connection
        .open_uni()
        .await
        .map_err(quinn::WriteError::from)?;
    codec::write(&mut stream, header).await?;
    stream.write_chunk(payload).await?;
    // Only fails when the stream was already finished or reset, which nobody but us could have done.
    let _ = stream.finish();
    Ok(())
}
