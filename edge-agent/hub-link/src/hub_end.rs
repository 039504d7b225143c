//! A hub's end: dial the pinned agent, or be paired with one.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use quinn::{Connection, ConnectionError, ReadError, ReadToEndError, VarInt};
use tokio::time::timeout;

use crate::close::CloseReason;
use crate::code::PairingCode;
use crate::codec::{self, ReadMessageError, WriteMessageError};
use crate::control::{Inbox, Outbox};
use crate::identity::{CERTIFICATE_NAME, Identity, Pin};
use crate::pair::{Role, SessionSecret};
use crate::picture::{MAX_FRAME_BYTES, SUPERSEDED};
use crate::transport::{self, BindError, HANDSHAKE_TIMEOUT, HUB_ALPN, PAIR_ALPN};
use crate::verify::KeyCheck;
use crate::wire::{
    AgentKeys, AgentProof, FrameHeader, Hello, HubProof, PairCall, Paired, Telemetry, ToAgent,
    ToHub, Welcome, to_agent, to_hub,
};

/// How long the agent may take for one step of pairing. It writes the hub's key to its disk in between.
const STEP_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a hub is not connected.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    #[error("open a UDP socket")]
    Bind(#[from] BindError),
    #[error("set up TLS")]
    Tls(#[from] rustls::Error),
    #[error("call the agent")]
    Connect(#[from] quinn::ConnectError),
    #[error("the agent refused: {0}")]
    Refused(CloseReason),
    #[error("the connection failed")]
    Connection(#[source] ConnectionError),
    #[error("read the agent's message")]
    Read(#[source] ReadMessageError),
    #[error("write to the agent")]
    Write(#[source] WriteMessageError),
    #[error("the agent did not answer in time")]
    TooSlow,
    #[error("the agent sent something else than what must come first")]
    Unexpected,
    #[error("the code that was typed at the agent is not the one that this hub shows")]
    OtherCode,
    #[error("keep the agent's key")]
    Keep(#[source] std::io::Error),
}

impl From<ConnectionError> for DialError {
    fn from(error: ConnectionError) -> Self {
        match CloseReason::of(&error) {
            Some(reason) => Self::Refused(reason),
            None => Self::Connection(error),
        }
    }
}

impl From<ReadMessageError> for DialError {
    fn from(error: ReadMessageError) -> Self {
        match error {
            ReadMessageError::Stream(quinn::ReadError::ConnectionLost(lost)) => lost.into(),
            other => Self::Read(other),
        }
    }
}

impl From<WriteMessageError> for DialError {
    fn from(error: WriteMessageError) -> Self {
        match error {
            WriteMessageError::Stream(quinn::WriteError::ConnectionLost(lost)) => lost.into(),
            other => Self::Write(other),
        }
    }
}

/// From where a hub calls; one UDP socket for its whole life, so that a restarted agent recognises the connection.
#[derive(Debug)]
pub struct HubEndpoint {
    endpoint: quinn::Endpoint,
    identity: Identity,
    displays: usize,
}

/// A connection that the agent has welcomed.
#[derive(Debug)]
pub struct AgentLink {
    pub connection: Connection,
    /// Which of the agent's keys answered.
    pub agent: Pin,
    pub welcome: Welcome,
    /// The agent's clock when it welcomed us, in microseconds since 1970.
    pub welcomed_at_us: i64,
    pub reports: Outbox<ToAgent>,
    pub orders: Inbox<ToHub>,
}

impl HubEndpoint {
    /// Opens a socket of the kind that reaches `agent`; `displays` bounds how many frames may be under way.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no socket.
    pub fn open(agent: SocketAddr, identity: Identity, displays: usize) -> Result<Self, BindError> {
        let listen: SocketAddr = match agent {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        Ok(Self {
            endpoint: transport::hub_endpoint(listen, &identity)?,
            identity,
            displays,
        })
    }

    /// Calls the agent that was paired, by any of its pins (the first is asked for), and waits for its Welcome.
    ///
    /// # Errors
    ///
    /// Fails when the agent is away, has another key, or refuses.
    pub async fn connect(
        &self,
        agent: SocketAddr,
        pins: &[Pin],
        hello: Hello,
    ) -> Result<AgentLink, DialError> {
        let name = pins.first().map(|pin| pin.server_name());
        let name = name.as_deref().unwrap_or(CERTIFICATE_NAME);
        let check = KeyCheck::any_of(pins);
        let connection = self.dial(agent, check, HUB_ALPN, name).await?;
        let pin = Pin::of_peer(&connection).ok_or(DialError::Unexpected)?;
        let greeting = async {
            let (send, receive) = connection.open_bi().await?;
            let mut reports = Outbox::new(send);
            reports.send(&to_agent::Kind::Hello(hello).into()).await?;
            let mut orders = Inbox::<ToHub>::new(receive);
            match orders.next().await? {
                Some(ToHub {
                    sent_at_us,
                    kind: Some(to_hub::Kind::Welcome(welcome)),
                }) => Ok((welcome, sent_at_us, reports, orders)),
                _ => Err(DialError::Unexpected),
            }
        };
        match within(STEP_TIMEOUT, greeting).await {
            Ok((welcome, welcomed_at_us, reports, orders)) => Ok(AgentLink {
                connection,
                agent: pin,
                welcome,
                welcomed_at_us,
                reports,
                orders,
            }),
            Err(error) => {
                let reason = match &error {
                    DialError::Read(unreadable) => CloseReason::of_unreadable(unreadable),
                    _ => CloseReason::Protocol,
                };
                reason.close(&connection);
                Err(error)
            }
        }
    }

    /// Calls an agent and is paired if it knows `code`. `keep` is told the agent's pin once the agent has proved the code
    /// and before the hub proves it, and must have it on disk when it returns: whatever dies afterwards, no side can end
    /// up knowing the other without being known. Answers that pin, and the keys to pin in its place if the agent says
    /// so.
    ///
    /// # Errors
    ///
    /// Fails when the agent is away, waits for nobody, or waits for another hub's code.
    pub async fn pair(
        &self,
        agent: SocketAddr,
        call: &PairCall,
        code: &PairingCode,
        keep: impl FnOnce(Pin) -> std::io::Result<()>,
    ) -> Result<(Pin, Option<AgentKeys>), DialError> {
        let connection = self
            .dial(agent, KeyCheck::any(), PAIR_ALPN, CERTIFICATE_NAME)
            .await?;
        let outcome = within(STEP_TIMEOUT, prove(&connection, call, code, keep)).await;
        let reason = match &outcome {
            Ok(_) => CloseReason::Done,
            Err(DialError::OtherCode) => CloseReason::NotThisHub,
            Err(DialError::Keep(_)) => CloseReason::Internal,
            Err(_) => CloseReason::Protocol,
        };
        reason.close(&connection);
        outcome
    }

    pub(crate) async fn dial(
        &self,
        agent: SocketAddr,
        accept: KeyCheck,
        alpn: &[u8],
        name: &str,
    ) -> Result<Connection, DialError> {
        let client = transport::hub_client(&self.identity, accept, alpn, self.displays)?;
        let connecting = self.endpoint.connect_with(client, agent, name)?;
        within(HANDSHAKE_TIMEOUT, async { Ok(connecting.await?) }).await
    }

    /// Says goodbye and waits until it is sent.
    pub async fn close(&self) {
        let reason = CloseReason::ShuttingDown;
        self.endpoint.close(
            quinn::VarInt::from_u32(reason.number()),
            reason.name().as_bytes(),
        );
        self.endpoint.wait_idle().await;
    }
}

async fn prove(
    connection: &Connection,
    call: &PairCall,
    code: &PairingCode,
    keep: impl FnOnce(Pin) -> std::io::Result<()>,
) -> Result<(Pin, Option<AgentKeys>), DialError> {
    let (mut send, mut receive) = connection.open_bi().await?;
    codec::write(&mut send, call).await?;
    let theirs: AgentProof = codec::read(&mut receive)
        .await?
        .ok_or(DialError::Unexpected)?;
    let session = SessionSecret::of(connection);
    if !session.verify(Role::Agent, code, &theirs.proof) {
        return Err(DialError::OtherCode);
    }
    let pin = Pin::of_peer(connection).ok_or(DialError::Unexpected)?;
    keep(pin).map_err(DialError::Keep)?;
    let proof = session.prove(Role::Hub, code);
    codec::write(&mut send, &HubProof { proof }).await?;
    let paired: Paired = codec::read(&mut receive)
        .await?
        .ok_or(DialError::Unexpected)?;
    Ok((pin, paired.keys))
}

async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, DialError>>,
) -> Result<T, DialError> {
    timeout(limit, step)
        .await
        .unwrap_or(Err(DialError::TooSlow))
}

/// What came on a frame's stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// Its header and its encoded pixels.
    Whole(FrameHeader, Bytes),
    /// The agent took it back: nobody needs it any more, nor any that builds on it.
    Superseded,
    /// Something else than a frame, or a part of one. What was to follow cannot be relied on.
    Broken,
}

/// The next frame that the agent sends on this connection, in the order in which the agent began to send them.
///
/// # Errors
///
/// Fails when the connection is gone.
pub async fn next_frame(connection: &Connection) -> Result<Frame, ConnectionError> {
    let mut stream = connection.accept_uni().await?;
    let header = match codec::read::<FrameHeader>(&mut stream).await {
        Ok(Some(header)) => header,
        Err(ReadMessageError::Stream(error)) => return unfinished(error),
        Ok(None) | Err(_) => return Ok(Frame::Broken),
    };
    // An encoded frame is never longer than a raw one.
    match stream.read_to_end(MAX_FRAME_BYTES).await {
        Ok(payload) => Ok(Frame::Whole(header, payload.into())),
        Err(ReadToEndError::Read(error)) => unfinished(error),
        Err(ReadToEndError::TooLong) => Ok(Frame::Broken),
    }
}

fn unfinished(error: ReadError) -> Result<Frame, ConnectionError> {
    match error {
        ReadError::ConnectionLost(lost) => Err(lost),
        ReadError::Reset(code) if code == VarInt::from_u32(SUPERSEDED) => Ok(Frame::Superseded),
        _ => Ok(Frame::Broken),
    }
}

/// Sends measurements in a datagram. One that cannot be sent now is no loss: newer ones follow.
pub fn send_telemetry(connection: &Connection, telemetry: &Telemetry) {
    if let Err(error) = connection.send_datagram(telemetry.encode_to_vec().into()) {
        tracing::debug!(%error, "telemetry was not sent");
    }
}
