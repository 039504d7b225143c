//! Announcements: what one display shows, and a new one for it or for all.

use edge_api::id::DisplayId;
use edge_api::settings::{Announce, Announcement, Announcements};
use edge_api::signs::Signs;
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::components::{Doing, Field, Lines, Submit, Tick, Trouble};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::announce;

#[component]
pub(crate) fn AnnounceCard(id: DisplayId, signs: Now<Signs>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let all = Live::new(&[Topic::Signs], move || api.announcements());
    let doing = Doing::new();
    let (title, text) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let until = RwSignal::new(String::new());
    let everywhere = RwSignal::new(false);
    let submit = {
        let id = id.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let Some(until) = browser::from_local_input(&until.get_untracked()) else {
                return doing.refuse(announce::NO_TIME, announce::NO_TIME_HINT);
            };
            let displays = match everywhere.get_untracked() {
                true => signs.with_untracked(|all| {
                    all.signs.iter().map(|sign| sign.display.clone()).collect()
                }),
                false => vec![id.clone()],
            };
            let says = Announce {
                title: title.get_untracked(),
                text: text.get_untracked(),
                until,
                displays,
            };
            doing.run(api.announce(&says), move |_| {
                title.set(String::new());
                text.set(String::new());
                feed.tell(&[Topic::Signs]);
            });
        }
    };
    let shown = move || {
        let here = |all: Option<&Announcements>| {
            let all = all
                .map(|all| all.announcements.as_slice())
                .unwrap_or_default();
            let here = all.iter().filter(|one| one.says.displays.contains(&id));
            here.cloned().collect::<Vec<_>>()
        };
        let rows = all.data.with(here);
        (!rows.is_empty()).then(|| view! { <ul class="rows">{rows.into_iter().map(|one| row(one, doing)).collect_view()}</ul> })
    };
    view! {
        <section class="card">
            <div class="card-head"><h2>{announce::TITLE}</h2></div>
            {shown}
            <form class="form below" on:submit=submit>
                <p class="soft">{announce::LEAD}</p>
                <div class="two">
                    <Field label=announce::WHAT value=title/>
                    <Field label=announce::UNTIL kind="datetime-local" value=until/>
                </div>
                <Lines label=announce::TEXT value=text rows=2/>
                <Tick label=announce::EVERYWHERE value=everywhere/>
                <Trouble of=doing.problem/>
                <div class="buttons"><Submit doing label=announce::SEND/></div>
            </form>
        </section>
    }
}

fn row(one: Announcement, doing: Doing) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let until = format!(
        "{} {}",
        announce::UNTIL,
        browser::local_time(one.says.until)
    );
    let id = one.id;
    let withdraw = move |_| {
        doing.run(api.withdraw(&id), move |()| feed.tell(&[Topic::Signs]));
    };
    view! {
        <li>
            <div class="what">
                <h3>{one.says.title}</h3>
                <p class="soft small">{until}</p>
            </div>
            <button type="button" class="button slim" disabled=doing.busy on:click=withdraw>{announce::WITHDRAW}</button>
        </li>
    }
}
