//! The browser is back: fetch Google's answer, redeem it, store the grant.

use google_calendar::Tokens;
use google_calendar::oauth::scopes;
use jiff::{SignedDuration, Timestamp};
use relay_contract::answer::Outcome;
use subtle::ConstantTimeEq;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{info, warn};
use ulid::Ulid;

use crate::google::accounts::ConnectedAccount;
use crate::google::{Google, RelaySide};
use crate::news::News;
use crate::relay::{Acknowledgement, SealedAnswer, open_answer};
use crate::store::{FlowProgress, NewGrant, StoredAccess, StoredFlow};

use super::errors::FinishError;
use super::hash;
use super::secrets::FlowSecrets;

/// Between two looks into the relay's inbox.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

impl<R: RelaySide> Google<R> {
    /// Finishes the sign-in `flow_id` for the browser that holds the flow's cookie and the session that began it.
    ///
    /// Waits up to ten seconds for the answer. What was decided is acknowledged at the relay; an answer that never came
    /// leaves the sign-in open, so that the page can be loaded again.
    pub(crate) async fn finish(
        &self,
        flow_id: &str,
        cookie_value: Option<&str>,
        session: &str,
        now: Timestamp,
    ) -> Result<ConnectedAccount, FinishError> {
        let _one_at_a_time = self.inner.finishing.lock().await;
        let flow = self
            .inner
            .store
            .flow(flow_id)
            .await?
            .ok_or(FinishError::Unknown)?;
        if !belongs(&flow, cookie_value, session) {
            return Err(FinishError::OtherBrowser);
        }
        if flow.expires_at <= now {
            return Err(FinishError::Unknown);
        }
        match flow.progress {
            FlowProgress::Open => {}
            FlowProgress::Redeeming => {
                self.close(flow_id, FlowProgress::Redeeming).await?;
                self.drop_answer(flow_id).await;
                return Err(FinishError::Interrupted);
            }
            FlowProgress::Done => {
                self.drop_answer(flow_id).await;
                return Err(FinishError::AlreadyUsed);
            }
        }
        let answer = self.await_answer(flow_id).await?;
        let outcome = self.use_answer(&flow, &answer, now).await;
        if outcome.is_err() {
            // A code that was sent to Google, or an answer that is of no use, does not get better by waiting.
            self.close(flow_id, FlowProgress::Open).await?;
            self.close(flow_id, FlowProgress::Redeeming).await?;
        }
        self.acknowledge_answer(answer.id).await;
        outcome
    }

    /// Looks into the inbox until the answer is there.
    async fn await_answer(&self, flow_id: &str) -> Result<SealedAnswer, FinishError> {
        let deadline = Instant::now() + self.inner.answer_wait;
        let mut failed = None;
        while Instant::now() < deadline {
            match timeout_at(deadline, self.inner.relay.oauth_answer(flow_id)).await {
                Ok(Ok(Some(answer))) => return Ok(answer),
                Ok(Ok(None)) => failed = None,
                Ok(Err(error)) => failed = Some(error),
                Err(_) => break,
            }
            sleep(LOOK_AGAIN.min(deadline.saturating_duration_since(Instant::now()))).await;
        }
        Err(failed.map_or(FinishError::NoAnswer, FinishError::Relay))
    }

    async fn use_answer(
        &self,
        flow: &StoredFlow,
        sealed: &SealedAnswer,
        now: Timestamp,
    ) -> Result<ConnectedAccount, FinishError> {
        let secrets = FlowSecrets::open(&self.inner.store, &flow.id, &flow.secrets)?;
        let answer = open_answer(&secrets.flow_secret, &secrets.state, &sealed.sealed)?;
        let code = match answer.outcome {
            Outcome::Code(code) => code,
            Outcome::Error(error) if error == "access_denied" => return Err(FinishError::Declined),
            Outcome::Error(error) => return Err(FinishError::RefusedByGoogle { error }),
        };
        let oauth = self
            .oauth()
            .filter(|oauth| oauth.client_id() == secrets.client_id)
            .ok_or(FinishError::AppChanged)?;
        let store = &self.inner.store;
        if !store
            .advance_flow(&flow.id, FlowProgress::Open, FlowProgress::Redeeming)
            .await?
        {
            return Err(FinishError::AlreadyUsed);
        }
        let tokens = oauth
            .exchange(&code, &secrets.begin())
            .await
            .map_err(redeem_error)?;
        if !tokens.grants_calendar() {
            return Err(FinishError::MissingPermission);
        }
        let id_token = tokens.id_token.as_deref().unwrap_or_default();
        let identity = oauth
            .check_id_token(id_token, &secrets.nonce, self.time_at_google(now))
            .await
            .map_err(FinishError::Identity)?;
        let email = identity.email.unwrap_or_else(|| identity.subject.clone());
        let grant = new_grant(tokens, &secrets, identity.subject, email.clone(), now)?;
        let id = store.save_grant(&flow.id, grant).await?;
        info!(account = id, "a Google account was connected");
        self.inner.bus.send(News::IntegrationChanged);
        Ok(ConnectedAccount { id, email })
    }

    async fn close(&self, flow_id: &str, from: FlowProgress) -> Result<(), FinishError> {
        self.inner
            .store
            .advance_flow(flow_id, from, FlowProgress::Done)
            .await?;
        Ok(())
    }

    /// A used state that came again is dropped at the relay, too.
    async fn drop_answer(&self, flow_id: &str) {
        if let Ok(Some(answer)) = self.inner.relay.oauth_answer(flow_id).await {
            self.acknowledge_answer(answer.id).await;
        }
    }

    /// An answer that cannot be acknowledged expires at the relay by itself.
    async fn acknowledge_answer(&self, id: String) {
        if let Err(error) = self
            .inner
            .relay
            .acknowledge(vec![Acknowledgement::Oauth { id }])
            .await
        {
            warn!(%error, "a used sign-in answer stays at the relay until it expires");
        }
    }
}

fn belongs(flow: &StoredFlow, cookie_value: Option<&str>, session: &str) -> bool {
    let cookie = hash(cookie_value.unwrap_or_default()).ct_eq(&flow.cookie_hash);
    let session = hash(session).ct_eq(&flow.session_hash);
    (cookie & session).into()
}

fn redeem_error(error: google_calendar::Error) -> FinishError {
    match error {
        google_calendar::Error::Reauthorise { reason } => FinishError::CodeRefused { reason },
        google_calendar::Error::WrongClient { reason } => FinishError::WrongClient { reason },
        other => FinishError::Redeem(other),
    }
}

fn new_grant(
    tokens: Tokens,
    asked: &FlowSecrets,
    subject: String,
    email: String,
    now: Timestamp,
) -> Result<NewGrant, FinishError> {
    let until = |lifetime| {
        now.checked_add(SignedDuration::try_from(lifetime).ok()?)
            .ok()
    };
    // Told only where it is not all that was asked for.
    let scopes = match &tokens.scopes {
        Some(granted) => granted.join(" "),
        None => scopes(asked.with_rooms).collect::<Vec<_>>().join(" "),
    };
    Ok(NewGrant {
        new_id: format!("acct_{}", Ulid::new()),
        subject,
        email,
        scopes,
        refresh_token: tokens.refresh_token.ok_or(FinishError::NoRefreshToken)?,
        access: StoredAccess {
            token: tokens.access_token,
            expires: until(tokens.expires_in).unwrap_or(now),
        },
        ends_at: tokens.refresh_expires_in.and_then(until),
        at: now,
    })
}
