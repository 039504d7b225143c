//! Coming to a relay and leaving it: enrolling, once more after the relay lost its table, staying up to date, leaving.

use std::sync::Arc;

use http::Method;
use relay_contract::call::Done;
use relay_contract::enrol::{EnrolRequest, Enrolled};
use relay_contract::error::ErrorCode;
use relay_contract::route;
use relay_contract::site::SiteVerification;
use sha2::{Digest, Sha256};
use tracing::{info, warn};

use super::Relay;
use super::call::{RelayError, chain};
use super::enrolment::{Enrolment, relay_address};
use super::instance::random;
use crate::store::EnrolmentRecord;

impl Relay {
    /// Enrols with a one-time invite. Repeating it after a crash or a lost answer gives the same enrolment; a new
    /// invite replaces the enrolment.
    ///
    /// At the same relay the agent shows who it was: a relay that has lost its table gives it its old name again, so that
    /// nothing has to be changed at Google.
    pub(crate) async fn enrol(
        &self,
        relay_url: &str,
        invite: &str,
    ) -> Result<Arc<Enrolment>, RelayError> {
        let _one_at_a_time = self.shared.changing.lock().await;
        let (base, host) = relay_address(relay_url)?;
        let invite = invite.trim();
        let store = &self.shared.store;
        let hash = Sha256::digest(invite.as_bytes()).into();
        let key = store.enrolment_key(&base, hash, random()).await?;
        let former = self.enrolment().filter(|e| e.relay_host() == host);
        // Two relays, or two invites, are two agents: each begins at epoch 1. The same agent goes on where it was.
        let epoch = former.as_ref().map_or(1, |former| former.epoch());
        let instance = self.shared.client.instance().clone();
        let signing = ed25519_dalek::SigningKey::from_bytes(&key);
        let mut body = EnrolRequest::new(&signing, &host, invite, epoch, instance.clone());
        if let Some(former) = &former {
            body = body.with_former(&signing, &host, former.agent_id(), former.keys());
        }
        let url = format!("{base}{}{}", route::AGENTS, route::ENROL);
        let request = self.shared.client.http().client().post(url).json(&body);
        let enrolled: Enrolled = self.shared.client.finish(request).await?;
        let record = EnrolmentRecord {
            enrolled,
            key,
            next_key: None,
            epoch,
            instance: Some(instance),
            origins: Vec::new(),
        };
        let enrolment = Enrolment::new(&record)?;
        store.save_enrolment(record).await?;
        info!(agent = %enrolment.agent_id(), relay = base, "enrolled at the relay");
        self.shared.activate(enrolment, Vec::new());
        let enrolment = self.shared.enrolment().ok_or(RelayError::NotEnrolled)?;
        if let Err(error) = self.shared.register_origins(&enrolment).await {
            warn!(
                error = chain(&error),
                "the relay does not know the portal's addresses yet"
            );
        }
        Ok(enrolment)
    }

    /// Leaves the relay: it forgets the agent, and the agent the relay.
    ///
    /// With `unheard` the agent forgets the relay although that cannot be told now; the relay's operator removes what
    /// remains there.
    pub(crate) async fn leave(&self, unheard: bool) -> Result<Arc<Enrolment>, RelayError> {
        let _one_at_a_time = self.shared.changing.lock().await;
        let enrolment = self.enrolment().ok_or(RelayError::NotEnrolled)?;
        let left: Result<Done, _> = self
            .shared
            .client
            .call(&enrolment, Method::POST, route::LEAVE, None::<&()>)
            .await;
        match left {
            Ok(Done {}) => {}
            // It has forgotten us already: the answer to the first attempt was lost, or its table was.
            Err(RelayError::Refused {
                code: ErrorCode::Unauthorised,
                ..
            }) => {}
            Err(error) if unheard => {
                warn!(
                    error = chain(&error),
                    "left without the relay hearing of it"
                );
            }
            Err(error) => return Err(error),
        }
        self.shared.store.forget_enrolment().await?;
        self.shared.deactivate();
        info!(agent = %enrolment.agent_id(), "left the relay");
        Ok(enrolment)
    }

    /// What the relay shows to Google as a sign that its domain is the host owner's.
    pub(crate) async fn site_verification(&self) -> Result<SiteVerification, RelayError> {
        let enrolment = self.enrolment().ok_or(RelayError::NotEnrolled)?;
        let (method, path) = (Method::GET, route::SITE_VERIFICATION);
        let client = &self.shared.client;
        client.call(&enrolment, method, path, None::<&()>).await
    }

    /// Replaces it.
    pub(crate) async fn set_site_verification(
        &self,
        site: &SiteVerification,
    ) -> Result<SiteVerification, RelayError> {
        let enrolment = self.enrolment().ok_or(RelayError::NotEnrolled)?;
        let (method, path) = (Method::PUT, route::SITE_VERIFICATION);
        let client = &self.shared.client;
        client.call(&enrolment, method, path, Some(site)).await
    }
}
