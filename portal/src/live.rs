//! Something fetched that stays up to date: fetched at once, and again when the feed tells of its topics.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Asked;
use crate::feed::Feed;
use crate::problem::Problem;
use crate::topic::Topic;

/// The latest answer of one route. A failed fetch keeps the answer before it, so that no page empties itself.
#[derive(Debug)]
pub(crate) struct Live<T: Send + Sync + 'static> {
    /// The last good answer.
    pub(crate) data: Kept<T>,
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

/// The last good answer, if any. Not a signal of `T`: what makes signals work would be written anew for every type,
/// and loaded by every browser. Readers follow the number of the answer instead.
#[derive(Debug)]
pub(crate) struct Kept<T: Send + Sync + 'static> {
    answer: StoredValue<Option<T>>,
    number: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Kept<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Kept<T> {
    fn new() -> Self {
        Self {
            answer: StoredValue::new(None),
            number: RwSignal::new(0),
        }
    }

    /// Looks at the answer, and again when it changes.
    pub(crate) fn with<R>(self, look: impl FnOnce(Option<&T>) -> R) -> R {
        self.number.track();
        self.with_untracked(look)
    }

    /// The answer, and again when it changes.
    pub(crate) fn get(self) -> Option<T> {
        self.with(|answer| answer.cloned())
    }

    /// Looks at the answer once.
    pub(crate) fn with_untracked<R>(self, look: impl FnOnce(Option<&T>) -> R) -> R {
        self.answer.with_value(|answer| look(answer.as_ref()))
    }

    /// Keeps an answer; `false` when nobody is there for it any more.
    fn keep(self, data: T) -> bool {
        let Some(same) = self
            .answer
            .try_with_value(|old| old.as_ref() == Some(&data))
        else {
            return false;
        };
        if !same {
            self.answer.set_value(Some(data));
            self.number
                .try_update(|number| *number = number.wrapping_add(1));
        }
        true
    }
}

/// An answer that is there: what [`crate::components::AsyncView`] hands to the view it draws.
#[derive(Debug)]
pub(crate) struct Now<T: Send + Sync + 'static>(Kept<T>);

impl<T: Send + Sync + 'static> Clone for Now<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Now<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Now<T> {
    /// The answer, if there is one; there will be one from then on.
    pub(crate) fn of(kept: Kept<T>) -> Option<Self> {
        kept.with_untracked(|answer| answer.is_some())
            .then_some(Self(kept))
    }

    /// Looks at the answer, and again when it changes.
    pub(crate) fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.0.with(|answer| look(answer.expect(THERE)))
    }

    /// Looks at the answer once.
    pub(crate) fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.0.with_untracked(|answer| look(answer.expect(THERE)))
    }

    /// The answer, and again when it changes.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }
}

const THERE: &str = "a kept answer is replaced, never taken away";

/// One fetch, whatever it fetches; `false` when nobody is there for it any more.
type Fetch = Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>;

impl<T: Clone + PartialEq + Send + Sync + 'static> Live<T> {
    /// Fetches with `load` now and whenever something is heard of `topics`. One fetch at a time: what is heard
    /// during one makes one more.
    pub(crate) fn new(topics: &'static [Topic], load: impl Fn() -> Asked<T> + 'static) -> Self {
        let live = Self {
            data: Kept::new(),
            problem: RwSignal::new(None),
            asked: RwSignal::new(0),
        };
        let fetch = move || {
            let asked = load();
            Box::pin(async move { live.take(asked.await) }) as Pin<Box<dyn Future<Output = bool>>>
        };
        keep_fresh(topics, live.asked, Box::new(fetch));
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
                self.problem.try_set(None);
                self.data.keep(data)
            }
            Err(problem) => self.problem.try_set(Some(problem)).is_none(),
        }
    }
}

/// Runs `fetch` now, when something is heard of `topics`, and when `asked` to. Apart from [`Live`] so that there is
/// one of it, not one for each type.
fn keep_fresh(topics: &'static [Topic], asked: RwSignal<u32>, fetch: Fetch) {
    let feed = Feed::here();
    let fetch = Rc::new(fetch);
    let running = Rc::new(Cell::new(false));
    let again = Rc::new(Cell::new(false));
    Effect::new(move |_| {
        asked.track();
        topics.iter().for_each(|topic| feed.follow(*topic));
        again.set(true);
        if running.replace(true) {
            return;
        }
        let (fetch, running, again) = (Rc::clone(&fetch), Rc::clone(&running), Rc::clone(&again));
        spawn_local(async move {
            while again.replace(false) && fetch().await {}
            running.set(false);
        });
    });
}
