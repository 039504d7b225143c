//! The agent's end: accept, learn who calls and for what, and only then say Welcome.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use quinn::crypto::rustls::HandshakeData;
use quinn::{Connection, ConnectionError, Incoming};
use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::close::CloseReason;
use crate::code::PairingCode;
use crate::codec::{self, ReadMessageError, WriteMessageError};
use crate::control::{Inbox, Outbox};
use crate::identity::{Identity, Pin};
use crate::pair::{Role, SessionSecret};
use crate::transport::{self, BindError, HANDSHAKE_TIMEOUT, HUB_ALPN, PAIR_ALPN};
use crate::wire::{
    AgentProof, FrameHeader, Hello, HubProof, PairCall, Paired, ToAgent, ToHub, to_agent, to_hub,
};

/// Handshakes under way at once. Each costs about a millisecond of CPU; beyond this they wait in QUIC's own queue.
const HANDSHAKES: usize = 256;

/// From so many handshakes under way on, a caller must first show that it can receive at its address.
const PROVE_ADDRESS_FROM: usize = 32;

/// How long a hub may take to show its proof: it has the code at hand.
const PROOF_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a caller did not become a hub or a pairing call. The connection is closed.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    #[error("the caller must first show that it receives at its address; it will call again")]
    AddressUnproven,
    #[error("the connection failed")]
    Connection(#[from] ConnectionError),
    #[error("the caller took longer than {HANDSHAKE_TIMEOUT:?}")]
    TooSlow,
    #[error("the caller speaks neither of this agent's protocols")]
    Protocol,
}

/// Why a call on an admitted connection failed. The connection is closed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("the connection failed")]
    Connection(#[from] ConnectionError),
    #[error("read the hub's message")]
    Read(#[from] ReadMessageError),
    #[error("write to the hub")]
    Write(#[from] WriteMessageError),
    #[error("the hub sent something else than what must come first")]
    Unexpected,
    #[error("the hub took too long")]
    TooSlow,
    #[error("the code that was typed is not the one that this hub shows")]
    OtherCode,
    #[error("the hub's proof of the code is wrong")]
    WrongProof,
}

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

/// Somebody who wants to be paired.
#[derive(Debug)]
#[must_use = "the hub waits for a proof or a refusal"]
pub struct PairingCall {
    connection: Connection,
    pin: Pin,
}

impl PairingCall {
    /// Whose key it is.
    pub fn pin(&self) -> Pin {
        self.pin
    }

    /// Sends it away, saying why.
    pub fn refuse(self, reason: CloseReason) {
        reason.close(&self.connection);
    }

    /// Proves the code to the hub and checks the hub's proof.
    ///
    /// # Errors
    ///
    /// [`CallError::OtherCode`] when the hub shows another code, which is no attempt at guessing; any other error after
    /// the agent's proof went out should be counted as one.
    pub async fn challenge(self, code: &PairingCode) -> Result<ProvenHub, CallError> {
        let result = timeout(PROOF_TIMEOUT, self.exchange(code))
            .await
            .unwrap_or(Err(CallError::TooSlow));
        match result {
            Ok((call, send)) => Ok(ProvenHub {
                pin: self.pin,
                name: call.name,
                version: call.version,
                connection: self.connection,
                send,
            }),
            Err(error) => {
                let reason = match &error {
                    CallError::WrongProof => CloseReason::WrongCode,
                    CallError::OtherCode => CloseReason::NotThisHub,
                    CallError::TooSlow => CloseReason::TooSlow,
                    _ => CloseReason::Protocol,
                };
                reason.close(&self.connection);
                Err(error)
            }
        }
    }

    async fn exchange(
        &self,
        code: &PairingCode,
    ) -> Result<(PairCall, quinn::SendStream), CallError> {
        let (mut send, mut receive) = self.connection.accept_bi().await?;
        let call: PairCall = codec::read(&mut receive)
            .await?
            .ok_or(CallError::Unexpected)?;
        let session = SessionSecret::of(&self.connection);
        let proof = session.prove(Role::Agent, code);
        codec::write(&mut send, &AgentProof { proof }).await?;
        let answer: HubProof = match codec::read(&mut receive).await {
            Ok(answer) => answer.ok_or(CallError::Unexpected)?,
            Err(ReadMessageError::Stream(quinn::ReadError::ConnectionLost(lost)))
                if CloseReason::of(&lost) == Some(CloseReason::NotThisHub) =>
            {
                return Err(CallError::OtherCode);
            }
            Err(error) => return Err(error.into()),
        };
        if !session.verify(Role::Hub, code, &answer.proof) {
            return Err(CallError::WrongProof);
        }
        Ok((call, send))
    }
}

/// A hub that has proved the code. Store its pin, then [`confirm`](Self::confirm).
#[derive(Debug)]
#[must_use = "the hub waits to hear that it is paired"]
pub struct ProvenHub {
    pub pin: Pin,
    pub name: String,
    pub version: String,
    connection: Connection,
    send: quinn::SendStream,
}

impl ProvenHub {
    /// Tells the hub that it is paired, and waits until it has taken note or is gone.
    ///
    /// # Errors
    ///
    /// Fails when the connection is gone. The hub will find out with its first call.
    pub async fn confirm(mut self) -> Result<(), CallError> {
        codec::write(&mut self.send, &Paired {}).await?;
        let _ = self.send.finish();
        // The hub closes; a hub that does not is not worth waiting for.
        let _ = timeout(PROOF_TIMEOUT, self.connection.closed()).await;
        CloseReason::Done.close(&self.connection);
        Ok(())
    }

    /// Sends it away although its proof was right.
    pub fn refuse(self, reason: CloseReason) {
        reason.close(&self.connection);
    }
}
