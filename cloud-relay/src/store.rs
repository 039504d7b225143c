//! What the relay remembers, as narrow traits; [`sqlite`] and [`dynamo`] keep it, and one suite of tests (`tests/relay/store`) runs on both.
//!
//! Everything a webhook or a callback needs is one write and one read. Times are microseconds since 1970 in storage.

#[cfg(feature = "lambda")]
pub mod dynamo;
#[cfg(feature = "local")]
pub mod sqlite;

use std::future::Future;

use jiff::Timestamp;
use relay_contract::id::{AgentId, Instance};
use relay_contract::inbox::{Acknowledged, Acknowledgement, Signal};
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};

/// The store could not do it; the caller answers 503 and is asked again.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or cannot be reached.
    #[error("the database failed at `{operation}`: {reason}")]
    Failed {
        /// What was tried.
        operation: &'static str,
        /// In the database's words; never holds what was stored.
        reason: String,
    },
    /// Something stored cannot be read.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// What it should have been.
        what: &'static str,
    },
}

/// An agent that wants to enrol.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// The id it gets if it is new.
    pub candidate: AgentId,
    /// Names the invite.
    pub invite: [u8; 16],
    /// Whether the invite makes it the host owner.
    pub host_owner: bool,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Its incarnation.
    pub epoch: u64,
    /// Its running copy.
    pub instance: Instance,
}

/// How an enrolment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrolOutcome {
    /// A new agent, or the same call once more.
    Agent(AgentId),
    /// Another key has used the invite.
    InviteUsed,
}

/// What is known of an enrolled agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRecord {
    /// Ed25519.
    pub public_key: [u8; 32],
    /// The highest incarnation that has called.
    pub epoch: u64,
    /// The running copy that has it.
    pub instance: Instance,
    /// Where its browsers may be sent.
    pub origins: Vec<RegisteredOrigin>,
}

/// Who is enrolled.
pub trait Agents: Send + Sync {
    /// Uses an invite; idempotent for the same invite and key.
    fn enrol(
        &self,
        new: &NewAgent,
    ) -> impl Future<Output = Result<EnrolOutcome, StoreError>> + Send;

    /// An enrolled agent.
    fn agent(
        &self,
        id: &AgentId,
    ) -> impl Future<Output = Result<Option<AgentRecord>, StoreError>> + Send;

    /// The one agent that speaks for the relay's domain: the last that enrolled with a host owner's invite.
    fn host_owner(&self) -> impl Future<Output = Result<Option<AgentId>, StoreError>> + Send;

    /// Raises the incarnation; `false` when it is no longer `from`.
    fn claim_epoch(
        &self,
        id: &AgentId,
        from: u64,
        to: u64,
        instance: &Instance,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Replaces the portal origins; those that stay keep their number, and no number is used twice. `None` when there is
    /// no such agent.
    fn set_origins(
        &self,
        id: &AgentId,
        wanted: &[PortalOrigin],
    ) -> impl Future<Output = Result<Option<Vec<RegisteredOrigin>>, StoreError>> + Send;
}

/// One notification of Google's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The channel id.
    pub channel: String,
    /// Google's message number.
    pub number: u64,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it is of no use any more.
    pub expires: Timestamp,
}

/// One sealed answer to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Hash of the state.
    pub id: String,
    /// The state.
    pub state: String,
    /// Sealed to the flow's key.
    pub sealed: Vec<u8>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When the state has expired, and with it every use of this item.
    pub expires: Timestamp,
}

/// A part of an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most as many as asked for.
    pub signals: Vec<Signal>,
    /// Where the next part begins; `None` on the last.
    pub next: Option<String>,
}

/// Signals that wait for their agent.
pub trait Inboxes: Send + Sync {
    /// Raises the channel's number; a lower or equal one changes nothing. On disk when it returns.
    fn note_change(
        &self,
        agent: &AgentId,
        change: &Change,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps an answer; `false` when one with this id was kept before, acknowledged or not.
    fn keep_answer(
        &self,
        agent: &AgentId,
        answer: &Answer,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// What is not acknowledged and not expired, from where `after` left off.
    fn pending(
        &self,
        agent: &AgentId,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Drops signals, each on the condition that it has not moved on; one result each, in order.
    fn acknowledge(
        &self,
        agent: &AgentId,
        items: &[Acknowledgement],
    ) -> impl Future<Output = Result<Vec<Acknowledged>, StoreError>> + Send;
}

/// Which connection an agent listens on.
pub trait Connections: Send + Sync {
    /// Makes `connection` the agent's, unless a newer incarnation has one; gives the one before it.
    fn connected(
        &self,
        agent: &AgentId,
        connection: &str,
        epoch: u64,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// The agent's connection; sees every `connected` that has returned. Outer `None`: no such agent.
    fn connection(
        &self,
        agent: &AgentId,
    ) -> impl Future<Output = Result<Option<Option<String>>, StoreError>> + Send;

    /// Forgets a connection if the agent has not got another one since.
    fn disconnected(
        &self,
        agent: &AgentId,
        connection: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whose connection this is, for a gateway that only tells the connection's name.
    fn connection_owner(
        &self,
        connection: &str,
    ) -> impl Future<Output = Result<Option<AgentId>, StoreError>> + Send;
}

/// All of it.
pub trait Store: Agents + Inboxes + Connections + 'static {}
impl<T: Agents + Inboxes + Connections + 'static> Store for T {}

/// The numbers for a new list of origins: those that stay keep theirs.
fn renumber(
    old: &[RegisteredOrigin],
    wanted: &[PortalOrigin],
    mut next: u32,
) -> (Vec<RegisteredOrigin>, u32) {
    use relay_contract::id::OriginId;
    let mut new: Vec<RegisteredOrigin> = Vec::new();
    for origin in wanted {
        if new.iter().any(|n| n.origin == *origin) {
            continue;
        }
        let id = old
            .iter()
            .find(|o| o.origin == *origin)
            .map(|o| o.id)
            .unwrap_or_else(|| {
                next += 1;
                OriginId(next)
            });
        new.push(RegisteredOrigin {
            id,
            origin: origin.clone(),
        });
    }
    (new, next)
}

/// The name of a signal within an agent's inbox; both stores use it as key, and a page ends with one.
fn channel_key(channel: &str) -> String {
    format!("CH#{channel}")
}

fn answer_key(id: &str) -> String {
    format!("OA#{id}")
}

/// One stored signal as both stores read it.
struct StoredSignal {
    key: String,
    number: Option<u64>,
    state: Option<String>,
    sealed: Option<Vec<u8>>,
    received_at: i64,
}

impl StoredSignal {
    /// `None` for an answer that was acknowledged and only stands against replay.
    fn into_signal(self) -> Result<Option<Signal>, StoreError> {
        let corrupt = || StoreError::Corrupt { what: "signal" };
        let received_at = Timestamp::from_microsecond(self.received_at).map_err(|_| corrupt())?;
        if let Some(channel) = self.key.strip_prefix("CH#") {
            let number = self.number.ok_or_else(corrupt)?;
            return Ok(Some(Signal::Calendar {
                channel: channel.to_owned(),
                number,
                received_at,
            }));
        }
        let id = self.key.strip_prefix("OA#").ok_or_else(corrupt)?.to_owned();
        let Some(sealed) = self.sealed else {
            return Ok(None);
        };
        let state = self.state.ok_or_else(corrupt)?;
        let sealed = relay_contract::encoding::Base64Bytes(sealed);
        Ok(Some(Signal::Oauth {
            id,
            state,
            sealed,
            received_at,
        }))
    }
}
