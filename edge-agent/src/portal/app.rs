//! What every handler may use.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::feed::Feed;
use crate::google::Google;
use crate::hubs::Hubs;
use crate::news::Bus;
use crate::outbound::OutboundHttp;
use crate::relay::Relay;
use crate::rooms::preview::Previews;
use crate::security::{
    HalfWay, OwnNames, Passwords, PortalCertificate, SetupToken, Throttle, Trials,
};
use crate::store::Store;

/// A person mistypes a few times; a program guesses on and on.
const TRIES_AT_ONCE: u32 = 8;

/// With this, guessing a password of ten characters outlasts the building.
const NEXT_TRY_AFTER: Duration = Duration::from_secs(15);

/// The handles that the portal works with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) feed: Feed,
    pub(crate) relay: Relay,
    pub(crate) http: OutboundHttp,
    pub(crate) google: Google,
    pub(crate) hubs: Hubs,
    pub(crate) previews: Previews,
    pub(crate) names: OwnNames,
    pub(crate) certificate: PortalCertificate,
    pub(crate) trials: Trials,
    pub(crate) setup_token: SetupToken,
    /// The data folder, to be named to people.
    pub(crate) data: PathBuf,
    /// Ends live streams when the agent stops.
    pub(crate) stop: CancellationToken,
}

/// The state of the router; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    parts: Parts,
    pub(crate) passwords: Passwords,
    /// Wrong passwords.
    pub(crate) sign_in_tries: Throttle,
    /// Wrong setup tokens.
    pub(crate) setup_tries: Throttle,
    /// Passwords that were right, while the one-time code is still to come.
    pub(crate) half_way: HalfWay,
    /// Settings are compared with what was read, and changed, one after the other.
    pub(crate) editing: tokio::sync::Mutex<()>,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            passwords: Passwords::new(),
            sign_in_tries: Throttle::new(TRIES_AT_ONCE, NEXT_TRY_AFTER),
            setup_tries: Throttle::new(TRIES_AT_ONCE, NEXT_TRY_AFTER),
            half_way: HalfWay::default(),
            editing: tokio::sync::Mutex::default(),
        }))
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Deref for Inner {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// The clock, for handlers.
#[expect(
    clippy::disallowed_methods,
    reason = "handlers read the clock, and here is where"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
