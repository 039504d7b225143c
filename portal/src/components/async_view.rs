//! The one component that draws loading, error and ready.

use leptos::prelude::*;

use crate::components::note::{Note, Tone};
use crate::live::Live;
use crate::problem::Problem;
use crate::words::app;

/// Draws what was fetched.
///
/// The children are made once, with a signal, when the first answer comes; later answers only change the signal, so
/// that what somebody is typing inside stays. A later failure is told above what was there.
#[component]
pub(crate) fn AsyncView<T, F, V>(
    /// What to draw.
    of: Live<T>,
    children: F,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(Signal<T>) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let ready = Memo::new(move |_| of.data.with(Option::is_some));
    view! {
        {move || of.problem.get().filter(|_| ready.get()).map(|problem| {
            view! { <Failed problem what=app::NOT_REFRESHED of/> }
        })}
        {move || {
            if ready.get() && let Some(first) = of.data.get_untracked() {
                let value = Memo::new(move |_| of.data.get().unwrap_or_else(|| first.clone()));
                children(value.into()).into_any()
            } else if let Some(problem) = of.problem.get() {
                view! { <Failed problem what="" of/> }.into_any()
            } else {
                view! { <Skeleton/> }.into_any()
            }
        }}
    }
}

#[component]
fn Failed<T>(problem: Problem, what: &'static str, of: Live<T>) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let what = if what.is_empty() {
        problem.what
    } else {
        format!("{what} {}", problem.what)
    };
    view! {
        <Note tone=Tone::Bad what hint=problem.hint request=problem.request_id.unwrap_or_default()>
            <div class="buttons">
                <button type="button" class="button slim" on:click=move |_| of.refresh()>{app::TRY_AGAIN}</button>
            </div>
        </Note>
    }
}

/// The shape of what comes, after a moment.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="heard">{app::LOADING}</span>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}
