//! `/settings/relay`: where this agent is enrolled, and the way there.

use edge_api::relay::{Barred, Enrol, Enrolment, Relay};
use leptos::prelude::*;

use crate::client::Api;
use crate::clock::Clock;
use crate::components::{
    AsyncView, Copy, Doing, Field, Icon, Mark, Note, Submit, Tone, Trouble, When,
};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::pages::authorities::AuthoritiesCard;
use crate::pages::proxy::ProxyCard;
use crate::pages::relay_deeds::{ChangeKey, Leaving, TakeOver};
use crate::pages::site::SiteCard;
use crate::topic::Topic;
use crate::words::{nav, relay};

#[component]
pub(crate) fn RelayPage() -> impl IntoView {
    let api = Api::here();
    let state = Live::new(&[Topic::Relay], move || api.relay());
    let way_out = Live::new(&[], move || api.outbound());
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::RELAY}</h1></div>
            <div class="stack">
                <AsyncView of=state let:relay>
                    <State relay live=state/>
                </AsyncView>
                <AsyncView of=way_out let:outbound>
                    <div class="stack">
                        <ProxyCard outbound live=way_out/>
                        <AuthoritiesCard outbound live=way_out/>
                    </div>
                </AsyncView>
            </div>
        </div>
    }
}

#[component]
fn State(relay: Now<Relay>, live: Live<Relay>) -> impl IntoView {
    let enrolled = Memo::new(move |_| relay.with(|relay| relay.enrolment.is_some()));
    let forgotten = Memo::new(move |_| relay.with(|r| r.barred == Some(Barred::Forgotten)));
    let passive = Memo::new(move |_| relay.with(|r| r.barred == Some(Barred::OtherCopy)));
    let owner = Memo::new(move |_| {
        relay.with(|relay| relay.enrolment.as_ref().is_some_and(|e| e.host_owner))
    });
    view! {
        <div class="stack">
            <section class="card stack">
                <p class="soft">{relay::LEAD}</p>
                <When this=enrolled>
                    {move || {
                        let now = relay.get();
                        view! { {link(&now)}{now.enrolment.map(facts)} }
                    }}
                </When>
                <When this=Signal::derive(move || forgotten.get() || !enrolled.get())>
                    <EnrolForm relay live/>
                </When>
                <When this=passive><TakeOver live/></When>
            </section>
            <When this=enrolled>
                <section class="card">
                    <ChangeKey live/>
                    <Leaving live/>
                </section>
            </When>
            <When this=owner><SiteCard/></When>
        </div>
    }
}

#[component]
fn EnrolForm(relay: Now<Relay>, live: Live<Relay>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let known = relay.with_untracked(|relay| {
        let enrolment = relay.enrolment.as_ref();
        enrolment.map(|enrolment| enrolment.public_base.clone())
    });
    let (address, invite) = (
        RwSignal::new(known.unwrap_or_default()),
        RwSignal::new(String::new()),
    );
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
            let todo = now.action.clone().unwrap_or_default();
            view! {
                <Note tone=Tone::Warn what=why hint=todo>
                    <p class="soft">{relay::DOWN_MEANS}</p>
                </Note>
            }
            .into_any()
        }
    }
}

fn facts(enrolment: Enrolment) -> impl IntoView {
    view! {
        <dl class="facts">
            <dt>{relay::PUBLIC}</dt>
            <dd>{enrolment.public_base}</dd>
            <dt>{relay::AGENT_ID}</dt>
            <dd><code>{enrolment.agent_id}</code></dd>
            <dt>{relay::REDIRECT}</dt>
            <dd><Copy text=enrolment.redirect_uri/></dd>
            <dt>{relay::WEBHOOK}</dt>
            <dd>{enrolment.webhook_address}</dd>
            <dt>{relay::OWNER}</dt>
            <dd>{if enrolment.host_owner { relay::YES } else { relay::NO }}</dd>
        </dl>
    }
}
