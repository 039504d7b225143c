//! Something fetched that stays up to date: fetched at once, and again when the feed tells of its topics.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::feed::Feed;
use crate::problem::Problem;
use crate::topic::Topic;

/// The latest answer of one route. A failed fetch keeps the answer before it, so that no page empties itself.
#[derive(Debug)]
pub(crate) struct Live<T: Send + Sync + 'static> {
    /// The last good answer.
    pub(crate) data: RwSignal<Option<T>>,
    /// Why the last fetch failed; absent when it did not.
    pub(crate) problem: RwSignal<Option<Problem>>,
    asked: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Live<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Live<T> {
    /// Fetches with `load` now and whenever something is heard of `topics`. One fetch at a time: what is heard
    /// during one makes one more.
    pub(crate) fn new<F, Fut>(topics: &'static [Topic], load: F) -> Self
    where
        F: Fn() -> Fut + 'static,
        Fut: Future<Output = Result<T, Problem>> + 'static,
    {
        let live = Self {
            data: RwSignal::new(None),
            problem: RwSignal::new(None),
            asked: RwSignal::new(0),
        };
        let feed = Feed::here();
        let load = Rc::new(load);
        let running = Rc::new(Cell::new(false));
        let again = Rc::new(Cell::new(false));
        Effect::new(move |_| {
            live.asked.track();
            topics.iter().for_each(|topic| feed.follow(*topic));
            again.set(true);
            if running.replace(true) {
                return;
            }
            let (load, running, again) = (Rc::clone(&load), Rc::clone(&running), Rc::clone(&again));
            spawn_local(async move {
                while again.replace(false) && live.take(load().await) {}
                running.set(false);
            });
        });
        live
    }

    /// Fetches again.
    pub(crate) fn refresh(self) {
        self.asked.update(|asked| *asked = asked.wrapping_add(1));
    }

    /// An answer that came another way, such as with a change.
    pub(crate) fn put(self, data: T) {
        self.take(Ok(data));
    }

    /// Keeps an answer; `false` when nobody is there for it any more.
    fn take(self, answer: Result<T, Problem>) -> bool {
        match answer {
            Ok(data) => {
                let same = self
                    .data
                    .try_with_untracked(|old| old.as_ref() == Some(&data));
                if same == Some(false) {
                    self.data.try_set(Some(data));
                }
                self.problem.try_set(None);
                same.is_some()
            }
            Err(problem) => self.problem.try_set(Some(problem)).is_none(),
        }
    }
}
