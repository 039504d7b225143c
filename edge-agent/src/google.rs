//! Google: the way out to it, the app that the administrator made, and the accounts that sign in.
//!
//! Bottom up: [`client_secret`] the file from Google's console · [`app`] what of it is
//! kept · [`relay_side`] what all this needs of the relay · [`flow`] one sign-in · [`accounts`] what came of them ·
//! [`guide`] the way there, step by step · [`room_by_address`] rooms that are on nobody's list.
//! [`Google`] is the handle that portal and sync hold.

mod accounts;
mod app;
mod client_secret;
mod clock;
mod flow;
mod guide;
mod relay_side;
mod room_by_address;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use google_calendar::{Calendar, Endpoints, OAuth};
use url::Url;

use crate::news::Bus;
use crate::outbound::OutboundHttp;
use crate::relay::Relay;
use crate::store::{Store, StoreError, StoredApp};

pub(crate) use self::accounts::{AccountState, AccountView};
pub(crate) use self::app::SaveAppError;
pub(crate) use self::client_secret::parse_client_secret;
pub(crate) use self::flow::{BeginError, FinishError, SHOWN};
use self::guide::ProvenHost;
pub(crate) use self::guide::steps;
pub(crate) use self::relay_side::RelaySide;
pub(crate) use self::room_by_address::AddRoomError;

/// How long a finish waits for the answer that the relay said it has: the browser is back a moment after it.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// A handle on all of Google but the calendars' contents; cheap to clone.
#[derive(Debug)]
pub(crate) struct Google<R = Relay> {
    inner: Arc<Inner<R>>,
}

impl<R> Clone for Google<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

#[derive(Debug)]
struct Inner<R> {
    store: Store,
    http: OutboundHttp,
    endpoints: Endpoints,
    relay: R,
    bus: Bus,
    app: ArcSwapOption<StoredApp>,
    /// How the last test of the relay's public host ended.
    host: ArcSwapOption<ProvenHost>,
    /// One finish at a time, so that a page loaded twice does not redeem twice.
    finishing: tokio::sync::Mutex<()>,
    answer_wait: Duration,
    /// Google's clock minus ours, in seconds.
    clock_skew: AtomicI64,
}

impl<R: RelaySide> Google<R> {
    /// Reads the saved app. Opens no connection.
    pub(crate) async fn start(
        store: Store,
        http: &OutboundHttp,
        endpoints: Endpoints,
        relay: R,
        bus: Bus,
    ) -> Result<Self, StoreError> {
        let app = store.google_app().await?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                http: http.clone(),
                endpoints,
                relay,
                bus,
                app: ArcSwapOption::from_pointee(app),
                host: ArcSwapOption::empty(),
                finishing: tokio::sync::Mutex::new(()),
                answer_wait: ANSWER_WAIT,
                clock_skew: AtomicI64::new(0),
            }),
        })
    }

    /// For tests that wait in vain on purpose.
    #[cfg(test)]
    pub(crate) fn with_answer_wait(mut self, wait: Duration) -> Self {
        let inner = Arc::get_mut(&mut self.inner).expect("set before the handle is cloned");
        inner.answer_wait = wait;
        self
    }

    /// The client for sign-ins and tokens; `None` until an app is saved.
    pub(crate) fn oauth(&self) -> Option<OAuth> {
        let app = self.inner.app.load_full()?;
        Some(OAuth::new(
            self.inner.http.client(),
            self.inner.endpoints.clone(),
            &app.client_id,
            &app.client_secret,
        ))
    }

    /// The relay that Google answers and posts through.
    pub(crate) fn relay(&self) -> &R {
        &self.inner.relay
    }

    /// Google's servers that the agent itself calls; browsers go to the others.
    pub(crate) fn servers(&self) -> [&Url; 5] {
        let Endpoints {
            token,
            certs,
            calendar,
            people,
            admin,
            ..
        } = &self.inner.endpoints;
        [token, certs, calendar, people, admin]
    }

    /// The client for calendars.
    pub(crate) fn calendar(&self) -> Calendar {
        Calendar::new(self.inner.http.client(), self.inner.endpoints.clone())
    }
}
