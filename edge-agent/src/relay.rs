//! The agent's side of the relay: enrolment, the link that hears hints, the inbox.
//!
//! Bottom up: [`enrolment`] who we are there · [`call`] signed calls · [`shared`] the inbox and what all parts know ·
//! [`link`] the WebSocket · [`pull`] the safety net. [`Relay`] is the handle that the rest of the agent holds; what an
//! admin does with it is in [`joining`], [`keys`] and [`incarnation`].
//!
//! Everything here is a copy of state that the relay keeps until it is acknowledged: hints and pulls may repeat each
//! other, and whoever takes a signal must not mind.

mod answer;
mod backoff;
mod call;
mod enrolment;
mod incarnation;
mod instance;
mod joining;
mod keys;
mod link;
mod pull;
mod shared;
mod socket;
#[cfg(test)]
mod tests;
mod timing;

use std::path::Path;
use std::sync::Arc;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use relay_contract::inbox::{
    Acknowledge, AcknowledgeResults, Acknowledged, MAX_ACKNOWLEDGEMENTS, Signal,
};
use relay_contract::origin::{MAX_ORIGINS, PortalOrigin};
use relay_contract::{route, state};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;

use crate::news::Bus;
use crate::outbound::OutboundHttp;
use crate::store::{Store, StoreError};

pub(crate) use relay_contract::inbox::Acknowledgement;

pub(crate) use self::answer::{OpenAnswerError, SealedAnswer, new_flow_key, open_answer};
pub(crate) use self::call::RelayError;
pub(crate) use self::enrolment::{Enrolment, MintedState, NotARelayAddress};
pub(crate) use self::instance::{InstanceError, load_or_create as instance, random};
use self::shared::Shared;
pub(crate) use self::shared::{Barred, CalendarSignal, RelayStatus};
pub(crate) use self::timing::Timing;

/// Why the agent cannot take up with its relay at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartRelayError {
    #[error("find out which copy of the agent this is")]
    Instance(#[from] InstanceError),
    #[error("read the enrolment")]
    Store(#[from] StoreError),
    #[error("the stored enrolment is of no use; enrol again with a new invite")]
    Enrolment(#[from] NotARelayAddress),
}

/// A handle on the relay; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Relay {
    shared: Arc<Shared>,
}

impl Relay {
    /// Resumes the enrolment found in the store and keeps the link up on `tasks` until `stop`.
    ///
    /// `data` is the folder with `instance`, which is created if absent.
    pub(crate) async fn start(
        data: &Path,
        store: Store,
        http: OutboundHttp,
        bus: Bus,
        timing: Timing,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, StartRelayError> {
        let instance = instance::load_or_create(data)?;
        let mut record = store.enrolment().await?;
        if let Some(record) = &mut record {
            incarnation::adopt(&store, record, &instance).await?;
        }
        let shared = Arc::new(Shared::new(store, call::Client::new(http, instance), bus));
        if let Some(record) = record {
            let enrolment = Enrolment::new(&record)?;
            shared.activate(enrolment, record.origins);
        }
        tasks.spawn(link::run(Arc::clone(&shared), timing, stop.clone()));
        tasks.spawn(pull::run(Arc::clone(&shared), timing, stop));
        Ok(Self { shared })
    }

    /// Who this agent is at its relay; `None` before the first enrolment.
    pub(crate) fn enrolment(&self) -> Option<Arc<Enrolment>> {
        self.shared.enrolment()
    }

    /// The token of a watch channel, and the version of the keys that made it; `None` before the first enrolment.
    pub(crate) fn webhook_token(&self, channel_id: &str) -> Option<(String, u16)> {
        let enrolment = self.enrolment()?;
        Some((enrolment.webhook_token(channel_id), enrolment.key_version()))
    }

    /// Makes the state of one sign-in that began at `origin`; `flow_key` is the public half of [`new_flow_key`]. `expiry` is
    /// by this machine's clock; the relay, which checks it, is told the same moment by its own.
    pub(crate) fn mint_state(
        &self,
        origin: &str,
        flow_key: [u8; 32],
        expiry: Timestamp,
    ) -> Result<MintedState, RelayError> {
        let enrolment = self.enrolment().ok_or(RelayError::NotEnrolled)?;
        let registered =
            self.shared
                .registered(origin)
                .ok_or_else(|| RelayError::OriginUnknown {
                    origin: origin.to_owned(),
                })?;
        let skew = SignedDuration::from_secs(self.clock_skew());
        let expiry = expiry.saturating_add(skew).unwrap_or(expiry);
        Ok(enrolment.mint_state(&registered, flow_key, expiry))
    }

    /// What Google announces, from hints and pulls alike, duplicates included. Can be taken once.
    ///
    /// # Panics
    ///
    /// When it is taken twice: two takers would each miss half.
    pub(crate) fn calendar_signals(&self) -> mpsc::Receiver<CalendarSignal> {
        self.shared
            .take_signals()
            .expect("the signals are taken once, by sync")
    }

    /// The answer to a sign-in, pulled now; `None` if it is not there (used, expired, or never came).
    pub(crate) async fn oauth_answer(
        &self,
        flow_id: &str,
    ) -> Result<Option<SealedAnswer>, RelayError> {
        let enrolment = self.enrolment().ok_or(RelayError::NotEnrolled)?;
        let answers = self.shared.pull(&enrolment).await?;
        Ok(answers.into_iter().find_map(|signal| match signal {
            Signal::Oauth {
                id, state, sealed, ..
            } if state::flow_of(&state) == Some(flow_id) => Some(SealedAnswer {
                id,
                state,
                sealed: sealed.0,
            }),
            _ => None,
        }))
    }

    /// Tells the relay what has been dealt with; what it does not hear of comes again.
    pub(crate) async fn acknowledge(&self, items: Vec<Acknowledgement>) -> Result<(), RelayError> {
        let enrolment = self.enrolment().ok_or(RelayError::NotEnrolled)?;
        for items in items.chunks(MAX_ACKNOWLEDGEMENTS) {
            let body = Acknowledge {
                items: items.to_vec(),
            };
            let answer: AcknowledgeResults = self
                .shared
                .client
                .call(&enrolment, Method::POST, route::ACKNOWLEDGE, Some(&body))
                .await?;
            let failed = answer
                .results
                .iter()
                .filter(|r| **r == Acknowledged::Failed)
                .count();
            if failed > 0 {
                info!(
                    failed,
                    "the relay could not drop some signals now; they come again"
                );
            }
        }
        Ok(())
    }

    /// The portal's own https addresses, all of them. Without an enrolment or a connection they are registered later;
    /// an error says that they are not registered yet.
    pub(crate) async fn set_origins(&self, origins: Vec<String>) -> Result<(), RelayError> {
        let wanted: Vec<PortalOrigin> = origins
            .into_iter()
            .take(MAX_ORIGINS)
            .map(|text| {
                PortalOrigin::try_from(text.clone()).map_err(|_| RelayError::NotAnOrigin(text))
            })
            .collect::<Result<_, _>>()?;
        self.shared.want_origins(wanted);
        match self.enrolment() {
            Some(enrolment) => self.shared.register_origins(&enrolment).await,
            None => Ok(()),
        }
    }

    /// The relay's clock minus ours, in seconds; 0 until it was heard of.
    pub(crate) fn clock_skew(&self) -> i64 {
        self.shared.client.skew()
    }

    /// How the agent stands with its relay.
    pub(crate) fn status(&self) -> RelayStatus {
        self.shared.status()
    }
}
