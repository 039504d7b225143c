//! `/m/displays/{id}`: one display, pixel for pixel, and the last change that reached it.

use edge_api::id::DisplayId;
use edge_api::receipts::Receipts;
use edge_api::rooms::Rooms;
use edge_api::signs::{Sign, Signs};
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::clock::Clock;
use crate::components::{AsyncView, Doing, Empty, Glass, LinkForm, Note, Tone, Trouble, When};
use crate::feed::Feed;
use crate::hops::hops;
use crate::live::{Live, Now};
use crate::pages::announce::AnnounceCard;
use crate::pages::display_settings::SettingsCard;
use crate::pages::signs::name;
use crate::route::Page;
use crate::topic::Topic;
use crate::wall;
use crate::when;
use crate::words::{app, display, hops as words, nav, signs};

#[component]
pub(crate) fn DisplayPage(id: DisplayId) -> impl IntoView {
    let api = Api::here();
    let all = Live::new(&[Topic::Signs], move || api.signs());
    let rooms = Live::new(&[Topic::Rooms], move || api.rooms());
    let receipts = Live::new(&[Topic::Receipts], move || api.receipts());
    view! {
        <AsyncView of=all let:all>
            {
                let id = id.clone();
                let there = {
                    let id = id.clone();
                    Memo::new(move |_| all.with(|all| all.signs.iter().any(|sign| sign.display == id)))
                };
                move || if there.get() {
                    view! { <One id=id.clone() all rooms receipts/> }.into_any()
                } else {
                    view! {
                        <Empty title=display::GONE lead=display::GONE_HINT>
                            <a class="button" href=Page::Signs.path()>{app::TO_SIGNS}</a>
                        </Empty>
                    }.into_any()
                }
            }
        </AsyncView>
    }
}

#[component]
fn One(
    id: DisplayId,
    all: Now<Signs>,
    rooms: Live<Rooms>,
    receipts: Live<Receipts>,
) -> impl IntoView {
    let find = {
        let id = id.clone();
        move |all: &Signs| all.signs.iter().find(|sign| sign.display == id).cloned()
    };
    let Some(first) = all.with_untracked(&find) else {
        return ().into_any();
    };
    let panel = first.panel.clone();
    let sign = Memo::new(move |_| all.with(&find).unwrap_or_else(|| first.clone()));
    // A memo: the form below must stay, with what is typed in it, when only the picture changes.
    let linked = Memo::new(move |_| sign.with(|sign| sign.room.is_some()));
    let picture = Signal::derive(move || {
        sign.with(|sign| format!("{}: {}", name(sign), wall::panel_size(&sign.panel)))
    });
    view! {
        <div class="page-head">
            <h1>{move || sign.with(name)}</h1>
            <span class="lead">{wall::panel_size(&panel)}</span>
            <span class="grow"></span>
            <a class="button plain" href=Page::Signs.path()>{nav::SIGNS}</a>
        </div>
        <div class="stack">
            {move || sign.get().problem.map(|problem| {
                let tone = if sign.with(wall::in_trouble) { Tone::Bad } else { Tone::Warn };
                view! { <Note tone what=problem.what hint=problem.consequence/> }
            })}
            <div class="one-sign">
                <Glass
                    url=Memo::new(move |_| sign.with(|sign| sign.glass_url.clone()))
                    panel=panel
                    says=picture
                    old=Signal::derive(move || sign.with(wall::may_be_old))
                    full=true
                />
                <div class="card beside stack">
                    {move || facts(&sign.get())}
                    <Actions id=id.clone() linked rooms/>
                </div>
            </div>
            <SettingsCard id=id.clone() rooms/>
            <AnnounceCard id=id.clone() signs=all/>
            <LastChange id receipts/>
        </div>
    }
    .into_any()
}

fn facts(sign: &Sign) -> impl IntoView + use<> {
    let clock = Clock::here();
    let room = sign
        .room
        .as_ref()
        .map_or_else(|| signs::NO_ROOM.to_owned(), |room| room.name.clone());
    let shown = sign.shown.clone().map(|shown| {
        let short = shown.hash.chars().take(12).collect::<String>();
        view! {
            <dt>{display::SHOWN}</dt>
            <dd class="numbers">{browser::local_time(shown.at)}" · "{move || clock.ago(shown.at)}</dd>
            <dt>{display::FRAME}</dt>
            <dd><code title=shown.hash>{short}</code></dd>
            {shown.marked_since.map(|since| view! {
                <dt>{display::MARKED}</dt>
                <dd class="numbers">{browser::local_time(since)}</dd>
            })}
        }
    });
    view! {
        <dl class="facts">
            <dt>{signs::ROOM}</dt>
            <dd>{room}</dd>
            <dt>{display::HUB}</dt>
            <dd><a href=Page::Hubs.path()>{sign.hub_name.clone()}</a></dd>
            <dt>{display::NAME_ON_HUB}</dt>
            <dd>{sign.key.clone()}</dd>
            <dt>{display::PANEL}</dt>
            <dd>{sign.panel.replace('x', " × ")}</dd>
            {shown}
        </dl>
    }
}

