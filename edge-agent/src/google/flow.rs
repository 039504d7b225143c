//! One sign-in, from the portal's button to the stored grant.
//!
//! The address that the browser is sent to carries nothing that helps anybody else: verifier, nonce and flow key stay
//! here, sealed, for ten minutes. What comes back through the relay is bound to the flow key; whoever asks for it here
//! needs the flow's cookie and the admin session that began it. A code works once: the flow is marked before it is
//! redeemed, so that after a crash between redeeming and storing the answer is "connect again", not a riddle.

mod errors;
mod finish;
mod secrets;
mod without_callback;

use google_calendar::oauth::new_verifier;
use jiff::{SignedDuration, Timestamp};

use crate::relay::new_flow_key;
use crate::store::{FlowProgress, StoredFlow};

pub(crate) use self::errors::{BeginError, FinishError};
use self::secrets::{FlowSecrets, random_text};
pub(crate) use self::without_callback::{SHOWN, without_callback};
use super::{Google, RelaySide};

/// How long Google's pages may take the person.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in that has begun.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    /// Comes back in the browser's address.
    pub(crate) flow_id: String,
    /// Where to send the browser.
    pub(crate) authorise_url: String,
    /// For the flow's own cookie: `HttpOnly`, `Secure`, `SameSite=Lax`, ten minutes.
    pub(crate) cookie_value: String,
}

impl<R: RelaySide> Google<R> {
    /// Begins a sign-in from the portal at `origin`, for the admin session `session`; `with_rooms` asks for the
    /// organisation's list of rooms, too.
    pub(crate) async fn begin(
        &self,
        origin: &str,
        session: &str,
        with_rooms: bool,
        now: Timestamp,
    ) -> Result<Begun, BeginError> {
        let oauth = self.oauth().ok_or(BeginError::NoApp)?;
        let redirect_uri = self.inner.relay.redirect_uri().ok_or(BeginError::NoRelay)?;
        let (flow_secret, flow_key) = new_flow_key();
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let minted = self.inner.relay.mint_state(origin, flow_key, expires_at)?;
        let secrets = FlowSecrets {
            verifier: new_verifier(),
            nonce: random_text(),
            flow_secret,
            state: minted.state,
            redirect_uri,
            client_id: oauth.client_id().to_owned(),
            with_rooms,
        };
        let authorise_url = oauth
            .authorise_url(&secrets.begin())
            .map_err(BeginError::RedirectUri)?;
        let cookie_value = random_text();
        let flow = StoredFlow {
            cookie_hash: hash(&cookie_value),
            session_hash: hash(session),
            secrets: secrets.seal(&self.inner.store, &minted.flow_id)?,
            id: minted.flow_id.clone(),
            expires_at,
            progress: FlowProgress::Open,
        };
        self.inner.store.save_flow(flow, now).await?;
        Ok(Begun {
            flow_id: minted.flow_id,
            authorise_url: authorise_url.into(),
            cookie_value,
        })
    }
}

/// What is stored of a cookie or a session: enough to know it again.
fn hash(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}
