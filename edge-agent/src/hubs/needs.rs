//! What every hub's session needs.

use std::sync::Arc;

use jiff::Timestamp;

use super::fleet::Fleet;
use super::live_keys::LiveKeys;
use super::pictures::Pictures;
use super::registry::Registry;
use super::standing::Standings;
use crate::news::Bus;
use crate::rooms::drawer::Drawer;
use crate::store::Store;

/// What every session needs.
#[derive(Clone, Debug)]
pub(super) struct Rooms {
    pub(super) store: Store,
    pub(super) bus: Bus,
    pub(super) drawer: Drawer,
    pub(super) registry: Registry,
    pub(super) pictures: Pictures,
    pub(super) fleet: Fleet,
    pub(super) standings: Standings,
    pub(super) keys: LiveKeys,
    /// Where else hubs may find this agent, `HOST:PORT`.
    pub(super) addresses: Arc<Vec<String>>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a session tells the hub the time and decides what is due"
)]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