/// Identify, unlink, link.
#[component]
fn Actions(id: DisplayId, linked: Memo<bool>, rooms: Live<Rooms>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let said = RwSignal::new(false);
    let changing = RwSignal::new(false);
    let identify = {
        let id = id.clone();
        move |_| {
            let id = id.clone();
            said.set(false);
            doing.run(api.identify(&id), move |()| said.set(true));
        }
    };
    let unlink = {
        let id = id.clone();
        move |_| {
            let id = id.clone();
            doing.run(api.unlink(&id), move |()| {
                feed.tell(&[Topic::Signs, Topic::Rooms])
            });
        }
    };
    let form = move || {
        (!linked.get() || changing.get()).then(|| {
        view! { <LinkForm display=id.clone() rooms linked=Callback::new(move |()| changing.set(false))/> }
    })
    };
    view! {
        <div class="buttons">
            <button type="button" class="button" disabled=doing.busy on:click=identify>{display::IDENTIFY}</button>
            <When this=linked>
                <button
                    type="button"
                    class="button"
                    aria-expanded=move || changing.get().to_string()
                    on:click=move |_| changing.update(|changing| *changing = !*changing)
                >
                    {display::CHANGE}
                </button>
                <button type="button" class="button danger" disabled=doing.busy on:click=unlink.clone()>
                    {display::UNLINK}
                </button>
            </When>
        </div>
        {form}
        <When this=said>
            <Note tone=Tone::Good what=display::IDENTIFIED/>
        </When>
        <Trouble of=doing.problem/>
    }
}

/// The last change that reached this glass, a bar a hop.
#[component]
fn LastChange(id: DisplayId, receipts: Live<Receipts>) -> impl IntoView {
    view! {
        <section class="card">
            <div class="card-head"><h2>{display::LAST_CHANGE}</h2></div>
            <AsyncView of=receipts let:receipts>
                {
                    let id = id.clone();
                    move || receipts.with(|receipts| {
                        match receipts.receipts.iter().find(|receipt| receipt.display == id) {
                            None => view! { <p class="soft">{display::NO_CHANGE}</p> }.into_any(),
                            Some(receipt) => table(&hops(receipt), receipt.latency_ms()).into_any(),
                        }
                    })
                }
            </AsyncView>
        </section>
    }
}

fn table(hops: &[crate::hops::Hop], whole: Option<u64>) -> impl IntoView + use<> {
    let longest: u64 = hops
        .iter()
        .filter_map(|hop| hop.took_ms)
        .sum::<u64>()
        .max(1);
    let mut start = 0;
    let rows = hops
        .iter()
        .map(|hop| {
            let took = hop.took_ms.unwrap_or(0);
            // In thousandths of the whole, so that the drawing needs no fractions.
            let (from, wide) = (start * 1_000 / longest, (took * 1_000 / longest).max(4));
            start += took;
            view! {
                <tr>
                    <td>{hop.name}</td>
                    <td class="numbers soft">{browser::local_time(hop.at)}</td>
                    <td class="numbers">{hop.took_ms.map(when::latency)}</td>
                    <td class="wide">
                        <svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                            <rect x=from.to_string() width=wide.to_string() height="8"></rect>
                        </svg>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll">
            <table class="hops">
                <thead>
                    <tr>
                        <th scope="col">{words::HOP}</th>
                        <th scope="col" class="numbers">{words::AT}</th>
                        <th scope="col" class="numbers">{words::TOOK}</th>
                        <th class="wide"></th>
                    </tr>
                </thead>
                <tbody>
                    {rows}
                    {whole.map(|whole| view! {
                        <tr class="strong">
                            <td>{words::WHOLE}</td>
                            <td></td>
                            <td class="numbers">{when::latency(whole)}</td>
                            <td></td>
                        </tr>
                    })}
                </tbody>
            </table>
        </div>
    }
}
