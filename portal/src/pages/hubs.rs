//! `/m/hubs`: pairing, and how each hub and its panels are.

mod row;

use edge_api::hubs::{Hubs, Pair, Pairing};
use edge_api::id::HubId;
use leptos::prelude::*;

use self::row::Row;
use crate::browser;
use crate::client::Api;
use crate::clock::Clock;
use crate::components::{AsyncView, Doing, Empty, Field, Note, Submit, Tone, Trouble};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::{hubs, nav};

#[component]
pub(crate) fn HubsPage() -> impl IntoView {
    let api = Api::here();
    let all = Live::new(&[Topic::Hubs], move || api.hubs());
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::HUBS}</h1></div>
            <div class="stack">
                <Standing all/>
                <PairForm all/>
                <AsyncView of=all let:all>
                    <List all/>
                </AsyncView>
            </div>
        </div>
    }
}

/// What concerns all hubs: whether this copy of the agent serves them, and whether a lost key could be replaced.
#[component]
fn Standing(all: Live<Hubs>) -> impl IntoView {
    move || {
        all.data.with(|all| {
            let all = all?;
            if all.passive_since.is_some() {
                let note = view! { <Note tone=Tone::Bad what=hubs::PASSIVE hint=hubs::PASSIVE_HINT/> };
                return Some(note.into_any());
            }
            (!all.standby_key).then(|| {
                view! { <Note tone=Tone::Plain what=hubs::NO_STANDBY hint=hubs::NO_STANDBY_HINT/> }.into_any()
            })
        })
    }
}

#[component]
fn PairForm(all: Live<Hubs>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    // A telephone that scanned the code on a hub's panel brings it along.
    let scanned = browser::fragment("code").unwrap_or_default();
    let (code, name) = (RwSignal::new(scanned), RwSignal::new(String::new()));
    let replaces = RwSignal::new(String::new());
    let open = move |code: Option<String>| {
        let name = name.get_untracked().trim().to_owned();
        let pair = Pair {
            code,
            name: Some(name).filter(|name| !name.is_empty()),
            replaces: replaces.get_untracked().parse().ok(),
        };
        doing.run(api.pair(&pair), move |_| feed.tell(&[Topic::Hubs]));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        open(Some(code.get_untracked().trim().to_owned()));
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
            replaces.set(String::new());
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
                <Replaces all replaces/>
                <Trouble of=doing.problem/>
                {move || pairing().map(|(pairing, names)| outcome(&pairing, &names))}
                <div class="buttons">
                    <Submit doing label=hubs::PAIR/>
                    <button type="button" class="button" disabled=doing.busy on:click=move |_| open(None)>
                        {hubs::SHOW_CODE}
                    </button>
                </div>
                {move || listen().map(|listen| view! {
                    <p class="soft small">{hubs::DIALS}" "<code>{listen}</code>" (UDP)"</p>
                })}
            </form>
        </section>
    }
}

/// The broken hub whose place the new one takes; drawn when there is one to choose.
#[component]
fn Replaces(all: Live<Hubs>, replaces: RwSignal<String>) -> impl IntoView {
    let known = Memo::new(move |_| all.data.with(|all| all.map(names).unwrap_or_default()));
    move || {
        let known = known.get();
        (!known.is_empty()).then(|| {
            let options = known.into_iter().map(|(id, name)| {
                view! { <option value=id.to_string()>{name}</option> }
            });
            view! {
                <div class="field">
                    <label for="replaces">{hubs::REPLACES}</label>
                    <select
                        id="replaces"
                        class="input"
                        aria-describedby="replaces-hint"
                        prop:value=replaces
                        on:change:target=move |event| replaces.set(event.target().value())
                    >
                        <option value="">{hubs::REPLACES_NONE}</option>
                        {options.collect_view()}
                    </select>
                    <p class="hint" id="replaces-hint">{hubs::REPLACES_HINT}</p>
                </div>
            }
        })
    }
}

fn names(all: &Hubs) -> Vec<(HubId, String)> {
    all.hubs
        .iter()
        .map(|hub| (hub.id.clone(), hub.name.clone()))
        .collect()
}

/// What became of the code that was typed last.
fn outcome(pairing: &Pairing, names: &[(HubId, String)]) -> impl IntoView + use<> {
    let clock = Clock::here();
    match pairing {
        Pairing::Idle => ().into_any(),
        Pairing::Waiting { until, code, qr } => {
            let until = *until;
            let what = if code.is_some() {
                hubs::SHOWN_LEAD
            } else {
                hubs::WAITING
            };
            let code = code
                .clone()
                .map(|code| view! { <p class="pairing-code"><code>{code}</code></p> });
            let qr = qr.clone().map(|svg| {
                view! { <div class="pairing-qr" role="img" aria-label=hubs::QR inner_html=svg></div> }
            });
            view! {
                <Note tone=Tone::Plain what>
                    {code}
                    {qr}
                    <p class="soft">{move || format!("The window closes {}.", clock.until(until))}</p>
                    <Cancel/>
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

/// Waits for no hub any more.
#[component]
fn Cancel() -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let cancel = move |_| doing.run(api.stop_pairing(), move |()| feed.tell(&[Topic::Hubs]));
    view! {
        <button type="button" class="button slim" disabled=doing.busy on:click=cancel>{hubs::CANCEL}</button>
        <Trouble of=doing.problem/>
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
                    <ul class="rows">{hubs.into_iter().map(|hub| view! { <Row hub/> }).collect_view()}</ul>
                </section>
            }
            .into_any()
        }
    }
}
