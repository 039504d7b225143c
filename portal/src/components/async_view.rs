//! The one component that draws loading, error and ready.

use leptos::prelude::*;

use crate::components::note::{Note, Tone};
use crate::live::{Live, Now};
use crate::problem::Problem;
use crate::words::app;

/// Draws what was fetched.
///
/// The children are made once, with a handle on it, when the first answer comes; later answers only change what the handle gives, so
/// that what somebody is typing inside stays. A later failure is told above what was there.
#[component]
pub(crate) fn AsyncView<T, F, V>(
    /// What to draw.
    of: Live<T>,
    children: F,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(Now<T>) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let ready = Memo::new(move |_| of.data.with(|answer| answer.is_some()));
    let draw = move || Now::of(of.data).map(|now| children(now).into_any());
    stage(
        ready,
        of.problem,
        Callback::new(move |()| of.refresh()),
        Box::new(draw),
    )
}

/// Apart from [`AsyncView`] so that there is one of it, not one for each type.
fn stage(
    ready: Memo<bool>,
    problem: RwSignal<Option<Problem>>,
    refresh: Callback<()>,
    draw: Box<dyn Fn() -> Option<AnyView> + Send>,
) -> AnyView {
    let failed = move |problem: Problem, before: &str| {
        let what = format!("{before}{}", problem.what);
        view! {
            <Note tone=Tone::Bad what hint=problem.hint request=problem.request_id.unwrap_or_default()>
                <div class="buttons">
                    <button type="button" class="button slim" on:click=move |_| refresh.run(())>{app::TRY_AGAIN}</button>
                </div>
            </Note>
        }
        .into_any()
    };
    view! {
        {move || problem.get().filter(|_| ready.get()).map(|problem| failed(problem, app::NOT_REFRESHED))}
        {move || {
            if ready.get() {
                return draw();
            }
            Some(problem.get().map_or_else(skeleton, |problem| failed(problem, "")))
        }}
    }
    .into_any()
}

/// The shape of what comes, after a moment.
fn skeleton() -> AnyView {
    view! {
        <div class="skeleton" role="status">
            <span class="heard">{app::LOADING}</span>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
    .into_any()
}
