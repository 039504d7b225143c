//! What the relay remembers, as narrow traits; [`sqlite`] and [`dynamo`] keep it, and one suite of tests (`tests/relay/store`) runs on both.
//!
//! Everything a webhook or a callback needs is one write and one read. Times are microseconds since 1970 in storage.

#[cfg(feature = "lambda")]
pub mod dynamo;
mod signal;
#[cfg(feature = "local")]
pub mod sqlite;

use std::future::Future;

use jiff::Timestamp;
use relay_contract::id::{AgentId, Instance};
use relay_contract::inbox::{Acknowledged, Acknowledgement, Signal};
use relay_contract::origin::{PortalOrigin, RegisteredOrigin};
use relay_contract::rotate::KeyUse;
use relay_contract::site::SiteVerification;
use serde::{Deserialize, Serialize};

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
    /// The id it has shown to have had: its own again, unless somebody else has it.
    pub former: Option<AgentId>,
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
    /// Another key has used the invite, or its agent has left since.
    InviteUsed,
}

/// What the relay's operator has decided about an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Served.
    #[default]
    Active,
    /// Not served until the operator resumes it; nothing of it is deleted.
    Suspended,
}

impl Status {
    /// The word that is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    pub(crate) fn read(word: &str) -> Result<Self, StoreError> {
        match word {
            "active" => Ok(Self::Active),
            "suspended" => Ok(Self::Suspended),
            _ => Err(StoreError::Corrupt { what: "status" }),
        }
    }
}

/// What is known of an enrolled agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRecord {
    /// Ed25519.
    pub public_key: [u8; 32],
    /// The key that replaces it when it is first used.
    pub next_key: Option<[u8; 32]>,
    /// The highest incarnation that has called.
    pub epoch: u64,
    /// The running copy that has it.
    pub instance: Instance,
    /// Where its browsers may be sent.
    pub origins: Vec<RegisteredOrigin>,
    /// Whether it is served.
    pub status: Status,
    /// When it last called, as far as that was noted.
    pub seen: Option<Timestamp>,
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

    /// Raises the incarnation; `false` when it is no longer `from`, unless this very copy has raised it.
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

    /// Takes `key` beside the agent's own until it is first used; `false` when there is no such agent.
    fn announce_key(
        &self,
        id: &AgentId,
        key: &[u8; 32],
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Makes an announced key the only one; `false` when it is neither announced nor in use already.
    fn use_key(
        &self,
        id: &AgentId,
        key: &[u8; 32],
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Keeps what the agent says of its channels and their keys.
    fn note_key_use(
        &self,
        id: &AgentId,
        key_use: &KeyUse,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps when the agent last called.
    fn note_seen(
        &self,
        id: &AgentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets the agent with all that is its own; gives the connection that it had. Its invite stays used. Outer `None`:
    /// no such agent.
    fn remove(
        &self,
        id: &AgentId,
    ) -> impl Future<Output = Result<Option<Option<String>>, StoreError>> + Send;
}

/// Who speaks for the relay's domain, and what it has had published there.
pub trait Hosts: Send + Sync {
    /// The one agent that speaks for the domain: the last that enrolled with a host owner's invite, until it leaves.
    fn host_owner(&self) -> impl Future<Output = Result<Option<AgentId>, StoreError>> + Send;

    /// What Google shall find on the domain.
    fn site_verification(
        &self,
    ) -> impl Future<Output = Result<SiteVerification, StoreError>> + Send;

    /// Replaces it; `false` when `owner` is not the host owner.
    fn set_site_verification(
        &self,
        owner: &AgentId,
        site: &SiteVerification,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
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
    /// Raises the channel's number; a lower or equal one changes nothing. On disk when it returns. Gives when the first
    /// notification arrived that the agent has not acknowledged.
    fn note_change(
        &self,
        agent: &AgentId,
        change: &Change,
    ) -> impl Future<Output = Result<Timestamp, StoreError>> + Send;

    /// Keeps an answer; `false` when another one with this id was kept before, acknowledged or not.
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

    /// Drops signals, each on the condition that it has neither moved on nor expired; one result each, in order.
    fn acknowledge(
        &self,
        agent: &AgentId,
        items: &[Acknowledgement],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Acknowledged>, StoreError>> + Send;
}

/// How an agent can be reached, and whether it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// Its connection and since when; `None` while it is away.
    pub connection: Option<(String, Timestamp)>,
    /// Whether it is served.
    pub status: Status,
    /// Its own quota of webhooks a minute; `None`: as everybody.
    pub quota: Option<u32>,
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

    /// How the agent can be reached; sees every `connected` that has returned. `None`: no such agent.
    fn listening(
        &self,
        agent: &AgentId,
    ) -> impl Future<Output = Result<Option<Listening>, StoreError>> + Send;

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

    /// Adds to the webhooks that were taken for an agent in an hour since 1970.
    fn count_webhooks(
        &self,
        agent: &AgentId,
        hour: i64,
        count: u32,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// One line of the operator's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgentSummary {
    /// Its name.
    pub agent: AgentId,
    /// Whether it is served.
    pub status: Status,
    /// Its own quota of webhooks a minute.
    pub quota: Option<u32>,
    /// Its incarnation.
    pub epoch: u64,
    /// When it last called, to the quarter of an hour.
    pub seen: Option<Timestamp>,
    /// Since when it is connected.
    pub connected: Option<Timestamp>,
    /// Signals that it has not acknowledged.
    pub backlog: u64,
    /// When the oldest of them arrived.
    pub oldest: Option<Timestamp>,
    /// Webhooks in this hour and the one before, as far as they were counted.
    pub webhooks: u64,
    /// Which keys its channels have; `None`: it has not said.
    pub key_use: Option<KeyUse>,
}

/// What the relay's operator sees and decides.
pub trait Operator: Send + Sync {
    /// All agents, by name.
    fn summaries(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<AgentSummary>, StoreError>> + Send;

    /// Suspends or resumes an agent; gives the connection that it has. Outer `None`: no such agent.
    fn set_status(
        &self,
        agent: &AgentId,
        status: Status,
    ) -> impl Future<Output = Result<Option<Option<String>>, StoreError>> + Send;

    /// Sets an agent's own quota of webhooks a minute; `false`: no such agent.
    fn set_quota(
        &self,
        agent: &AgentId,
        quota: Option<u32>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Webhooks are counted by hours since 1970.
pub(crate) fn hour_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(3600)
}

/// All that the handlers need.
pub trait Store: Agents + Hosts + Inboxes + Connections + 'static {}
impl<T: Agents + Hosts + Inboxes + Connections + 'static> Store for T {}
