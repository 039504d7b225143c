//! `/settings/integration`: the Google app and the connected accounts.

use edge_api::error::ErrorCode;
use edge_api::integration::{Account, Integration};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::browser;
use crate::client::{Api, Asked};
use crate::components::{AsyncView, Doing, Note, Tone, Trouble, When};
use crate::feed::Feed;
use crate::live::Live;
use crate::pages::accounts::Workspace;
use crate::pages::google_app::GoogleAppCard;
use crate::route::Page;
use crate::topic::Topic;
use crate::words::{integration, nav};

/// How often Google's answer is asked for before the agent's word that it is not there yet is believed.
const TRIES: u32 = 20;
/// How long between two tries, in milliseconds.
const BETWEEN_TRIES: i32 = 1_000;

#[component]
pub(crate) fn IntegrationPage() -> impl IntoView {
    let api = Api::here();
    let state = Live::new(&[Topic::Integration], move || api.integration());
    view! {
        <div class="page-narrow">
            <div class="page-head"><h1>{nav::INTEGRATION}</h1></div>
            <div class="stack">
                <Return state/>
                <AsyncView of=state let:integration>
                    <GoogleAppCard integration live=state/>
                    <Workspace integration/>
                </AsyncView>
            </div>
        </div>
    }
}

/// The way back from Google: `?flow=ID` is finished once, then taken out of the address.
#[component]
fn Return(state: Live<Integration>) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    let query = use_query_map();
    let navigate = use_navigate();
    let doing = Doing::new();
    let connected = RwSignal::new(None::<Account>);
    Effect::new(move |_| {
        let Some(flow) = query.with(|query| query.get("flow")) else {
            return;
        };
        navigate(
            Page::Integration.path(),
            NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            },
        );
        doing.run(finish(api, flow), move |account| {
            connected.set(Some(account));
            state.refresh();
            feed.tell(&[Topic::Integration, Topic::Rooms]);
        });
    });
    view! {
        <When this=doing.busy>
            <Note tone=Tone::Plain what=integration::FINISHING/>
        </When>
        {move || connected.get().map(|account| {
            let what = format!("{} {}", integration::FINISHED, account.email);
            view! { <Note tone=Tone::Good what hint=integration::FINISHED_HINT/> }
        })}
        <Trouble of=doing.problem/>
    }
}

fn finish(api: Api, flow: String) -> Asked<Account> {
    Box::pin(async move {
        let mut tries = 0;
        loop {
            let answer = api.finish_flow(&flow).await;
            let pending = matches!(&answer, Err(problem) if problem.is(ErrorCode::FlowPending));
            tries += 1;
            if !pending || tries == TRIES {
                return answer;
            }
            browser::sleep(BETWEEN_TRIES).await;
        }
    })
}
