//! Connections of this very process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::{Message, WebSocket};
use relay_contract::encoding::to_base64url;
use tokio::sync::mpsc;

use super::{Downlink, PostError};
use crate::machine;

/// An agent that is so many hints behind does not read any more; it is cut off, reconnects and pulls.
const QUEUE: usize = 1024;

type Queues = Mutex<HashMap<String, mpsc::Sender<Message>>>;

/// Posts to the `WebSockets` that this process holds; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct LocalDownlink(Arc<Queues>);

/// The agent says more than agents do.
#[derive(Clone, Copy, Debug)]
pub struct TooMuch;

/// A connection that can be posted to; gone when dropped.
#[must_use = "the connection is closed when this is dropped"]
#[derive(Debug)]
pub struct Registration {
    id: String,
    queue: mpsc::Receiver<Message>,
    queues: Arc<Queues>,
}

impl LocalDownlink {
    /// Opens a queue under a new name, before the WebSocket itself is up: what is posted meanwhile waits.
    pub fn register(&self) -> Registration {
        let id = to_base64url(&machine::bytes::<16>());
        let (sender, queue) = mpsc::channel(QUEUE);
        lock(&self.0).insert(id.clone(), sender);
        Registration {
            id,
            queue,
            queues: Arc::clone(&self.0),
        }
    }

    /// Closes all connections, so that the agents look for another relay or for this one after its restart.
    pub fn close_all(&self) {
        lock(&self.0).clear();
    }
}

impl Downlink for LocalDownlink {
    async fn post(&self, connection: &str, text: String) -> Result<(), PostError> {
        let mut queues = lock(&self.0);
        let queue = queues.get(connection).ok_or(PostError::Gone)?;
        if queue.try_send(Message::text(text)).is_err() {
            queues.remove(connection);
            return Err(PostError::Gone);
        }
        Ok(())
    }

    async fn close(&self, connection: &str) {
        lock(&self.0).remove(connection);
    }
}

impl Registration {
    /// The connection's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Carries messages until either side ends; `answer` says what to reply to a text, and is asked about every other
    /// message as about an empty text.
    pub async fn carry(
        mut self,
        mut socket: WebSocket,
        mut answer: impl FnMut(&str) -> Result<Option<String>, TooMuch>,
    ) {
        loop {
            let outgoing = tokio::select! {
                message = self.queue.recv() => match message {
                    Some(message) => message,
                    None => break,
                },
                message = socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(message)) => match answer(message.to_text().unwrap_or_default()) {
                        Ok(Some(reply)) => Message::text(reply),
                        Ok(None) => continue,
                        Err(TooMuch) => break,
                    },
                },
            };
            if socket.send(outgoing).await.is_err() {
                return;
            }
        }
        // The other side may be gone already; then there is nobody to say goodbye to.
        let _ = socket.send(Message::Close(None)).await;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        lock(&self.queues).remove(&self.id);
    }
}

/// A panic elsewhere leaves the map whole.
fn lock(queues: &Queues) -> MutexGuard<'_, HashMap<String, mpsc::Sender<Message>>> {
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_registration_can_be_posted_to_until_it_is_dropped() {
        let downlink = LocalDownlink::default();
        let mut registration = downlink.register();
        let id = registration.id().to_owned();
        downlink.post(&id, "hint".into()).await.unwrap();
        assert_eq!(registration.queue.recv().await, Some(Message::text("hint")));
        drop(registration);
        assert_eq!(
            downlink.post(&id, "hint".into()).await,
            Err(PostError::Gone)
        );
    }

    #[tokio::test]
    async fn an_agent_that_does_not_read_is_cut_off() {
        let downlink = LocalDownlink::default();
        let registration = downlink.register();
        for _ in 0..QUEUE {
            downlink
                .post(registration.id(), "hint".into())
                .await
                .unwrap();
        }
        let refused = downlink.post(registration.id(), "hint".into()).await;
        assert_eq!(refused, Err(PostError::Gone));
        assert!(registration.queue.is_closed());
    }
}
