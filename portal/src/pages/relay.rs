//! `/settings/relay`: where this agent is enrolled.

use edge_api::relay::{Enrol, Enrolment, Relay};
use leptos::prelude::*;

use crate::client::Api;
use crate::clock::Clock;
use crate::components::{AsyncView, Doing, Field, Icon, Mark, Note, Submit, Tone, Trouble};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::{nav, relay};

#[component]
pub(crate) fn RelayPage() -> impl IntoView {
    let api = Api::here();
    let state = Live::new(&[Topic::Relay], move || api.relay());
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::RELAY}</h1></div>
            <AsyncView of=state let:relay>
                <State relay live=state/>
            </AsyncView>
        </div>
    }
}

#[component]
fn State(relay: Now<Relay>, live: Live<Relay>) -> impl IntoView {
    let enrolled = Memo::new(move |_| relay.with(|relay| relay.enrolment.is_some()));
    view! {
        <section class="card stack">
            <p class="soft">{relay::LEAD}</p>
            {move || if enrolled.get() {
                let now = relay.get();
                view! { {link(&now)}{now.enrolment.map(facts)} }.into_any()
            } else {
                view! { <EnrolForm live/> }.into_any()
            }}
        </section>
    }
}

#[component]
fn EnrolForm(live: Live<Relay>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let (address, invite) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let enrol = Enrol {
            relay_url: address.get_untracked().trim().to_owned(),
            invite: invite.get_untracked().trim().to_owned(),
        };
        doing.run(api.enrol(&enrol), move |relay| {
            live.put(relay);
            feed.tell(&[Topic::Integration, Topic::Repairs]);
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <Field label=relay::ADDRESS value=address kind="url" hint=relay::ADDRESS_HINT/>
            <Field label=relay::INVITE value=invite hint=relay::INVITE_HINT code=true/>
            <Trouble of=doing.problem/>
            <div class="buttons">
                <Submit doing label=relay::ENROL/>
            </div>
        </form>
    }
}

/// Whether the link stands.
fn link(now: &Relay) -> impl IntoView + use<> {
    let clock = Clock::here();
    match now.connected_since {
        Some(since) => view! {
            <p>
                <span class="state ok"><Icon mark=Mark::Check/>{relay::CONNECTED}</span>
                <span class="soft small numbers">" "{move || clock.lasting(since)}</span>
            </p>
        }
        .into_any(),
        None => {
            let why = now
                .problem
                .clone()
                .unwrap_or_else(|| format!("{}.", relay::DOWN));
            view! { <Note tone=Tone::Warn what=why hint=relay::DOWN_MEANS/> }.into_any()
        }
    }
}

fn facts(enrolment: Enrolment) -> impl IntoView {
    view! {
        <dl class="facts">
            <dt>{relay::PUBLIC}</dt>
            <dd>{enrolment.public_base}</dd>
            <dt>{relay::AGENT_ID}</dt>
            <dd>{enrolment.agent_id}</dd>
            <dt>{relay::REDIRECT}</dt>
            <dd>{enrolment.redirect_uri}</dd>
            <dt>{relay::WEBHOOK}</dt>
            <dd>{enrolment.webhook_address}</dd>
            <dt>{relay::OWNER}</dt>
            <dd>{if enrolment.host_owner { relay::YES } else { relay::NO }}</dd>
        </dl>
    }
}
