//! The live stream: turns the agent's events into counters that pages watch.

use edge_api::events::Event;
use edge_api::route;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::select_all;
use gloo_net::eventsource::State;
use gloo_net::eventsource::futures::EventSource;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::client::Api;
use crate::topic::Topic;

/// How often the stream's health is looked at, and how long to wait before opening it again, in milliseconds.
const LOOK: i32 = 3_000;

/// What was heard of each topic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    heard: [RwSignal<u32>; Topic::ALL.len()],
    /// Whether the stream stands.
    pub(crate) live: RwSignal<bool>,
}

impl Feed {
    /// Nothing was heard yet. Made once, above all pages; [`Feed::listen`] fills it.
    pub(crate) fn new() -> Self {
        Self {
            heard: Topic::ALL.map(|_| RwSignal::new(0)),
            live: RwSignal::new(true),
        }
    }

    /// The feed of this portal, which the app provides.
    pub(crate) fn here() -> Self {
        use_context().expect("App provides the feed before it draws any page")
    }

    /// Makes the reader run again when something is heard of `topic`.
    pub(crate) fn follow(self, topic: Topic) {
        self.heard[topic as usize].track();
    }

    /// Tells the followers of these topics.
    pub(crate) fn tell(self, topics: &[Topic]) {
        for topic in topics {
            self.heard[*topic as usize].update(|heard| *heard = heard.wrapping_add(1));
        }
    }

    /// Listens for as long as the owner it is called under lives.
    pub(crate) fn listen(self, api: Api) {
        let wanted = StoredValue::new(());
        spawn_local(async move {
            while wanted.try_get_value().is_some() {
                self.hear_until_closed(wanted).await;
                self.live.set(false);
                browser::sleep(LOOK).await;
                if wanted.try_get_value().is_some() {
                    // A stream that the agent refuses looks like one that broke; this tells a session that has ended.
                    let _ = api.session().await;
                }
            }
            self.live.set(true);
        });
    }

    async fn hear_until_closed(self, wanted: StoredValue<()>) {
        let Ok(mut source) = EventSource::new(route::EVENTS) else {
            return;
        };
        let subscriptions: Vec<_> = Event::NAMES
            .iter()
            .filter_map(|name| source.subscribe(*name).ok())
            .collect();
        let mut events = select_all(subscriptions);
        let mut pause = Box::pin(browser::sleep(LOOK));
        while wanted.try_get_value().is_some() {
            match select(events.next(), pause).await {
                Either::Left((Some(Ok((name, _))), rest)) => {
                    self.live.set(true);
                    self.tell(Topic::of(&name));
                    pause = rest;
                }
                Either::Left(_) => return,
                Either::Right(_) => {
                    // The browser opens a broken stream again by itself, unless the agent refused it.
                    match source.state() {
                        State::Closed => return,
                        state => self.live.set(state == State::Open),
                    }
                    pause = Box::pin(browser::sleep(LOOK));
                }
            }
        }
    }
}
