//! Hubs: who is paired, who is connected, what each display shall show and does show.
//!
//! Hubs dial. A hub's key is looked up after the handshake; one that is not paired hears why it is sent away and
//! nothing else. A paired one says what it has, and is sent what it lacks (desired against reported). What it reports
//! is taken down and closes the receipts of the changes that have reached a glass.

mod announce;
mod battery;
mod desired;
mod fleet;
mod freshener;
mod incarnation;
pub(crate) mod keys;
mod listener;
mod live_keys;
mod needs;
mod outgoing;
mod pairing;
mod pictures;
pub(crate) mod recovery;
pub(crate) mod registry;
mod sending;
mod server;
mod session;
mod setting;
mod standing;
#[cfg(test)]
mod tests;
mod views;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use edge_api::hubs::Pairing;
use edge_api::id::{DisplayId, HubId, RoomId};
use frame::{NotAPanel, Rotation};
use hub_link::agent_end::AgentEndpoint;
use hub_link::close::CloseReason;
use hub_link::code::{NotACode, PairingCode};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::views::{DisplayView, HubView};

use self::fleet::Fleet;
use self::freshener::Freshener;
use self::keys::{Keyring, KeyringError};
use self::live_keys::KeyFollower;
use self::needs::Rooms;
use self::pairing::{PairingWindow, Wanted};
use self::pictures::Pictures;
use self::registry::{Registry, SessionOrder};
use self::server::Server;
use self::standing::Standings;
use crate::news::{Bus, News};
use crate::rooms::drawer::{DrawError, Drawer, Drawing, Urgency};
use crate::rooms::fonts::SignFonts;
use crate::rooms::freshness;
use crate::rooms::listed;
use crate::rooms::plan::Planner;
use crate::rooms::subject::{Subject, SubjectError};
use crate::store::{Display, NotLinked, Store, StoreError};

/// How long a display shows which one it is: time to walk past a few doors.
const IDENTIFY_FOR: Duration = Duration::from_secs(20);

/// What hubs are served with.
#[derive(Clone, Debug)]
pub(crate) struct HubsConfig {
    /// UDP address that hubs dial; port 0 takes any.
    pub(crate) listen: SocketAddr,
    /// Where else hubs may find this agent, `HOST:PORT`: a second network, a name. Hubs are told.
    pub(crate) addresses: Vec<String>,
    /// Which copy of the agent this is.
    pub(crate) instance: Vec<u8>,
    /// What signs are written with.
    pub(crate) fonts: SignFonts,
}

