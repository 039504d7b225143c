//! `/m/layouts`: what signs can look like.

use edge_api::layouts::{
    Drawn, LayoutRef, LayoutSummary, Layouts, Preview as Asked, PreviewState, Sample, SaveLayout,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::client::Api;
use crate::components::{AsyncView, Doing, Field, Lines, Preview, Submit, Trouble};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::route;
use crate::topic::Topic;
use crate::when;
use crate::words::{layouts, nav};

#[component]
pub(crate) fn LayoutsPage() -> impl IntoView {
    let api = Api::here();
    let all = Live::new(&[Topic::Layouts, Topic::Signs], move || api.layouts());
    view! {
        <div class="page-head"><h1>{nav::LAYOUTS}</h1></div>
        <div class="stack">
            <p class="soft">{layouts::LEAD}</p>
            <AsyncView of=all let:all>
                <Gallery all/>
            </AsyncView>
            <Import/>
        </div>
    }
}

#[component]
fn Gallery(all: Now<Layouts>) -> impl IntoView {
    let names = Memo::new(move |_| {
        all.with(|all| {
            let key = |one: &LayoutSummary| (one.layout.clone(), one.saved_at);
            all.layouts.iter().map(key).collect::<Vec<_>>()
        })
    });
    // Drawn anew when a layout comes, goes or is saved, not when a display is linked.
    move || {
        names.track();
        let layouts = all.with_untracked(|all| all.layouts.clone());
        view! { <div class="wall">{layouts.into_iter().map(card).collect_view()}</div> }
    }
}

fn card(summary: LayoutSummary) -> impl IntoView {
    let (panel, sample) = shown_on(&summary.layout);
    let asked = Asked {
        what: Drawn::Layout(summary.layout.clone()),
        panel: panel.to_owned(),
        rotation: 0,
        state: PreviewState::Sample(sample),
        locale: None,
    };
    let kind = match summary.layout {
        LayoutRef::Own(_) => layouts::OWN,
        LayoutRef::Shipped(_) => layouts::SHIPPED,
    };
    let used = match summary.displays.len() {
        0 => kind.to_owned(),
        n => format!("{kind} · {}", when::count(n, "sign", "signs")),
    };
    let about = if summary.about.is_empty() {
        used
    } else {
        summary.about
    };
    view! {
        <div class="sign">
            <Preview of=Signal::stored(asked) says=layouts::PREVIEW/>
            <div class="name"><a href=route::layout(&summary.layout)>{summary.name}</a></div>
            <p class="says soft">{about}</p>
        </div>
    }
}

/// The panel and the state that show a layout best, told by the name of those that came with the agent.
fn shown_on(layout: &LayoutRef) -> (&'static str, Sample) {
    const PANELS: [&str; 6] = [
        "800x480-bwr",
        "480x800-bwr",
        "400x300-bwr",
        "300x400-bwr",
        "296x128-bwr",
        "128x296-bwr",
    ];
    let LayoutRef::Shipped(name) = layout else {
        return ("800x480-bwr", Sample::Busy);
    };
    let made_for = PANELS.iter().find(|panel| {
        panel
            .strip_suffix("-bwr")
            .is_some_and(|size| name.ends_with(size))
    });
    let sample = match name.as_str() {
        "lobby" => Sample::Directory,
        "announcement" => Sample::Announcement,
        "out-of-order" => Sample::OutOfOrder,
        _ => Sample::Busy,
    };
    (made_for.unwrap_or(&"800x480-bwr"), sample)
}

#[component]
fn Import() -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let navigate = use_navigate();
    let doing = Doing::new();
    let (name, document) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let new = SaveLayout {
            name: name.get_untracked().trim().to_owned(),
            document: document.get_untracked(),
        };
        if new.name.is_empty() {
            return doing.refuse(layouts::NO_NAME, layouts::NO_NAME_HINT);
        }
        let navigate = navigate.clone();
        doing.run(api.import_layout(&new), move |saved| {
            feed.tell(&[Topic::Layouts]);
            navigate(&route::layout(&saved.layout), NavigateOptions::default());
        });
    };
    view! {
        <section class="card">
            <div class="card-head"><h2>{layouts::IMPORT}</h2></div>
            <form class="form" on:submit=submit>
                <p class="soft">{layouts::IMPORT_HINT}</p>
                <Field label=layouts::NAME value=name/>
                <Lines label=layouts::DOCUMENT value=document rows=6 code=true/>
                <Trouble of=doing.problem/>
                <div class="buttons"><Submit doing label=layouts::SAVE/></div>
            </form>
        </section>
    }
}
