//! What an admin does with an enrolment: a new key, taking over from another copy, leaving.

use edge_api::relay::{Leave, Relay};
use leptos::prelude::*;

use crate::client::Api;
use crate::components::{Doing, Note, Tone, Trouble, When};
use crate::feed::Feed;
use crate::live::Live;
use crate::topic::Topic;
use crate::words::{app, relay};

/// Takes a new key into use.
#[component]
pub(crate) fn ChangeKey(live: Live<Relay>) -> impl IntoView {
    let api = Api::here();
    let doing = Doing::new();
    let done = RwSignal::new(false);
    let change = move |_| {
        done.set(false);
        doing.run(api.change_relay_key(), move |now| {
            live.put(now);
            done.set(true);
        });
    };
    view! {
        <div class="card-head">
            <h2>{relay::KEY}</h2>
            <button type="button" class="button slim" disabled=doing.busy on:click=change>
                {relay::CHANGE_KEY}
            </button>
        </div>
        <p class="soft">{relay::KEY_LEAD}</p>
        <When this=done>
            <Note tone=Tone::Good what=relay::KEY_CHANGED/>
        </When>
        <Trouble of=doing.problem/>
    }
}

/// Goes on here although another copy has taken over.
#[component]
pub(crate) fn TakeOver(live: Live<Relay>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let take_over = move |_| {
        doing.run(api.take_over(), move |now| {
            live.put(now);
            feed.tell(&[Topic::Repairs]);
        });
    };
    view! {
        <div class="buttons">
            <button type="button" class="button main" disabled=doing.busy on:click=take_over>
                {relay::TAKE_OVER}
            </button>
        </div>
        <p class="soft small">{relay::TAKE_OVER_MEANS}</p>
        <Trouble of=doing.problem/>
    }
}

/// Leaves the relay, after asking once more.
#[component]
pub(crate) fn Leaving(live: Live<Relay>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let sure = RwSignal::new(false);
    // Offered once the relay could not be told.
    let failed = Memo::new(move |_| doing.problem.get().is_some());
    let leave = move |unheard: bool| {
        doing.run(api.leave_relay(Leave { unheard }), move |now| {
            live.put(now);
            sure.set(false);
            feed.tell(&[Topic::Integration, Topic::Repairs]);
        });
    };
    view! {
        <div class="card-head below">
            <h2>{relay::LEAVE_TITLE}</h2>
            <When this=Signal::derive(move || !sure.get())>
                <button type="button" class="button slim" on:click=move |_| sure.set(true)>
                    {relay::LEAVE}
                </button>
            </When>
        </div>
        <p class="soft">{relay::LEAVE_LEAD}</p>
        <When this=sure>
            <Note tone=Tone::Warn what=relay::LEAVE_SURE hint=relay::LEAVE_MEANS>
                <div class="buttons">
                    <button type="button" class="button slim danger" disabled=doing.busy on:click=move |_| leave(false)>
                        {relay::LEAVE}
                    </button>
                    <When this=failed>
                        <button type="button" class="button slim danger" disabled=doing.busy on:click=move |_| leave(true)>
                            {relay::LEAVE_UNHEARD}
                        </button>
                    </When>
                    <button type="button" class="button slim" on:click=move |_| sure.set(false)>{app::CANCEL}</button>
                </div>
            </Note>
        </When>
        <Trouble of=doing.problem/>
    }
}
