//! Site verification: what the relay shows to Google as a sign that its domain is this agent's owner's.

use edge_api::relay::{SaveSite, Site, SiteFile};
use leptos::prelude::*;

use crate::client::Api;
use crate::components::{AsyncView, Copy, Doing, Field, Submit, Trouble};
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::site;

#[component]
pub(crate) fn SiteCard() -> impl IntoView {
    let api = Api::here();
    let shown = Live::new(&[Topic::Relay], move || api.site());
    view! {
        <section class="card">
            <div class="card-head"><h2>{site::TITLE}</h2></div>
            <p class="soft">{site::LEAD}</p>
            <AsyncView of=shown let:now>
                <Entries now live=shown/>
            </AsyncView>
        </section>
    }
}

#[component]
fn Entries(now: Now<Site>, live: Live<Site>) -> impl IntoView {
    let api = Api::here();
    let doing = Doing::new();
    let typed = RwSignal::new(String::new());
    let save = Callback::new(move |entries: Vec<String>| {
        doing.run(api.save_site(&SaveSite { entries }), move |site| {
            live.put(site);
            typed.set(String::new());
        });
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut entries = now.with_untracked(names);
        entries.push(typed.get_untracked());
        save.run(entries);
    };
    let without = Callback::new(move |gone: String| {
        let mut entries = now.with_untracked(names);
        entries.retain(|entry| *entry != gone);
        save.run(entries);
    });
    view! {
        <ul class="rows below">
            {move || {
                let site = now.get();
                let files = site.files.into_iter().map(|entry| file(entry, without)).collect_view();
                let tags = site.tags.into_iter().map(|entry| tag(entry, without)).collect_view();
                view! { {files}{tags} }
            }}
        </ul>
        <form class="form below" on:submit=submit>
            <Field label=site::ENTRY value=typed hint=site::ENTRY_HINT code=true/>
            <Trouble of=doing.problem/>
            <div class="buttons">
                <Submit doing label=site::ADD/>
            </div>
        </form>
    }
}

/// Everything that is shown, as it is saved.
fn names(site: &Site) -> Vec<String> {
    let files = site.files.iter().map(|file| file.name.clone());
    files.chain(site.tags.iter().cloned()).collect()
}

fn file(file: SiteFile, without: Callback<String>) -> impl IntoView {
    let (name, url) = (file.name, file.url);
    let address = url.clone();
    view! {
        <li>
            <div class="what">
                <h3>{name.clone()}</h3>
                <p class="soft small">{site::AT}" "<a href=address>{url}</a></p>
            </div>
            <button type="button" class="button slim" on:click=move |_| without.run(name.clone())>
                {site::REMOVE}
            </button>
        </li>
    }
}

fn tag(tag: String, without: Callback<String>) -> impl IntoView {
    let gone = tag.clone();
    view! {
        <li>
            <div class="what">
                <h3>{site::TAG}</h3>
                <Copy text=tag/>
            </div>
            <button type="button" class="button slim" on:click=move |_| without.run(gone.clone())>
                {site::REMOVE}
            </button>
        </li>
    }
}
