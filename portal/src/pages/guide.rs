//! The guide from nothing to a connected Google account. What it says comes from the agent; here it is only drawn.

mod step;
mod trial;

use edge_api::guide::{Audience, DeadEnd, Guide};
use leptos::prelude::*;

use self::step::Step;
use crate::client::Api;
use crate::components::AsyncView;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::guide;

/// Who may sign in, as the page asks it: what it is called, and what comes of it.
const AUDIENCES: [(Audience, &str, &str); 3] = [
    (Audience::Internal, guide::INTERNAL, guide::INTERNAL_IS),
    (Audience::Testing, guide::TESTING, guide::TESTING_IS),
    (
        Audience::Production,
        guide::PRODUCTION,
        guide::PRODUCTION_IS,
    ),
];

#[component]
pub(crate) fn GuideSteps() -> impl IntoView {
    let api = Api::here();
    let audience = RwSignal::new(Audience::Internal);
    let state = Live::new(&[Topic::Integration, Topic::Relay], move || {
        api.guide(audience.get_untracked())
    });
    let choices = AUDIENCES.map(|(choice, label, means)| {
        view! {
            <label class="option">
                <input
                    type="radio"
                    name="audience"
                    prop:checked=move || audience.get() == choice
                    on:change=move |_| {
                        audience.set(choice);
                        state.refresh();
                    }
                />
                <span>
                    <span class="strong block">{label}</span>
                    <span class="soft small">{means}</span>
                </span>
            </label>
        }
    });
    view! {
        <fieldset class="options below">
            <legend>{guide::AUDIENCE}</legend>
            <div class="three">{choices.collect_view()}</div>
        </fieldset>
        <AsyncView of=state let:now>
            <Steps now/>
            <details class="below">
                <summary>{guide::DEAD_ENDS}</summary>
                <p class="soft small">{guide::DEAD_ENDS_LEAD}</p>
                <dl class="facts below">{move || now.with(|now| now.dead_ends.iter().map(dead_end).collect_view())}</dl>
            </details>
        </AsyncView>
    }
}

/// The steps, each made once: what is open, and what a test said, stays when the agent sees another one done.
#[component]
fn Steps(now: Now<Guide>) -> impl IntoView {
    let count = Memo::new(move |_| now.with(|guide| guide.steps.len()));
    let undone = Memo::new(move |_| {
        now.with(|guide| guide.steps.iter().position(|step| !step.done))
            .unwrap_or(usize::MAX)
    });
    // Where the person is: never before what the agent sees done, but further when they say so.
    let at = RwSignal::new(undone.get_untracked());
    Effect::new(move |_| {
        let undone = undone.get();
        if at.get_untracked() < undone {
            at.set(undone);
        }
    });
    view! {
        <ol class="steps guide below">
            {move || (0..count.get()).map(|index| view! { <Step index now at/> }).collect_view()}
        </ol>
    }
}

fn dead_end(end: &DeadEnd) -> AnyView {
    view! {
        <dt><code>{end.error.clone()}</code></dt>
        <dd>{end.what.clone()}" "<span class="strong">{end.action.clone()}</span></dd>
    }
    .into_any()
}
