//! `/m/repairs`: what needs a hand.

use edge_api::repairs::{Repair, Repairs};
use leptos::prelude::*;

use crate::clock::Clock;
use crate::components::{AsyncView, Empty};
use crate::live::Live;
use crate::words::{nav, repairs as words};

#[component]
pub(crate) fn RepairsPage(repairs: Live<Repairs>) -> impl IntoView {
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::REPAIRS}</h1></div>
            <AsyncView of=repairs let:all>
                {move || {
                    let repairs = all.get().repairs;
                    if repairs.is_empty() {
                        view! { <Empty title=words::ALL_WELL lead=words::ALL_WELL_LEAD/> }.into_any()
                    } else {
                        view! { <ul class="stack">{repairs.into_iter().map(row).collect_view()}</ul> }.into_any()
                    }
                }}
            </AsyncView>
        </div>
    }
}

fn row(repair: Repair) -> impl IntoView {
    let clock = Clock::here();
    // The agent names a page of this portal; anything else is not followed.
    let page = repair.page.starts_with('/').then_some(repair.page);
    view! {
        <li class="card">
            <div class="card-head">
                <h2>{repair.what}</h2>
                {repair.since.map(|since| view! {
                    <span class="soft small numbers">{move || clock.ago(since)}</span>
                })}
            </div>
            <p class="soft">{repair.consequence}</p>
            <p>{repair.action}</p>
            {page.map(|page| view! {
                <div class="buttons below"><a class="button slim" href=page>{words::OPEN}</a></div>
            })}
        </li>
    }
}
