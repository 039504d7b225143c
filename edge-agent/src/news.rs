//! What the rooms of the agent tell each other.
//!
//! News carries no state, only "look again": whoever misses one (a lagging receiver) looks at everything, and is
//! right. State lives in the store.

use edge_api::id::{DisplayId, RoomId};
use jiff::Timestamp;
use tokio::sync::broadcast;

/// How many pieces of news a slow receiver may be behind before it has to look at everything.
const CAPACITY: usize = 1024;

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// A room's events differ from before; committed.
    RoomChanged { room: RoomId, trace: Trace },
    /// A room was listed and is right as of its `verified_at`; its events may be the same as before.
    RoomVerified { room: RoomId },
    /// A display was linked to a room, unlinked, or set to show something else or otherwise.
    LinksChanged { display: DisplayId },
    /// A layout was saved or deleted.
    LayoutsChanged,
    /// A hub reported what a display stores or shows.
    DisplayChanged { display: DisplayId },
    /// A display's battery has become low, or is so no more: its sign says so.
    BatteryTurned { display: DisplayId },
    /// Somebody pressed a button of a display; it is told once.
    ButtonPressed { display: DisplayId, button: u32 },
    /// A hub was paired, connected, or went away.
    HubsChanged,
    /// The Google app or an account changed.
    IntegrationChanged,
    /// The link to the relay came up, went down, or was set up.
    RelayChanged,
    /// A change has reached the glass of a display.
    ReceiptClosed { display: DisplayId },
}

/// When one change passed each hop on its way into the agent; the receipts are made of it.
///
/// All three are absent when nobody announced the change and a timer found it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The relay took Google's notification (the relay's clock).
    pub(crate) webhook_at: Option<Timestamp>,
    /// The hint, or the pull that found the signal, reached the agent.
    pub(crate) hint_at: Option<Timestamp>,
    /// The new events were committed.
    pub(crate) listed_at: Option<Timestamp>,
}

/// Where news is posted and followed; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Bus(broadcast::Sender<News>);

impl Bus {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }

    /// Tells everyone who follows; that nobody does is fine.
    pub(crate) fn send(&self, news: News) {
        // An error here only says that there is no receiver.
        let _ = self.0.send(news);
    }

    /// Follows from now on.
    pub(crate) fn follow(&self) -> broadcast::Receiver<News> {
        self.0.subscribe()
    }
}
