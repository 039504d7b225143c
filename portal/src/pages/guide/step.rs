//! One step: where to go, what to enter there, what it looks like when it is done, and what can be tried from here.

use edge_api::guide::{Guide, GuideLink, GuideStep, GuideValue};
use leptos::prelude::*;

use super::trial::Trial;
use crate::browser;
use crate::components::{Copy, Icon, Mark, Note, Tone};
use crate::live::Now;
use crate::words::guide;

#[component]
pub(super) fn Step(
    index: usize,
    now: Now<Guide>,
    /// The step that the person is at.
    at: RwSignal<usize>,
) -> impl IntoView {
    let of = move |guide: &Guide| guide.steps.get(index).cloned().unwrap_or_default();
    let done = Memo::new(move |_| now.with(|guide| of(guide).done));
    let last = Memo::new(move |_| now.with(|guide| index + 1 == guide.steps.len()));
    // Apart from whether it is done: a test that passes must not take its own words away.
    let step = Memo::new(move |_| GuideStep {
        done: false,
        ..now.with(of)
    });
    let here = Memo::new(move |_| at.get() == index);
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if here.get() {
            open.set(true);
        }
    });
    let class = move || match (done.get(), here.get()) {
        (true, _) => "done",
        (false, true) => "now",
        (false, false) => "",
    };
    let mark = move || match done.get() {
        true => view! { <Icon mark=Mark::Check/> }.into_any(),
        false => (index + 1).into_any(),
    };
    let next = move |_| {
        open.set(false);
        at.set(index + 1);
        browser::focus(&summary_id(index + 1));
    };
    view! {
        <li class=class>
            <span class="mark">{mark}</span>
            <details prop:open=open on:toggle:target=move |event| open.set(event.target().open())>
                <summary id=summary_id(index)>{move || step.with(|step| step.title.clone())}</summary>
                <div class="stack tight">
                    {move || step.with(body)}
                    {move || (!done.get() && !last.get()).then(|| view! {
                        <div class="buttons">
                            <button type="button" class="button slim" on:click=next>{guide::NEXT}</button>
                        </div>
                    })}
                </div>
            </details>
        </li>
    }
}

fn summary_id(index: usize) -> String {
    format!("guide-step-{index}")
}

fn body(step: &GuideStep) -> AnyView {
    let text = step.text.iter().map(|text| view! { <p>{text.clone()}</p> });
    let warning = step
        .warning
        .clone()
        .map(|what| view! { <Note tone=Tone::Warn what/> });
    let tests = step
        .tests
        .iter()
        .map(|test| view! { <Trial name=test.name label=test.label.clone()/> });
    let list = |values: &[GuideValue]| {
        (!values.is_empty())
            .then(|| view! { <dl class="values">{values.iter().map(value).collect_view()}</dl> })
    };
    view! {
        {text.collect_view()}
        {warning}
        <div class="buttons">{step.links.iter().map(link).collect_view()}</div>
        {list(&step.values)}
        <p class="looks"><span class="soft">{guide::DONE_WHEN}": "</span>{step.done_looks.clone()}</p>
        <div class="tries">{tests.collect_view()}</div>
    }
    .into_any()
}

fn link(link: &GuideLink) -> AnyView {
    let (label, url) = (link.label.clone(), link.url.clone());
    if url.starts_with('/') {
        return view! { <a class="button slim" href=url>{label}</a> }.into_any();
    }
    view! {
        <a class="button slim" href=url target="_blank" rel="external noreferrer">
            {label}
            <Icon mark=Mark::Out/>
            <span class="heard">{guide::OUTSIDE}</span>
        </a>
    }
    .into_any()
}

fn value(value: &GuideValue) -> AnyView {
    view! {
        <dt>{value.label.clone()}</dt>
        <dd><Copy text=value.value.clone()/></dd>
    }
    .into_any()
}
