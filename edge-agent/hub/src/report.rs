//! Where displays leave what the agent should know.

use std::sync::{Arc, Mutex, PoisonError};

use hub_link::wire::to_agent::Kind;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A handle on the way to the agent; cheap to clone. While nobody is connected, reports are dropped: the next Hello
/// says what they would have said.
#[derive(Clone, Debug, Default)]
pub struct Reports(Arc<Mutex<Option<UnboundedSender<Kind>>>>);

impl Reports {
    pub fn send(&self, report: Kind) {
        let way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(way) = &*way {
            // The connection may just have ended; then the report is dropped like any other.
            let _ = way.send(report);
        }
    }

    /// From now on reports go to the receiver, and no longer to an earlier one.
    pub fn follow(&self) -> UnboundedReceiver<Kind> {
        let (send, receive) = unbounded_channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(send);
        receive
    }
}
