//! A button that tries something from the agent, and what came of it.

use edge_api::guide::{TestName, TestResult};
use leptos::prelude::*;

use crate::client::Api;
use crate::components::{Doing, Note, Tone, Trouble};
use crate::words::app;

#[component]
pub(super) fn Trial(name: TestName, label: String) -> impl IntoView {
    let api = Api::here();
    let doing = Doing::new();
    let result = RwSignal::new(None::<TestResult>);
    let press = move |_| {
        result.set(None);
        doing.run(api.try_out(name), move |found| result.set(Some(found)));
    };
    view! {
        <button type="button" class="button slim" disabled=doing.busy on:click=press>
            {label}
            {move || doing.busy.get().then(|| view! { <span class="heard" role="status">{app::BUSY}</span> })}
        </button>
        {move || result.get().map(|found| {
            let tone = if found.passed { Tone::Good } else { Tone::Warn };
            view! { <Note tone what=found.what hint=found.action.unwrap_or_default()/> }
        })}
        <Trouble of=doing.problem/>
    }
}
