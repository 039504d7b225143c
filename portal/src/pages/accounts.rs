//! Google Workspace: connect, and the accounts that are connected.

use edge_api::guide::Obstacle;
use edge_api::integration::{Account, AccountState, Integration};
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::components::{Doing, Icon, Mark, Note, Tick, Tone, Trouble, When};
use crate::feed::Feed;
use crate::live::Now;
use crate::topic::Topic;
use crate::words::{app, integration};

#[component]
pub(crate) fn Workspace(integration: Now<Integration>) -> impl IntoView {
    let api = Api::here();
    let doing = Doing::new();
    let rooms = RwSignal::new(false);
    let obstacle = Memo::new(move |_| integration.with(|it| it.obstacle.clone()));
    let connect = move |_| connect(api, doing, rooms.get_untracked());
    view! {
        <section class="card">
            <div class="card-head">
                <h2>{integration::WORKSPACE}</h2>
                <button
                    type="button"
                    class="button slim main"
                    disabled=move || doing.busy.get() || obstacle.get().is_some()
                    on:click=connect
                >
                    {integration::CONNECT}
                </button>
            </div>
            <p class="soft">{integration::WORKSPACE_LEAD}</p>
            <div class="below"><Tick label=integration::WITH_ROOMS value=rooms/></div>
            {move || obstacle.get().map(|it| view! {
                <Note tone=Tone::Warn what=it.what hint=it.action>
                    <div class="buttons"><a class="button slim" href=it.page>{integration::MEND}</a></div>
                </Note>
            })}
            <Trouble of=doing.problem/>
            <ul class="rows apart">
                {move || {
                    let accounts = integration.get().accounts;
                    if accounts.is_empty() {
                        view! { <li class="soft">{integration::NO_ACCOUNTS}</li> }.into_any()
                    } else {
                        accounts.into_iter().map(|account| view! { <Row account obstacle/> }).collect_view().into_any()
                    }
                }}
            </ul>
        </section>
    }
}

/// Sends the whole page to Google, to ask for what `rooms` says.
fn connect(api: Api, doing: Doing, rooms: bool) {
    doing.run(api.begin_flow(rooms), move |flow| {
        if !browser::leave_for(&flow.authorise_url) {
            doing.refuse(integration::BAD_ADDRESS, integration::BAD_ADDRESS_HINT);
        }
    });
}

#[component]
fn Row(account: Account, obstacle: Memo<Option<Obstacle>>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let doing = Doing::new();
    let sure = RwSignal::new(false);
    let id = StoredValue::new(account.id);
    let disconnect = move |_| {
        let id = id.get_value();
        doing.run(api.disconnect(&id), move |()| {
            feed.tell(Topic::of("integration"))
        });
    };
    let broken = account.state != AccountState::Connected;
    let lists_rooms = account.lists_rooms;
    let state = match account.state {
        AccountState::Connected => {
            view! { <span class="state ok"><Icon mark=Mark::Check/>{integration::CONNECTED}</span> }
                .into_any()
        }
        AccountState::Reconnect { why } => view! {
            <span class="state bad"><Icon mark=Mark::Warning/>{integration::BROKEN}</span>
            <p class="soft small">{why}</p>
        }
        .into_any(),
    };
    view! {
        <li>
            <div class="what">
                <h3>{account.email}</h3>
                {state}
                {account.directory_problem.map(|why| view! {
                    <p class="soft small">{integration::NO_DIRECTORY}" "{why}</p>
                })}
            </div>
            <When this=Signal::derive(move || !sure.get())>
                {broken.then(|| view! {
                    <button
                        type="button"
                        class="button slim main"
                        disabled=move || doing.busy.get() || obstacle.get().is_some()
                        on:click=move |_| connect(api, doing, lists_rooms)
                    >
                        {integration::RECONNECT}
                    </button>
                })}
                <button type="button" class="button slim" on:click=move |_| sure.set(true)>
                    {integration::DISCONNECT}
                </button>
            </When>
            <When this=sure>
                <Note tone=Tone::Warn what=integration::DISCONNECT_WHAT>
                    <div class="buttons">
                        <button type="button" class="button slim danger" disabled=doing.busy on:click=disconnect>
                            {integration::DISCONNECT}
                        </button>
                        <button type="button" class="button slim" on:click=move |_| sure.set(false)>{app::CANCEL}</button>
                    </div>
                </Note>
            </When>
            <Trouble of=doing.problem/>
        </li>
    }
}
