//! New keys: the agent's own, and those that the relay derives for it when its operator changes the master.
//!
//! The agent's new key is on disk before the relay hears of it, and the relay takes both until the new one is first
//! used. Killed at any moment, the agent finds both keys at its next start, tries the new one, and announces it again
//! where that is refused: one of the two always works.

use http::Method;
use relay_contract::call::Done;
use relay_contract::enrol::Enrolled;
use relay_contract::error::ErrorCode;
use relay_contract::rotate::{KeyUse, RotateKey};
use relay_contract::route;
use tracing::{info, warn};

use super::Relay;
use super::call::{RelayError, chain};
use super::enrolment::Enrolment;
use super::instance::random;
use super::shared::Shared;

impl Relay {
    /// Takes a new key into use.
    pub(crate) async fn rotate_key(&self) -> Result<(), RelayError> {
        let _one_at_a_time = self.shared.changing.lock().await;
        self.shared.store.begin_key_rotation(random()).await?;
        let record = self.shared.store.enrolment().await?;
        let record = record.ok_or(RelayError::NotEnrolled)?;
        finish_rotation(&self.shared, &Enrolment::new(&record)?).await
    }

    /// Tells the relay which versions of its keys the agent's channels were made with, if it does not know.
    pub(crate) async fn tell_key_use(&self, used: KeyUse) {
        let Some(enrolment) = self.enrolment() else {
            return;
        };
        let status = self.status();
        if status.connected_since.is_none() || !self.shared.is_news(&enrolment, &used) {
            return;
        }
        let client = &self.shared.client;
        let told: Result<Done, _> = client
            .call(&enrolment, Method::PUT, route::KEY_USE, Some(&used))
            .await;
        match told {
            Ok(Done {}) => self.shared.told(&enrolment, used),
            Err(error) if error.is_unknown_call() => self.shared.told(&enrolment, used),
            Err(error) => info!(
                error = chain(&error),
                "the relay does not know yet which of its keys are in use"
            ),
        }
    }
}

/// Ends a change of key that was begun; when this returns, the new key is in use. A relay that is older than such
/// changes keeps the old one.
pub(super) async fn finish_rotation(
    shared: &Shared,
    enrolment: &Enrolment,
) -> Result<(), RelayError> {
    let Some(as_new) = enrolment.with_next_key() else {
        return Ok(());
    };
    match make_known(shared, enrolment, &as_new).await {
        Ok(()) => keep(shared, true).await,
        Err(error) if error.is_unknown_call() => {
            keep(shared, false).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Has the relay know the new key, whether or not it has heard of it before.
async fn make_known(
    shared: &Shared,
    enrolment: &Enrolment,
    as_new: &Enrolment,
) -> Result<(), RelayError> {
    let used: Result<Enrolled, _> = shared
        .client
        .call(as_new, Method::GET, route::ENROLMENT, None::<&()>)
        .await;
    match used {
        Ok(_) => Ok(()),
        Err(RelayError::Refused {
            code: ErrorCode::Unauthorised,
            ..
        }) => {
            let agent = enrolment.agent_id();
            let announcement = RotateKey::new(as_new.key(), enrolment.relay_host(), agent);
            let heard: Result<Done, _> = shared
                .client
                .call(enrolment, Method::POST, route::KEY, Some(&announcement))
                .await;
            heard.map(|Done {}| ())
        }
        Err(error) => Err(error),
    }
}

/// Takes the new key into use, or forgets it, and has the link begin anew.
async fn keep(shared: &Shared, new: bool) -> Result<(), RelayError> {
    let record = shared.store.enrolment().await?;
    let mut record = record.ok_or(RelayError::NotEnrolled)?;
    let Some(next) = record.next_key.take() else {
        return Ok(());
    };
    if new {
        record.key = next;
    }
    let enrolment = Enrolment::new(&record)?;
    let origins = record.origins.clone();
    shared.store.save_enrolment(record).await?;
    info!(agent = %enrolment.agent_id(), new, "the key for the relay is settled");
    shared.activate(enrolment, origins);
    Ok(())
}

/// Asks what the enrolment says today, and takes it into use if it says something else: keys of a new master, or that
/// this agent speaks for the relay's domain now.
pub(super) async fn refresh(shared: &Shared, enrolment: &Enrolment) {
    if let Err(error) = try_refresh(shared, enrolment).await {
        if error.is_unknown_call() {
            return;
        }
        warn!(
            error = chain(&error),
            "the relay did not tell whether the enrolment has changed"
        );
    }
}

async fn try_refresh(shared: &Shared, enrolment: &Enrolment) -> Result<(), RelayError> {
    let today: Enrolled = shared
        .client
        .call(enrolment, Method::GET, route::ENROLMENT, None::<&()>)
        .await?;
    let _one_at_a_time = shared.changing.lock().await;
    let record = shared.store.enrolment().await?;
    let mut record = record.ok_or(RelayError::NotEnrolled)?;
    if record.enrolled == today || record.enrolled.agent != today.agent {
        return Ok(());
    }
    info!(keys = %today.keys.version, "the relay has changed the enrolment");
    record.enrolled = today;
    let enrolment = Enrolment::new(&record)?;
    let origins = record.origins.clone();
    shared.store.save_enrolment(record).await?;
    shared.activate(enrolment, origins);
    Ok(())
}
