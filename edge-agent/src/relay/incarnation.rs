//! Which of several copies of this agent may act: the one with the highest epoch, and of two with the same the first.
//!
//! A database that is found beside another `instance` than the one it was used with has been restored or copied. It
//! raises its epoch, on disk before anyone hears of it, and claims it with its first call. Restored twice, both claim
//! the same: the relay takes the first, and the other goes passive until an admin says that it shall take over.

use http::Method;
use relay_contract::id::Instance;
use relay_contract::inbox::Inbox;
use relay_contract::route;
use tracing::{info, warn};

use super::Relay;
use super::call::RelayError;
use super::enrolment::Enrolment;
use crate::store::{EnrolmentRecord, Store, StoreError};

/// So many copies may have been ahead of this one; more would mean that somebody restores in a loop.
const MAX_COPIES: usize = 64;

/// Makes a record that was read at start this copy's own.
pub(super) async fn adopt(
    store: &Store,
    record: &mut EnrolmentRecord,
    instance: &Instance,
) -> Result<(), StoreError> {
    match &record.instance {
        Some(before) if before == instance => return Ok(()),
        Some(_) => {
            record.epoch = record.epoch.saturating_add(1);
            warn!(
                epoch = record.epoch,
                "these data were used by another copy of the agent; this one takes over"
            );
        }
        // Written by a version that did not tell copies apart.
        None => {}
    }
    record.instance = Some(instance.clone());
    store.save_incarnation(record.epoch, instance).await
}

impl Relay {
    /// Goes on here although another copy has taken over; that one goes passive.
    pub(crate) async fn take_over(&self) -> Result<(), RelayError> {
        let _one_at_a_time = self.shared.changing.lock().await;
        let instance = self.shared.client.instance().clone();
        let mut outcome = Ok(());
        for _ in 0..MAX_COPIES {
            let record = self.shared.store.enrolment().await?;
            let mut record = record.ok_or(RelayError::NotEnrolled)?;
            record.epoch = record.epoch.saturating_add(1);
            self.shared
                .store
                .save_incarnation(record.epoch, &instance)
                .await?;
            let enrolment = Enrolment::new(&record)?;
            let claimed: Result<Inbox, _> = self
                .shared
                .client
                .call(&enrolment, Method::GET, route::INBOX, None::<&()>)
                .await;
            outcome = claimed.map(drop);
            if outcome.as_ref().is_err_and(RelayError::means_passive) {
                continue;
            }
            info!(epoch = record.epoch, "this copy of the agent takes over");
            // Even if the relay cannot be reached now: the link claims it as soon as it can.
            self.shared.activate(enrolment, record.origins);
            break;
        }
        outcome
    }
}
