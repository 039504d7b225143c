//! What the link, the pull and the handle share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Method;
use jiff::Timestamp;
use relay_contract::id::AgentId;
use relay_contract::inbox::{Acknowledgement, Inbox, Signal};
use relay_contract::origin::{Origins, PortalOrigin, RegisteredOrigin, SetOrigins};
use relay_contract::rotate::KeyUse;
use relay_contract::route;
use tokio::sync::{Notify, mpsc, watch};
use tracing::{info, warn};

use crate::news::{Bus, News};
use crate::store::Store;

use super::call::{Client, RelayError, now};
use super::enrolment::Enrolment;

use std::sync::Arc;

/// Room for a burst of hints; what does not fit stays in the relay's inbox and comes with the next pull.
const SIGNALS: usize = 4096;
/// A pull ends after so many pages; more would mean a relay that repeats itself.
const MAX_PAGES: usize = 200;

/// Google has said that something changed on a watch channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CalendarSignal {
    pub(crate) channel: String,
    pub(crate) number: u64,
    /// When the relay took Google's notification, by the relay's clock.
    pub(crate) received_at: Timestamp,
    /// When this agent heard of it.
    pub(crate) heard_at: Timestamp,
    /// Google's name for what is watched; only live announcements carry it.
    pub(crate) resource: Option<String>,
}

impl CalendarSignal {
    /// To be sent once the room has been listed by a request that was sent after this signal was heard.
    pub(crate) fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement::Calendar {
            channel: self.channel.clone(),
            number: self.number,
        }
    }
}

/// How the agent stands with its relay, in words for the portal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RelayStatus {
    /// Set while the WebSocket is open.
    pub(crate) connected_since: Option<Timestamp>,
    /// The last time that the whole inbox was read.
    pub(crate) pulled_at: Option<Timestamp>,
    /// Why there is no connection.
    pub(crate) last_error: Option<String>,
    /// Why the relay does not take this agent, if it does not.
    pub(crate) barred: Option<Barred>,
}

/// Why a relay that answers does not take this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    /// Another copy of this agent has taken over; this one has stopped calling.
    OtherCopy,
    /// The relay does not know this agent, or not any more.
    Forgotten,
    /// The relay's operator has suspended it.
    Suspended,
}

impl RelayStatus {
    /// Whether this copy must not act.
    pub(crate) fn passive(&self) -> bool {
        self.barred == Some(Barred::OtherCopy)
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) client: Client,
    bus: Bus,
    enrolment: watch::Sender<Option<Arc<Enrolment>>>,
    status: Mutex<RelayStatus>,
    registered: Mutex<Vec<RegisteredOrigin>>,
    wanted: Mutex<Vec<PortalOrigin>>,
    signals: mpsc::Sender<CalendarSignal>,
    receiver: Mutex<Option<mpsc::Receiver<CalendarSignal>>>,
    /// Asks for a pull now.
    pub(super) pull_now: Notify,
    /// Whoever changes the stored enrolment does so alone.
    pub(super) changing: tokio::sync::Mutex<()>,
    /// The use of keys that the relay was told last, by whom.
    key_use: Mutex<Option<(AgentId, KeyUse)>>,
}

impl Shared {
    pub(super) fn new(store: Store, client: Client, bus: Bus) -> Self {
        let (signals, receiver) = mpsc::channel(SIGNALS);
        Self {
            store,
            client,
            bus,
            enrolment: watch::Sender::new(None),
            status: Mutex::default(),
            registered: Mutex::default(),
            wanted: Mutex::default(),
            signals,
            receiver: Mutex::new(Some(receiver)),
            pull_now: Notify::new(),
            changing: tokio::sync::Mutex::default(),
            key_use: Mutex::default(),
        }
    }

    /// Takes an enrolment into use; the link follows.
    pub(super) fn activate(&self, enrolment: Enrolment, registered: Vec<RegisteredOrigin>) {
        *lock(&self.registered) = registered;
        *lock(&self.status) = RelayStatus::default();
        *lock(&self.key_use) = None;
        self.enrolment.send_replace(Some(Arc::new(enrolment)));
        self.bus.send(News::RelayChanged);
    }

    /// There is no relay any more.
    pub(super) fn deactivate(&self) {
        lock(&self.registered).clear();
        *lock(&self.status) = RelayStatus::default();
        *lock(&self.key_use) = None;
        self.enrolment.send_replace(None);
        self.bus.send(News::RelayChanged);
    }

