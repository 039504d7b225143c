//! `/m`: the wall of signs.

use edge_api::hubs::Hubs;
use edge_api::id::DisplayId;
use edge_api::integration::Integration;
use edge_api::relay::Relay;
use edge_api::rooms::Rooms;
use edge_api::signs::{Sign, Signs};
use leptos::prelude::*;

use crate::browser;
use crate::checklist::{Stand, steps};
use crate::client::Api;
use crate::components::{AsyncView, Empty, Glass, Icon, LinkForm, Mark, When};
use crate::live::{Live, Now};
use crate::route::{Page, display};
use crate::topic::Topic;
use crate::wall;
use crate::words::{nav, signs};

#[component]
pub(crate) fn SignsPage() -> impl IntoView {
    let api = Api::here();
    let all = Live::new(&[Topic::Signs], move || api.signs());
    let rooms = Live::new(&[Topic::Rooms], move || api.rooms());
    let hubs = Live::new(&[Topic::Hubs], move || api.hubs());
    let relay = Live::new(&[Topic::Relay], move || api.relay());
    let integration = Live::new(&[Topic::Integration], move || api.integration());
    let wanted = RwSignal::new(String::new());
    view! {
        <div class="page-head">
            <h1>{nav::SIGNS}</h1>
            <span class="lead" role="status">{move || all.data.with(|all| all.map(wall::summary))}</span>
            <span class="grow"></span>
            <div class="tools">
                <input
                    class="input"
                    type="search"
                    aria-label=signs::FIND
                    placeholder=signs::FIND
                    prop:value=wanted
                    on:input:target=move |event| wanted.set(event.target().value())
                />
                <a class="button main" href=Page::Hubs.path()>{signs::PAIR_A_HUB}</a>
            </div>
        </div>
        <Checklist relay integration hubs signs=all/>
        <AsyncView of=all let:all>
            <Wall all rooms wanted/>
        </AsyncView>
    }
}

/// The strip of steps, until all are done.
#[component]
fn Checklist(
    relay: Live<Relay>,
    integration: Live<Integration>,
    hubs: Live<Hubs>,
    signs: Live<Signs>,
) -> impl IntoView {
    let steps = Memo::new(move |_| {
        let (relay, integration) = (relay.data.get(), integration.data.get());
        let (hubs, signs) = (hubs.data.get(), signs.data.get());
        if let (Some(relay), Some(integration), Some(hubs), Some(signs)) =
            (relay, integration, hubs, signs)
        {
            steps(&relay, &integration, &hubs, &signs)
        } else {
            Vec::new() // drawn only when all of it is known: half a list would tell wrong things
        }
    });
    let step = |step: crate::checklist::Step| {
        let (class, mark, heard) = match step.stand {
            Stand::Done => ("done", Mark::Check, signs::DONE),
            Stand::Next => ("now", Mark::Arrow, signs::NEXT),
            Stand::Later => ("todo", Mark::Circle, signs::LATER),
        };
        view! {
            <li class=class>
                <a href=step.page.path()>
                    <span class="state"><Icon mark/>{step.name}<span class="heard">{format!(" ({heard})")}</span></span>
                    <span class="soft">{step.detail}</span>
                </a>
            </li>
        }
    };
    move || {
        let steps = steps.get();
        (!steps.is_empty()).then(|| view! {
            <ol class="checklist" aria-label=signs::CHECKLIST>{steps.into_iter().map(step).collect_view()}</ol>
        })
    }
}

#[component]
fn Wall(all: Now<Signs>, rooms: Live<Rooms>, wanted: RwSignal<String>) -> impl IntoView {
    let shown = move || {
        let mut sorted = all.with(|all| wall::problems_first(&all.signs));
        wanted.with(|wanted| sorted.retain(|sign| wall::matches(sign, wanted)));
        sorted
            .into_iter()
            .map(|sign| sign.display)
            .collect::<Vec<_>>()
    };
    let none = Memo::new(move |_| all.with(|all| all.signs.is_empty()));
    view! {
        <When this=none>
            <Empty title=signs::NONE_TITLE lead=signs::NONE_LEAD>
                <a class="button main" href=Page::Hubs.path()>{signs::PAIR_A_HUB}</a>
            </Empty>
        </When>
        <When this=Signal::derive(move || !none.get() && shown().is_empty())>
            <p class="soft">{signs::NO_MATCH}</p>
        </When>
        <div class="wall">
            <For each=shown key=Clone::clone let:id>
                <Card id all rooms/>
            </For>
        </div>
    }
}

/// One sign: its glass, its name, and what is wrong with it in words.
#[component]
fn Card(id: DisplayId, all: Now<Signs>, rooms: Live<Rooms>) -> impl IntoView {
    let find = {
        let id = id.clone();
        move |all: &Signs| all.signs.iter().find(|sign| sign.display == id).cloned()
    };
    let Some(first) = all.with_untracked(&find) else {
        return ().into_any();
    };
    let sign = {
        let first = first.clone();
        Memo::new(move |_| all.with(&find).unwrap_or_else(|| first.clone()))
    };
    let linked = Memo::new(move |_| sign.with(|sign| sign.room.is_some()));
    let url = Memo::new(move |_| sign.with(|sign| sign.glass_url.clone()));
    let name = Memo::new(move |_| sign.with(name));
    let page = display(&id);
    let marked = id.to_string();
    view! {
        <article class="sign" class:trouble=move || sign.with(wall::in_trouble) data-display=marked aria-label=name>
            <a href=page.clone() tabindex="-1" aria-hidden="true">
                <Glass url panel=first.panel.clone() says="" old=Signal::derive(move || sign.with(wall::may_be_old))/>
            </a>
            <h2 class="name">
                <a href=page>{name}</a>
                <span>{wall::panel_size(&first.panel)}</span>
            </h2>
            {move || says(&sign.get())}
            <When this=Signal::derive(move || !linked.get())>
                <LinkForm display=id.clone() rooms/>
            </When>
        </article>
    }
    .into_any()
}

/// A sign is called by its room, or by its name on the hub while it has none.
pub(crate) fn name(sign: &Sign) -> String {
    sign.room
        .as_ref()
        .map_or_else(|| sign.key.clone(), |room| room.name.clone())
}

/// The lines below a sign's name.
fn says(sign: &Sign) -> impl IntoView + use<> {
    let tone = if wall::in_trouble(sign) {
        "says bad strong"
    } else {
        "says warn strong"
    };
    let problem = sign.problem.as_ref().map(|problem| {
        view! {
            <p class=tone>{problem.what.clone()}</p>
            <p class="says soft">{problem.consequence.clone()}</p>
        }
    });
    let shown = sign
        .shown
        .as_ref()
        .filter(|_| sign.problem.is_none())
        .map(|shown| {
            let shown = format!(
                "Shown {} · {}",
                browser::local_time(shown.at),
                sign.hub_name
            );
            view! { <p class="says soft numbers">{shown}</p> }
        });
    (problem, shown)
}
