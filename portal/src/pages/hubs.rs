//! `/m/hubs`: pairing, and whether each hub is there.

use edge_api::hubs::{Hub, Hubs, Pair, Pairing};
use leptos::prelude::*;

use crate::client::Api;
use crate::clock::Clock;
use crate::components::{AsyncView, Doing, Empty, Field, Icon, Mark, Note, Submit, Tone, Trouble};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::when;
use crate::words::{hubs, nav};

#[component]
pub(crate) fn HubsPage() -> impl IntoView {
    let api = Api::here();
    let all = Live::new(&[Topic::Hubs], move || api.hubs());
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::HUBS}</h1></div>
            <div class="stack">
                <PairForm all/>
                <AsyncView of=all let:all>
                    <List all/>
                </AsyncView>
            </div>
        </div>
    }
}

#[component]
fn PairForm(all: Live<Hubs>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let (code, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        let pair = Pair {
            code: code.get_untracked().trim().to_owned(),
            name: Some(name).filter(|name| !name.is_empty()),
        };
        doing.run(api.pair(&pair), move |_| feed.tell(&[Topic::Hubs]));
    };
    let pairing = move || {
        all.data
            .with(|all| all.map(|all| (all.pairing.clone(), names(all))))
    };
    let paired = Memo::new(move |_| {
        all.data.with(|all| match all.map(|all| &all.pairing) {
            Some(Pairing::Paired { hub }) => Some(hub.to_string()),
            _ => None,
        })
    });
    // A code that did its work is of no use any more; one that failed can be corrected.
    Effect::new(move |_| {
        if paired.get().is_some() {
            code.set(String::new());
            name.set(String::new());
        }
    });
    let listen = move || all.data.with(|all| all.map(|all| all.listen.clone()));
    view! {
        <section class="card">
            <div class="card-head"><h2>{hubs::PAIR_TITLE}</h2></div>
            <form class="form" on:submit=submit>
                <p class="soft">{hubs::PAIR_LEAD}</p>
                <div class="two">
                    <Field label=hubs::CODE value=code placeholder="XXXX-XXXX-XXXX-XXXX" code=true/>
                    <Field label=hubs::NAME value=name hint=hubs::NAME_HINT/>
                </div>
                <Trouble of=doing.problem/>
                {move || pairing().map(|(pairing, names)| outcome(&pairing, &names))}
                <div class="buttons">
                    <Submit doing label=hubs::PAIR/>
                </div>
                {move || listen().map(|listen| view! {
                    <p class="soft small">{hubs::DIALS}" "<code>{listen}</code>" (UDP)"</p>
                })}
            </form>
        </section>
    }
}

fn names(all: &Hubs) -> Vec<(edge_api::id::HubId, String)> {
    all.hubs
        .iter()
        .map(|hub| (hub.id.clone(), hub.name.clone()))
        .collect()
}

/// What became of the code that was typed last.
fn outcome(pairing: &Pairing, names: &[(edge_api::id::HubId, String)]) -> impl IntoView + use<> {
    let clock = Clock::here();
    match pairing {
        Pairing::Idle => ().into_any(),
        Pairing::Waiting { until } => {
            let until = *until;
            view! {
                <Note tone=Tone::Plain what=hubs::WAITING>
                    <p class="soft">{move || format!("The window closes {}.", clock.until(until))}</p>
                </Note>
            }
            .into_any()
        }
        Pairing::Paired { hub } => {
            let what = names.iter().find(|(id, _)| id == hub).map_or_else(
                || hubs::PAIRED.to_owned(),
                |(_, name)| format!("{name}: {}", hubs::PAIRED),
            );
            view! { <Note tone=Tone::Good what/> }.into_any()
        }
        Pairing::Failed { why } => view! { <Note tone=Tone::Warn what=why.clone()/> }.into_any(),
    }
}

#[component]
fn List(all: Now<Hubs>) -> impl IntoView {
    move || {
        let hubs = all.get().hubs;
        if hubs.is_empty() {
            view! { <Empty title=hubs::NONE_TITLE lead=hubs::NONE_LEAD/> }.into_any()
        } else {
            view! {
                <section class="card" aria-label=nav::HUBS>
                    <ul class="rows">{hubs.into_iter().map(row).collect_view()}</ul>
                </section>
            }
            .into_any()
        }
    }
}

fn row(hub: Hub) -> impl IntoView {
    let clock = Clock::here();
    let (class, mark, word) = if hub.connected {
        ("state ok", Mark::Check, hubs::CONNECTED)
    } else {
        ("state bad", Mark::Warning, hubs::AWAY)
    };
    let since = if hub.connected {
        hub.since
    } else {
        hub.since.or(hub.last_seen)
    };
    let mut facts = vec![when::count(hub.displays, "display", "displays")];
    facts.extend(hub.version.map(|version| format!("version {version}")));
    facts.extend(hub.address);
    view! {
        <li>
            <div class="what">
                <h3>{hub.name}</h3>
                <p class="soft small">{facts.join(" · ")}</p>
            </div>
            <div>
                <span class=class><Icon mark/>{word}</span>
                {since.map(|at| view! {
                    <span class="soft small numbers">" "{move || clock.lasting(at)}</span>
                })}
            </div>
        </li>
    }
}
