//! Certificate authorities that are believed besides the machine's.

use edge_api::outbound::{Authority, Outbound, SaveAuthorities};
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::components::{Doing, Lines, Submit, Trouble, When};
use crate::feed::Feed;
use crate::live::{Live, Now};
use crate::topic::Topic;
use crate::words::{app, authorities};

#[component]
pub(crate) fn AuthoritiesCard(outbound: Now<Outbound>, live: Live<Outbound>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let editing = RwSignal::new(false);
    let pem = RwSignal::new(String::new());
    let took = Callback::new(move |now: Outbound| {
        live.put(now);
        pem.set(String::new());
        editing.set(false);
        feed.tell(&[Topic::Relay, Topic::Repairs]);
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let save = SaveAuthorities {
            pem: pem.get_untracked(),
        };
        doing.run(api.save_authorities(&save), move |now| took.run(now));
    };
    let remove = move |_| doing.run(api.remove_authorities(), move |now| took.run(now));
    let some = Memo::new(move |_| outbound.with(|o| !o.authorities.is_empty()));
    let label = move || match (editing.get(), some.get()) {
        (true, _) => app::CANCEL,
        (false, true) => authorities::REPLACE,
        (false, false) => authorities::ADD,
    };
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{authorities::TITLE}</h2>
                <button
                    type="button"
                    class="button slim"
                    aria-expanded=move || editing.get().to_string()
                    on:click=move |_| editing.update(|editing| *editing = !*editing)
                >
                    {label}
                </button>
            </div>
            <p class="soft">{authorities::LEAD}</p>
            <When this=some>
                <ul class="rows apart">
                    {move || outbound.get().authorities.into_iter().map(row).collect_view()}
                </ul>
            </When>
            <When this=editing>
                <form class="form below" on:submit=submit>
                    <Lines
                        label=authorities::PEM
                        value=pem
                        rows=6
                        code=true
                        hint=authorities::PEM_HINT
                        placeholder=authorities::SHAPE
                    />
                    <div class="buttons">
                        <Submit doing label=authorities::SAVE/>
                        <When this=some>
                            <button type="button" class="button danger" disabled=doing.busy on:click=remove>
                                {authorities::REMOVE}
                            </button>
                        </When>
                    </div>
                </form>
            </When>
            <Trouble of=doing.problem/>
        </section>
    }
}

fn row(authority: Authority) -> impl IntoView {
    let until = browser::local_date(authority.not_after);
    view! {
        <li>
            <div class="what">
                <h3>{authority.subject}</h3>
                <p class="soft small">{authorities::UNTIL}" "{until}</p>
                <p class="soft small"><code>{authority.fingerprint}</code></p>
            </div>
        </li>
    }
}