/// Why hubs cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartHubsError {
    #[error("read or make the keys that hubs know this agent by")]
    Keys(#[from] KeyringError),
    #[error("find out which copy of the agent this is")]
    Store(#[from] StoreError),
    #[error("open the port for hubs")]
    Bind(#[from] hub_link::BindError),
    #[error("read which port hubs dial")]
    LocalAddress(#[source] std::io::Error),
    #[error("start the thread that draws signs")]
    Drawer(#[source] std::io::Error),
}

/// Why a code was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PairError {
    #[error(transparent)]
    NotACode(#[from] NotACode),
    #[error("there is no such hub to replace; reload the page")]
    UnknownHub,
    #[error("read what is known of hubs")]
    Store(#[from] StoreError),
}

/// Why a display was not linked, identified or looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DisplayError {
    #[error("there is no such display; reload the page")]
    UnknownDisplay,
    #[error("there is no such hub; reload the page")]
    UnknownHub,
    #[error("there is no such room; reload the page")]
    UnknownRoom,
    #[error("there is no such layout; choose another one")]
    UnknownLayout,
    #[error("the display's hub is away; try again when it is connected")]
    HubAway,
    #[error("the hub describes a panel that this version does not know")]
    Panel(#[from] NotAPanel),
    #[error(transparent)]
    Subject(#[from] SubjectError),
    #[error("draw the picture")]
    Draw(#[from] DrawError),
    #[error("read or write what is known of the display")]
    Store(#[from] StoreError),
}

#[derive(Debug)]
struct Inner {
    rooms: Rooms,
    window: PairingWindow,
    local_addr: SocketAddr,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A handle on everything about hubs and displays; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Hubs(Arc<Inner>);

impl Hubs {
    /// Opens the port, starts planning, and serves hubs on `tasks` until `stop`. Call it inside a runtime.
    ///
    /// The keys, by which hubs know it, are in `keys_dir`.
    pub(crate) async fn start(
        config: HubsConfig,
        store: Store,
        bus: Bus,
        keys_dir: &Path,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, StartHubsError> {
        let keys = Keyring::load(keys_dir)?;
        let standings = Standings::load(store.clone(), config.instance).await?;
        let endpoint = Arc::new(AgentEndpoint::bind(config.listen, &keys.identities())?);
        let local_addr = endpoint
            .local_addr()
            .map_err(StartHubsError::LocalAddress)?;
        let registry = Registry::default();
        let (follower, keys) = KeyFollower::new(
            keys_dir.to_owned(),
            keys,
            Arc::clone(&endpoint),
            registry.clone(),
        );
        let rooms = Rooms {
            drawer: Drawer::start(config.fonts).map_err(StartHubsError::Drawer)?,
            registry,
            pictures: Pictures::new(store.clone()),
            fleet: Fleet::default(),
            standings: standings.clone(),
            keys: keys.clone(),
            addresses: Arc::new(config.addresses),
            store,
            bus,
        };
        tasks.spawn(stop.clone().run_until_cancelled_owned(standings.settle()));
        tasks.spawn(stop.clone().run_until_cancelled_owned(follower.run()));
        tasks.spawn(announce::run(local_addr, keys, stop.clone()));
        let window = PairingWindow::default();
        // First the planner, so that it hears of the displays that the first hub brings.
        Planner::start(
            rooms.store.clone(),
            &rooms.bus,
            rooms.drawer.clone(),
            rooms.registry.clone(),
            tasks,
            stop.clone(),
        );
        let freshener = Freshener {
            store: rooms.store.clone(),
            drawer: rooms.drawer.clone(),
            registry: rooms.registry.clone(),
        };
        let news = rooms.bus.follow();
        tasks.spawn(stop.clone().run_until_cancelled_owned(freshener.run(news)));
        let server = Server {
            endpoint,
            rooms: rooms.clone(),
            window: window.clone(),
        };
        tasks.spawn(server.run(stop.clone()));
        Ok(Self(Arc::new(Inner {
            rooms,
            window,
            local_addr,
            tasks: tasks.clone(),
            stop,
        })))
    }

    /// Where hubs dial.
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.0.local_addr
    }

    /// Waits ten minutes for the hub that shows `code`; without one, a code is drawn for a hub to be started with. With
    /// `replaces`, the hub takes the place of a broken one. What comes of it is in [`Self::pairing_state`];
    /// [`News::HubsChanged`] tells when to look.
    pub(crate) async fn pair(
        &self,
        code: Option<&str>,
        name: Option<String>,
        replaces: Option<HubId>,
    ) -> Result<(), PairError> {
        if let Some(broken) = &replaces
            && self.0.rooms.store.hub(broken).await?.is_none()
        {
            return Err(PairError::UnknownHub);
        }
        let wanted = Wanted {
            name: name.unwrap_or_default(),
            replaces,
            shown: code.is_none(),
        };
        let code: PairingCode = match code {
            Some(code) => code.parse()?,
            None => PairingCode::draw(),
        };
        self.0.window.open(code, wanted, now());
        let bus = self.0.rooms.bus.clone();
        bus.send(News::HubsChanged);
        let over = async move {
            tokio::time::sleep(pairing::OPEN_FOR.unsigned_abs()).await;
            bus.send(News::HubsChanged);
        };
        self.0
            .tasks
            .spawn(self.0.stop.clone().run_until_cancelled_owned(over));
        Ok(())
    }

    /// Waits for no hub any more.
    pub(crate) fn stop_pairing(&self) {
        self.0.window.close();
        self.0.rooms.bus.send(News::HubsChanged);
    }

    /// Forgets a hub and its displays, and ends its connection at once. Answers its name.
    pub(crate) async fn forget(&self, hub: &HubId) -> Result<String, DisplayError> {
        let rooms = &self.0.rooms;
        let name = rooms.store.forget_hub(hub).await?;
        // Even if it was gone already: no connection of it may be left.
        rooms.registry.end(hub, CloseReason::Revoked);
        rooms.fleet.forget(hub);
        rooms.bus.send(News::HubsChanged);
        name.ok_or(DisplayError::UnknownHub)
    }

    /// Gives a hub another name.
    pub(crate) async fn rename(&self, hub: &HubId, name: &str) -> Result<(), DisplayError> {
        if !self.0.rooms.store.rename_hub(hub, name).await? {
            return Err(DisplayError::UnknownHub);
        }
        self.0.rooms.bus.send(News::HubsChanged);
        Ok(())
    }

    /// Has a hub start its program again.
    pub(crate) async fn reboot(&self, hub: &HubId) -> Result<(), DisplayError> {
        let rooms = &self.0.rooms;
        if rooms.store.hub(hub).await?.is_none() {
            return Err(DisplayError::UnknownHub);
        }
        if rooms.registry.tell(hub, SessionOrder::Reboot) {
            Ok(())
        } else {
            Err(DisplayError::HubAway)
        }
    }

    /// What became of the code that was typed last.
    pub(crate) fn pairing_state(&self) -> Pairing {
        self.0.window.state(now())
    }

    /// Every display of every paired hub.
    pub(crate) async fn displays(&self) -> Result<Vec<Display>, StoreError> {
        self.0.rooms.store.displays().await
    }

    /// Shows a room on a display, or nothing.
    pub(crate) async fn link(
        &self,
        display: &DisplayId,
        room: Option<&RoomId>,
    ) -> Result<(), DisplayError> {
        match self.0.rooms.store.link_display(display, room).await? {
            Ok(()) => {
                self.look_again(display);
                Ok(())
            }
            Err(NotLinked::UnknownDisplay) => Err(DisplayError::UnknownDisplay),
            Err(NotLinked::UnknownRoom) => Err(DisplayError::UnknownRoom),
        }
    }

    /// What the glass shows, as the hub last reported it, mark included; `None` while nothing is known of it, or it
    /// shows a picture of the hub's own.
    pub(crate) async fn glass_png(
        &self,
        display: &DisplayId,
    ) -> Result<Option<Vec<u8>>, DisplayError> {
        let rooms = &self.0.rooms;
        let display = rooms
            .store
            .display(display)
            .await?
            .ok_or(DisplayError::UnknownDisplay)?;
        let Some(shown) = display.shown else {
            return Ok(None);
        };
        let Some(picture) = rooms.store.frame(shown.frame).await? else {
            return Ok(None);
        };
        let mut bitmap = picture.bitmap;
        if let Some(since) = shown.marked_since {
            let subject =
                Subject::load(&rooms.store, &display, &mut listed::Rooms::default()).await?;
            let (drawing, block) = freshness::mark(since, &subject);
            let mark = rooms
                .drawer
                .draw(Urgency::Now, drawing, subject.panel)
                .await?;
            bitmap.blit(&mark.bitmap, block.x, block.y);
        }
        Ok(Some(bitmap.to_png()))
    }

    /// Has a display show which one it is, for a while.
    pub(crate) async fn identify(&self, display: &DisplayId) -> Result<(), DisplayError> {
        let rooms = &self.0.rooms;
        let display = rooms
            .store
            .display(display)
            .await?
            .ok_or(DisplayError::UnknownDisplay)?;
        let hub = rooms.store.hub(&display.hub).await?;
        let room = match &display.room {
            Some(room) => rooms.store.room(room).await?,
            None => None,
        };
        let drawing = Drawing::Notice {
            title: display.key.clone(),
            lines: [hub.map(|hub| hub.name), room.map(|room| room.name)]
                .into_iter()
                .flatten()
                .collect(),
            rotation: Rotation::from_degrees(display.settings.rotation.into()).unwrap_or_default(),
        };
        let picture = rooms
            .drawer
            .draw(Urgency::Now, drawing, display.panel.parse()?)
            .await?;
        rooms.store.keep_frame(Arc::clone(&picture)).await?;
        let order = SessionOrder::Identify {
            key: display.key,
            picture,
            for_: IDENTIFY_FOR,
        };
        if rooms.registry.tell(&display.hub, order) {
            Ok(())
        } else {
            Err(DisplayError::HubAway)
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a pairing window is open for a time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
