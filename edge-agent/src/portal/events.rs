//! The live stream: the agent's news in the contract's words.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event as Frame;
use edge_api::events::Event;
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior};

use super::app::{App, now};
use super::caller::{Caller, Proof};
use crate::news::News;

/// Proxies and browsers give up on silence after half a minute or more; a session that ended elsewhere stops hearing
/// news within this time too.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) async fn follow(
    State(app): State<App>,
    caller: Caller,
) -> Sse<impl Stream<Item = Result<Frame, Infallible>>> {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once; the stream has its own beginning.
    heartbeat.reset();
    let listener = Listener {
        // Followed before "everything" is said: what changes in between is heard.
        news: app.bus.follow(),
        proof: caller.proof().clone(),
        heartbeat,
        begun: false,
        app,
    };
    Sse::new(stream::unfold(listener, |mut listener| async move {
        let frame = listener.next().await?;
        Some((Ok(frame), listener))
    }))
}

struct Listener {
    app: App,
    news: Receiver<News>,
    proof: Proof,
    heartbeat: Interval,
    begun: bool,
}

impl Listener {
    async fn next(&mut self) -> Option<Frame> {
        if !self.begun {
            self.begun = true;
            return Some(frame(&Event::Everything));
        }
        tokio::select! {
            biased;
            () = self.app.stop.cancelled() => None,
            news = self.news.recv() => match news {
                Ok(news) => Some(frame(&event(news))),
                Err(RecvError::Lagged(_)) => Some(frame(&Event::Everything)),
                Err(RecvError::Closed) => None,
            },
            _ = self.heartbeat.tick() => {
                let holds = self.proof.holds(&self.app, now()).await.ok()?;
                holds.then(|| Frame::default().comment("alive"))
            }
        }
    }
}

fn event(news: News) -> Event {
    match news {
        News::RoomChanged { room, .. } | News::RoomVerified { room } => Event::Room { room },
        News::LinksChanged { display }
        | News::DisplayChanged { display }
        | News::ButtonPressed { display, .. } => Event::Sign { display },
        News::HubsChanged => Event::Hubs,
        News::IntegrationChanged => Event::Integration,
        News::RelayChanged => Event::Relay,
        News::LayoutsChanged => Event::Layouts,
        News::ReceiptClosed { display } => Event::Receipt { display },
    }
}

fn frame(event: &Event) -> Frame {
    let data = serde_json::to_string(event).expect("an event is words and ids");
    Frame::default().event(event.name()).data(data)
}
