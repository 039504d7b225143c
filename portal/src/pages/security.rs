//! `/settings/security`: addresses, certificate, sessions.

use edge_api::security::{Certificate, Security, SessionInfo};
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::clock::Clock;
use crate::components::{AsyncView, Copy};
use crate::live::{Live, Now};
use crate::route::Page;
use crate::topic::Topic;
use crate::words::{nav, security};

#[component]
pub(crate) fn SecurityPage() -> impl IntoView {
    let api = Api::here();
    let state = Live::new(&[], move || api.security());
    let relay = Live::new(&[Topic::Relay], move || api.relay());
    let domain = move || {
        relay.data.with(|relay| {
            relay
                .and_then(|relay| relay.enrolment.as_ref())
                .map(|enrolment| enrolment.public_base.clone())
        })
    };
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::SECURITY}</h1></div>
            <AsyncView of=state let:state>
                <div class="stack">
                    <section class="card">
                        <h2>{security::ADDRESSES}</h2>
                        <p class="lead">{security::ADDRESSES_LEAD}</p>
                        <ul class="rows">
                            {move || state.get().origins.into_iter().map(|origin| view! {
                                <li><Copy text=origin/></li>
                            }).collect_view()}
                        </ul>
                    </section>
                    <section class="card">
                        <h2>{security::DOMAIN}</h2>
                        <p class="lead">{security::DOMAIN_LEAD}</p>
                        <ul class="rows">
                            <li>
                                {move || domain().map_or_else(
                                    || view! { <span class="soft">{security::NO_DOMAIN}</span> }.into_any(),
                                    |domain| view! { <Copy text=domain/> }.into_any(),
                                )}
                                <a href=Page::Relay.path()>{nav::RELAY}</a>
                            </li>
                        </ul>
                    </section>
                    <section class="card">
                        <div class="card-head"><h2>{security::CERTIFICATE}</h2></div>
                        {move || certificate(state.get().certificate)}
                    </section>
                    <Sessions state/>
                </div>
            </AsyncView>
        </div>
    }
}

fn certificate(certificate: Certificate) -> impl IntoView {
    let clock = Clock::here();
    let kind = if certificate.self_signed {
        security::SELF_SIGNED
    } else {
        security::ISSUED
    };
    let until = certificate.not_after;
    view! {
        <dl class="facts">
            <dt>{security::KIND}</dt>
            <dd>{kind}</dd>
            <dt>{security::NAMES}</dt>
            <dd>{certificate.names.join(", ")}</dd>
            <dt>{security::UNTIL}</dt>
            <dd>{browser::local_date(until)}" · "{move || clock.until(until)}</dd>
            <dt>{security::FINGERPRINT}</dt>
            <dd><code>{certificate.fingerprint}</code></dd>
        </dl>
    }
}

#[component]
fn Sessions(state: Now<Security>) -> impl IntoView {
    view! {
        <section class="card">
            <div class="card-head"><h2>{security::SESSIONS}</h2></div>
            <ul class="rows">{move || state.get().sessions.into_iter().map(session).collect_view()}</ul>
        </section>
    }
}

fn session(session: SessionInfo) -> impl IntoView {
    let clock = Clock::here();
    let seen = session.last_seen;
    view! {
        <li>
            <div class="what">
                <h3>{session.address}</h3>
                <p class="soft small">{session.user_agent}</p>
            </div>
            <span class="soft small">
                {if session.this {
                    security::THIS.into_any()
                } else {
                    (move || clock.ago(seen)).into_any()
                }}
            </span>
        </li>
    }
}
