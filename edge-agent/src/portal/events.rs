//! The live stream: what to look at again, to one browser or script.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event as Frame;
use edge_api::events::Event;
use futures_util::stream::{self, Stream};
use http::HeaderMap;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior};

use super::app::{App, now};
use super::caller::{Caller, Proof};
use super::feed::Numbered;

/// Proxies and browsers give up on silence after half a minute or more; a session that ended elsewhere stops hearing
/// news within this time too.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// By which browsers say what they heard last.
const LAST_HEARD: &str = "last-event-id";

pub(super) async fn follow(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Frame, Infallible>>> {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once; the stream has its own beginning.
    heartbeat.reset();
    let last_heard = headers.get(LAST_HEARD).and_then(|id| id.to_str().ok());
    let (first, live) = app.feed.follow(last_heard);
    let listener = Listener {
        first,
        live,
        proof: caller.proof().clone(),
        heartbeat,
        app,
    };
    Sse::new(stream::unfold(listener, |mut listener| async move {
        let frame = listener.next().await?;
        Some((Ok(frame), listener))
    }))
}

struct Listener {
    app: App,
    /// What is said before anything that happens from now on.
    first: VecDeque<Numbered>,
    live: Receiver<Numbered>,
    proof: Proof,
    heartbeat: Interval,
}

impl Listener {
    async fn next(&mut self) -> Option<Frame> {
        if let Some(event) = self.first.pop_front() {
            return Some(self.frame(&event));
        }
        tokio::select! {
            biased;
            () = self.app.stop.cancelled() => None,
            event = self.live.recv() => match event {
                Ok(event) => Some(self.frame(&event)),
                Err(RecvError::Lagged(_)) => {
                    let (first, live) = self.app.feed.follow(None);
                    (self.first, self.live) = (first, live);
                    self.first.pop_front().map(|event| self.frame(&event))
                }
                Err(RecvError::Closed) => None,
            },
            _ = self.heartbeat.tick() => {
                let holds = self.proof.holds(&self.app, now()).await.ok()?;
                holds.then(|| Frame::default().comment("alive"))
            }
        }
    }

    fn frame(&self, (number, event): &Numbered) -> Frame {
        frame(event).id(self.app.feed.id(*number))
    }
}

fn frame(event: &Event) -> Frame {
    let data = serde_json::to_string(event).expect("an event is words and ids");
    Frame::default().event(event.name()).data(data)
}