    /// Whether the relay has not been told of this use of keys.
    pub(super) fn is_news(&self, enrolment: &Enrolment, used: &KeyUse) -> bool {
        let told = lock(&self.key_use);
        told.as_ref().map(|(agent, used)| (agent, used)) != Some((enrolment.agent_id(), used))
    }

    /// The relay has been told of it.
    pub(super) fn told(&self, enrolment: &Enrolment, used: KeyUse) {
        *lock(&self.key_use) = Some((enrolment.agent_id().clone(), used));
    }

    pub(super) fn enrolment(&self) -> Option<Arc<Enrolment>> {
        self.enrolment.borrow().clone()
    }

    /// Follows which enrolment is in use.
    pub(super) fn follow_enrolment(&self) -> watch::Receiver<Option<Arc<Enrolment>>> {
        self.enrolment.subscribe()
    }

    pub(super) fn status(&self) -> RelayStatus {
        lock(&self.status).clone()
    }

    /// Changes the status and tells the portal if it differs.
    pub(super) fn set_status(&self, change: impl FnOnce(&mut RelayStatus)) {
        let mut status = lock(&self.status);
        let before = status.clone();
        change(&mut status);
        if *status != before {
            drop(status);
            self.bus.send(News::RelayChanged);
        }
    }

    pub(super) fn take_signals(&self) -> Option<mpsc::Receiver<CalendarSignal>> {
        lock(&self.receiver).take()
    }

    /// Hands a calendar signal to whoever lists rooms.
    pub(super) fn forward(
        &self,
        channel: String,
        number: u64,
        received_at: Timestamp,
        resource: Option<String>,
    ) {
        let signal = CalendarSignal {
            resource,
            channel,
            number,
            received_at,
            heard_at: now(),
        };
        if let Err(mpsc::error::TrySendError::Full(signal)) = self.signals.try_send(signal) {
            warn!(
                channel = signal.channel,
                "too many signals at once; this one comes again with the next pull"
            );
        }
    }

    /// Reads the whole inbox: forwards calendar signals, returns the sealed answers.
    pub(super) async fn pull(&self, enrolment: &Enrolment) -> Result<Vec<Signal>, RelayError> {
        let mut answers = Vec::new();
        let mut path = route::INBOX.to_owned();
        for _ in 0..MAX_PAGES {
            let page: Inbox = self
                .client
                .call(enrolment, Method::GET, &path, None::<&()>)
                .await?;
            for signal in page.signals {
                match signal {
                    Signal::Calendar {
                        channel,
                        number,
                        received_at,
                    } => {
                        self.forward(channel, number, received_at, None);
                    }
                    answer @ Signal::Oauth { .. } => answers.push(answer),
                }
            }
            match page.next {
                Some(next) => path = format!("{}?after={next}", route::INBOX),
                None => break,
            }
        }
        self.set_pulled();
        Ok(answers)
    }

    /// Not news: nobody needs to be told every five minutes.
    fn set_pulled(&self) {
        lock(&self.status).pulled_at = Some(now());
    }

    pub(super) fn want_origins(&self, wanted: Vec<PortalOrigin>) {
        *lock(&self.wanted) = wanted;
    }

    /// The number of an origin at the relay.
    pub(super) fn registered(&self, origin: &str) -> Option<RegisteredOrigin> {
        lock(&self.registered)
            .iter()
            .find(|r| r.origin.as_str() == origin)
            .cloned()
    }

    /// Tells the relay the portal's addresses, unless it knows them.
    pub(super) async fn register_origins(&self, enrolment: &Enrolment) -> Result<(), RelayError> {
        let wanted = lock(&self.wanted).clone();
        let mut known: Vec<_> = lock(&self.registered)
            .iter()
            .map(|r| r.origin.clone())
            .collect();
        let mut sorted = wanted.clone();
        sorted.sort();
        known.sort();
        if wanted.is_empty() || sorted == known {
            return Ok(());
        }
        let body = SetOrigins { origins: wanted };
        let answer: Origins = self
            .client
            .call(enrolment, Method::PUT, route::ORIGINS, Some(&body))
            .await?;
        self.store
            .save_relay_origins(answer.origins.clone())
            .await?;
        info!(
            count = answer.origins.len(),
            "the relay knows the portal's addresses"
        );
        *lock(&self.registered) = answer.origins;
        Ok(())
    }
}

/// A panic elsewhere leaves these plain values whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
