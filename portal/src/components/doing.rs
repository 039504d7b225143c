//! Something that a button does at the agent: busy, done, or why not.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Asked;
use crate::problem::Problem;
use crate::words::app;

/// The state of one button or form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doing {
    /// Whether it is under way.
    pub(crate) busy: RwSignal<bool>,
    /// Why it did not work the last time.
    pub(crate) problem: RwSignal<Option<Problem>>,
}

impl Doing {
    /// Nothing is under way.
    pub(crate) fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
        }
    }

    /// Does `work`, then `done` with what it gave. A second press during the first is not heard.
    pub(crate) fn run<T: 'static>(self, work: Asked<T>, done: impl FnOnce(T) + 'static) {
        self.start(Box::pin(async move {
            let value = work.await?;
            Ok(Box::new(move || done(value)) as Box<dyn FnOnce()>)
        }));
    }

    /// Apart from [`Doing::run`] so that there is one of it, not one for each type.
    fn start(self, work: Asked<Box<dyn FnOnce()>>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = work.await;
            if self.busy.try_set(false).is_some() {
                return; // the page was left: nobody waits for this any more
            }
            match answer {
                Ok(done) => done(),
                Err(problem) => self.problem.set(Some(problem)),
            }
        });
    }

    /// Refuses before anything is sent.
    pub(crate) fn refuse(self, what: &str, hint: &str) {
        self.problem.set(Some(Problem::own(what, hint)));
    }
}

/// The button that sends a form.
#[component]
pub(crate) fn Submit(doing: Doing, label: &'static str) -> impl IntoView {
    view! {
        <button type="submit" class="button main" disabled=doing.busy aria-busy=move || doing.busy.get().to_string()>
            {label}
            {move || doing.busy.get().then(|| view! { <span class="heard" role="status">{app::BUSY}</span> })}
        </button>
    }
}
