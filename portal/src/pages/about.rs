//! `/settings/about`: versions and licences.

use leptos::prelude::*;

use crate::client::Api;
use crate::components::AsyncView;
use crate::live::Live;
use crate::words::{about, nav};

#[component]
pub(crate) fn About() -> impl IntoView {
    let api = Api::here();
    let state = Live::new(&[], move || api.setup());
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::ABOUT}</h1></div>
            <div class="stack">
                <section class="card">
                    <div class="card-head"><h2>{about::VERSIONS}</h2></div>
                    <AsyncView of=state let:state>
                        <dl class="facts">
                            <dt>{about::AGENT}</dt>
                            <dd>{move || state.with(|state| format!("{} · {}", state.version, state.agent_name))}</dd>
                            <dt>{about::PORTAL}</dt>
                            <dd>{env!("CARGO_PKG_VERSION")}</dd>
                        </dl>
                    </AsyncView>
                </section>
                <section class="card">
                    <div class="card-head"><h2>{about::LICENCES}</h2></div>
                    <ul class="rows">
                        <li>{about::OURS}</li>
                        // Files beside the portal, not pages of it.
                        <li><a href="/licences/inter.txt" rel="external" target="_blank">{about::INTER}</a></li>
                        <li><a href="/licences/crates.txt" rel="external" target="_blank">{about::CRATES}</a></li>
                    </ul>
                </section>
            </div>
        </div>
    }
}
