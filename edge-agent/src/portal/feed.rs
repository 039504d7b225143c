//! The agent's news in the contract's words, numbered, and the last of it kept: a browser that comes back after a short
//! break says what it heard last, and is told what it missed instead of having to look at everything again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use edge_api::events::Event;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver};
use tokio_util::sync::CancellationToken;
use ulid::Ulid;

use crate::news::News;

/// How many events are kept. A break during which more happened is repaired by looking at everything.
const KEPT: usize = 512;

/// One event with its number on this agent's stream.
pub(super) type Numbered = (u64, Event);

/// The stream that everybody hears; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Feed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Differs with each start: numbers begin again, and what was missed meanwhile is not known.
    run: String,
    kept: Mutex<Kept>,
    tell: broadcast::Sender<Numbered>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Number of the newest event.
    newest: u64,
    last: VecDeque<Numbered>,
}

impl Feed {
    /// Nothing has happened yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            run: Ulid::new().to_string(),
            kept: Mutex::default(),
            tell: broadcast::channel(KEPT).0,
        }))
    }

    /// Passes `news` on until `stop`.
    pub(crate) async fn keep(self, mut news: Receiver<News>, stop: CancellationToken) {
        loop {
            let heard = stop.run_until_cancelled(news.recv()).await;
            match heard {
                Some(Ok(news)) => self.tell(event(news)),
                Some(Err(RecvError::Lagged(_))) => self.tell(Event::Everything),
                None | Some(Err(RecvError::Closed)) => return,
            }
        }
    }

    fn tell(&self, event: Event) {
        let mut kept = self.kept();
        kept.newest += 1;
        let numbered = (kept.newest, event);
        if kept.last.len() >= KEPT {
            kept.last.pop_front();
        }
        kept.last.push_back(numbered.clone());
        // Still under the lock: whoever begins to follow has each event once. That nobody follows is fine.
        let _ = self.0.tell.send(numbered);
    }

    /// Follows from now on, and says what comes first: what was missed since `last_heard`, or to look at everything.
    pub(super) fn follow(
        &self,
        last_heard: Option<&str>,
    ) -> (VecDeque<Numbered>, Receiver<Numbered>) {
        let kept = self.kept();
        let receiver = self.0.tell.subscribe();
        let everything = || VecDeque::from([(kept.newest, Event::Everything)]);
        let missed = last_heard.and_then(|id| self.missed(&kept, id));
        (missed.unwrap_or_else(everything), receiver)
    }

    /// What came after the event with this id; `None` when that is not known.
    fn missed(&self, kept: &Kept, id: &str) -> Option<VecDeque<Numbered>> {
        let (run, number) = id.split_once('-')?;
        let number: u64 = number.parse().ok().filter(|_| run == self.0.run)?;
        let oldest = kept
            .last
            .front()
            .map_or(kept.newest + 1, |(first, _)| *first);
        if number > kept.newest || number + 1 < oldest {
            return None;
        }
        let later = kept.last.iter().filter(|(one, _)| *one > number);
        Some(later.cloned().collect())
    }

    /// How an event's number is written on the stream.
    pub(super) fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.0.run)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn event(news: News) -> Event {
    match news {
        News::RoomChanged { room, .. } | News::RoomVerified { room } => Event::Room { room },
        News::LinksChanged { display }
        | News::DisplayChanged { display }
        | News::BatteryTurned { display }
        | News::ButtonPressed { display, .. } => Event::Sign { display },
        News::HubsChanged => Event::Hubs,
        News::IntegrationChanged => Event::Integration,
        News::RelayChanged => Event::Relay,
        News::LayoutsChanged => Event::Layouts,
        News::ReceiptClosed { display } => Event::Receipt { display },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(events: &VecDeque<Numbered>) -> Vec<u64> {
        events.iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn whoever_comes_back_hears_what_was_missed_and_goes_on() {
        let feed = Feed::new();
        let (first, _) = feed.follow(None);
        assert_eq!(first, [(0, Event::Everything)]);
        feed.tell(Event::Hubs);
        feed.tell(Event::Relay);
        let (missed, mut live) = feed.follow(Some(&feed.id(1)));
        assert_eq!(missed, [(2, Event::Relay)]);
        feed.tell(Event::Layouts);
        assert_eq!(live.try_recv().unwrap(), (3, Event::Layouts));
        assert!(live.try_recv().is_err());
        assert!(feed.follow(Some(&feed.id(3))).0.is_empty());
        assert_eq!(numbers(&feed.follow(Some(&feed.id(0))).0), [1, 2, 3]);
    }

    #[test]
    fn what_is_not_known_any_more_means_to_look_at_everything() {
        let feed = Feed::new();
        let before_the_first = feed.id(0);
        for _ in 0..=KEPT {
            feed.tell(Event::Hubs);
        }
        let newest = KEPT as u64 + 1;
        assert_eq!(feed.follow(Some(&feed.id(1))).0.len(), KEPT);
        for id in [
            before_the_first.as_str(),
            &feed.id(newest + 1),
            &Feed::new().id(newest),
            "",
            "-",
            &feed.id(newest).replace('-', ""),
            "01ARZ3NDEKTSV4RRFFQ69G5FAV-x",
        ] {
            assert_eq!(
                feed.follow(Some(id)).0,
                [(newest, Event::Everything)],
                "{id}"
            );
        }
    }
}
