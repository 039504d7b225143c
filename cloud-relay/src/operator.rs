//! The operator's commands: the same words for a relay on AWS and for one on a host.
//!
//! They work on the store itself, from the machine of whoever may read it; the relay has no interface for administration
//! that anybody could attack.

mod keys;
mod table;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use relay_contract::encoding::to_base64url;
use relay_contract::id::AgentId;
use relay_contract::invite::Invite;
use relay_contract::key::{KeyVersion, MasterKeys};

use self::keys::KeyState;
use crate::machine;
use crate::store::{Agents, Hosts, Operator, Status, StoreError};

/// What an operator may want.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints a one-time invite for an agent.
    Invite(NewInvite),
    /// Lists the agents: when they were last seen, what waits for them, how much comes for them.
    Agents {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Stops serving an agent, at once; nothing of it is deleted.
    Suspend {
        /// Its name, as `agents` lists it.
        agent: AgentId,
    },
    /// Serves a suspended agent again.
    Resume {
        /// Its name, as `agents` lists it.
        agent: AgentId,
    },
    /// Forgets an agent and all that is its own; to come back it needs a new invite.
    Remove {
        /// Its name, as `agents` lists it.
        agent: AgentId,
    },
    /// Gives an agent a quota of its own.
    Quota {
        /// Its name, as `agents` lists it.
        agent: AgentId,
        /// Webhooks a minute through each process, or `default`.
        per_minute: Quota,
    },
    /// Tells how far a rotation of the master key is.
    Keys {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
        /// Fails while an older key than the one in use is still needed.
        #[arg(long)]
        check: bool,
    },
    /// Prints a new master key.
    NewMasterKey,
}

/// For whom an invite is, and for how long.
#[derive(Debug, Args)]
pub struct NewInvite {
    /// The agent will speak for the relay's domain: plain callback path, no question on return.
    #[arg(long)]
    host_owner: bool,
    /// Hours until the invite expires.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u16).range(1..=720))]
    ttl_hours: u16,
}

/// Webhooks a minute; `None` for the same as everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota(Option<u32>);

impl std::str::FromStr for Quota {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "default" => Ok(Self(None)),
            number => number
                .parse()
                .map(|quota| Self(Some(quota)))
                .map_err(|_| "a quota is a number of webhooks a minute, or `default`"),
        }
    }
}

impl Command {
    /// Whether it needs the master keys, not only their version.
    pub fn needs_masters(&self) -> bool {
        matches!(self, Self::Invite(_))
    }
}

/// What a command is run with.
#[derive(Debug)]
pub struct Setting {
    /// The master in use.
    pub version: KeyVersion,
    /// The keys, for a command that [needs them](Command::needs_masters).
    pub masters: Option<MasterKeys>,
    /// The operator's clock.
    pub now: Timestamp,
}

/// How a command ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// For standard output; empty or whole lines.
    pub text: String,
    /// A connection that the program is to close.
    pub close: Option<String>,
}

/// Why a command is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Mistyped, or gone.
    #[error("there is no agent `{0}` at this relay; `agents` lists them")]
    NoSuchAgent(AgentId),
    /// A rotation is not at its end.
    #[error("an older master key is still needed:\n{0}")]
    StillNeeded(String),
    /// An invite was wanted without the keys.
    #[error("an invite needs the master key")]
    NoMaster,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does what the operator wants.
///
/// # Errors
///
/// See [`Refused`].
pub async fn run<S: Operator + Agents + Hosts>(
    command: &Command,
    store: &S,
    setting: &Setting,
) -> Result<Report, Refused> {
    let text = match command {
        Command::Invite(new) => {
            let masters = setting.masters.as_ref().ok_or(Refused::NoMaster)?;
            invite(new, masters, setting.now) + "\n"
        }
        Command::Agents { json } => {
            let agents = store.summaries(setting.now).await?;
            let owner = store.host_owner().await?;
            if *json {
                table::json(&agents, owner.as_ref())
            } else {
                table::text(&agents, owner.as_ref(), setting.now)
            }
        }
        Command::Suspend { agent } => return set_status(store, agent, Status::Suspended).await,
        Command::Resume { agent } => {
            set_status(store, agent, Status::Active).await?;
            String::new()
        }
        Command::Remove { agent } => {
            let removed = store.remove(agent).await?;
            let close = removed.ok_or_else(|| Refused::NoSuchAgent(agent.clone()))?;
            return Ok(Report {
                close,
                ..Report::default()
            });
        }
        Command::Quota { agent, per_minute } => {
            if !store.set_quota(agent, per_minute.0).await? {
                return Err(Refused::NoSuchAgent(agent.clone()));
            }
            String::new()
        }
        Command::Keys { json, check } => {
            let state = KeyState::of(&store.summaries(setting.now).await?, setting.version);
            if *check && !state.older_can_retire() {
                return Err(Refused::StillNeeded(state.to_string()));
            }
            if *json {
                state.json()
            } else {
                state.to_string()
            }
        }
        Command::NewMasterKey => to_base64url(&machine::bytes::<32>()) + "\n",
    };
    Ok(Report { text, close: None })
}

/// Whether all agents have moved to the master in use, so that the one before it can go.
///
/// # Errors
///
/// Fails with [`Refused::StillNeeded`] when not, or when the store does.
pub async fn check_keys<S: Operator>(
    store: &S,
    version: KeyVersion,
    now: Timestamp,
) -> Result<(), Refused> {
    let state = KeyState::of(&store.summaries(now).await?, version);
    if state.older_can_retire() {
        Ok(())
    } else {
        Err(Refused::StillNeeded(state.to_string()))
    }
}

async fn set_status<S: Operator>(
    store: &S,
    agent: &AgentId,
    status: Status,
) -> Result<Report, Refused> {
    let set = store.set_status(agent, status).await?;
    let close = set.ok_or_else(|| Refused::NoSuchAgent(agent.clone()))?;
    Ok(Report {
        close,
        ..Report::default()
    })
}

fn invite(new: &NewInvite, masters: &MasterKeys, now: Timestamp) -> String {
    let ttl = SignedDuration::from_hours(i64::from(new.ttl_hours));
    let invite = Invite {
        nonce: machine::bytes(),
        expiry: now.saturating_add(ttl).unwrap_or(now),
        host_owner: new.host_owner,
    };
    invite.mint(masters)
}
