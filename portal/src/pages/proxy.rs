//! The way out: the company's proxy, and trying whether relay and Google can be reached.

use edge_api::outbound::{Outbound, Proxy, SaveProxy, Trial, Trials};
use leptos::prelude::*;

use crate::client::Api;
use crate::components::{Doing, Field, Icon, Mark, Submit, Trouble, When};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::{app, way_out};

#[component]
pub(crate) fn ProxyCard(outbound: Now<Outbound>, live: Live<Outbound>) -> impl IntoView {
    let api = Api::here();
    let editing = RwSignal::new(false);
    let trying = Doing::new();
    let trials = RwSignal::new(None::<Trials>);
    let try_out = Callback::new(move |()| {
        trying.run(api.test_way_out(), move |found| trials.set(Some(found)));
    });
    let label = move || match (editing.get(), outbound.with(|o| o.proxy.is_some())) {
        (true, _) => app::CANCEL,
        (false, true) => way_out::EDIT,
        (false, false) => way_out::SET,
    };
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{way_out::TITLE}</h2>
                <button
                    type="button"
                    class="button slim"
                    aria-expanded=move || editing.get().to_string()
                    on:click=move |_| editing.update(|editing| *editing = !*editing)
                >
                    {label}
                </button>
            </div>
            <p class="soft">{way_out::LEAD}</p>
            <When this=Signal::derive(move || !editing.get())>
                <div class="below">{move || summary(outbound.get().proxy)}</div>
            </When>
            <When this=editing>
                <Form outbound live done=Callback::new(move |()| {
                    editing.set(false);
                    try_out.run(());
                })/>
            </When>
            <div class="buttons below">
                <button
                    type="button"
                    class="button slim"
                    disabled=trying.busy
                    on:click=move |_| try_out.run(())
                >
                    {move || if trying.busy.get() { app::BUSY } else { way_out::TEST }}
                </button>
            </div>
            <Trouble of=trying.problem/>
            {move || trials.get().map(results)}
        </section>
    }
}

fn summary(proxy: Option<Proxy>) -> AnyView {
    let Some(proxy) = proxy else {
        return view! { <p>{way_out::DIRECT}</p> }.into_any();
    };
    view! {
        <dl class="facts">
            <dt>{way_out::PROXY}</dt>
            <dd>{proxy.address}</dd>
            <dt>{way_out::USER}</dt>
            <dd>{proxy.user.unwrap_or_else(|| way_out::NO_USER.to_owned())}</dd>
            {(!proxy.direct.is_empty()).then(|| view! {
                <dt>{way_out::EXCEPT}</dt>
                <dd>{proxy.direct.join(", ")}</dd>
            })}
        </dl>
    }
    .into_any()
}

#[component]
fn Form(outbound: Now<Outbound>, live: Live<Outbound>, done: Callback<()>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let before = outbound.with_untracked(|o| o.proxy.clone());
    let had_proxy = before.is_some();
    let had_user = before.as_ref().is_some_and(|proxy| proxy.user.is_some());
    let address = RwSignal::new(
        before
            .as_ref()
            .map(|p| p.address.clone())
            .unwrap_or_default(),
    );
    let user = RwSignal::new(
        before
            .as_ref()
            .and_then(|p| p.user.clone())
            .unwrap_or_default(),
    );
    let password = RwSignal::new(String::new());
    let direct = RwSignal::new(before.map(|p| p.direct.join(", ")).unwrap_or_default());
    let took = Callback::new(move |now: Outbound| {
        live.put(now);
        feed.tell(&[Topic::Relay, Topic::Repairs]);
        done.run(());
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let filled = |text: RwSignal<String>| {
            Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let save = SaveProxy {
            address: address.get_untracked().trim().to_owned(),
            user: filled(user),
            password: Some(password.get_untracked()).filter(|password| !password.is_empty()),
            direct: direct
                .get_untracked()
                .split([',', ' ', '\n'])
                .filter(|host| !host.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        if save.address.is_empty() {
            return doing.refuse(way_out::ADDRESS_NEEDED, way_out::ADDRESS_NEEDED_HINT);
        }
        doing.run(api.save_proxy(&save), move |now| took.run(now));
    };
    let remove = move |_| doing.run(api.remove_proxy(), move |now| took.run(now));
    view! {
        <form class="form below" on:submit=submit>
            <Field label=way_out::PROXY value=address hint=way_out::PROXY_HINT/>
            <div class="two">
                <Field label=way_out::USER value=user hint=way_out::USER_HINT/>
                <Field
                    label=way_out::PASSWORD
                    value=password
                    kind="password"
                    autocomplete="new-password"
                    placeholder=if had_user { way_out::PASSWORD_KEPT } else { "" }
                />
            </div>
            <Field label=way_out::EXCEPT value=direct hint=way_out::EXCEPT_HINT/>
            <Trouble of=doing.problem/>
            <div class="buttons">
                <Submit doing label=way_out::SAVE/>
                {had_proxy.then(|| view! {
                    <button type="button" class="button danger" disabled=doing.busy on:click=remove>
                        {way_out::REMOVE}
                    </button>
                })}
            </div>
        </form>
    }
}

fn results(found: Trials) -> impl IntoView {
    view! { <ul class="rows apart" aria-live="polite">{found.trials.into_iter().map(result).collect_view()}</ul> }
}

fn result(trial: Trial) -> impl IntoView {
    let way = if trial.through_proxy {
        way_out::THROUGH
    } else {
        way_out::DIRECTLY
    };
    let (class, mark, word) = match trial.problem {
        None => ("state ok", Mark::Check, format!("{} ms", trial.took_ms)),
        Some(_) => ("state bad", Mark::Warning, way_out::NOT_REACHED.to_owned()),
    };
    view! {
        <li>
            <div class="what">
                <h3>{trial.target}</h3>
                <p class="soft small">{way}</p>
                {trial.problem.map(|problem| view! { <p>{problem}</p> })}
                {trial.action.map(|action| view! { <p class="strong">{action}</p> })}
            </div>
            <span class=class><Icon mark/>{word}</span>
        </li>
    }
}
