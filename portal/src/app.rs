//! Chooses what the browser sees: by whether the agent answers first, by the address second.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::Router;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::{BrowserUrl, LocationProvider};

use crate::access::{Access, Gate};
use crate::browser;
use crate::client::Api;
use crate::clock::Clock;
use crate::components::{Empty, Shell, Trouble};
use crate::feed::Feed;
use crate::live::Live;
use crate::pages::{
    About, ActivityPage, DisplayPage, HubsPage, IntegrationPage, LayoutPage, LayoutsPage,
    RelayPage, RepairsPage, RoomsPage, SecurityPage, SignsPage,
};
use crate::route::{Page, Route};
use crate::topic::Topic;
use crate::words::app;

/// The whole portal.
#[component]
pub(crate) fn App() -> impl IntoView {
    let access = Access::new();
    let clock = Clock::start();
    let api = Api::new(access, clock);
    provide_context(access);
    provide_context(clock);
    provide_context(api);
    provide_context(Feed::new());
    ask(access, api);
    view! {
        <Router>
            <Door access api/>
        </Router>
    }
}

/// Asks the agent who we are to it. Whoever is nobody is on the way to the agent's own pages already.
fn ask(access: Access, api: Api) {
    spawn_local(async move {
        match api.session().await {
            Ok(session) => access.enter(session),
            Err(problem) if problem.leads_away() => {}
            Err(problem) => access.gate.set(Gate::Closed(problem)),
        }
    });
}

#[component]
fn Door(access: Access, api: Api) -> impl IntoView {
    let location = use_location();
    let route = Memo::new(move |_| Route::parse(&location.pathname.get()));
    let navigate = use_navigate();
    let replace = move |to: &str| {
        navigate(
            to,
            NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            },
        )
    };

    // Without `Routes`, which would add 24 KB to every first load, nobody else tells the router that the page for a
    // pressed link stands; until then it keeps the old address in the bar and in the history.
    let bar = use_context::<BrowserUrl>();
    Effect::new(move |_| {
        route.track();
        location.pathname.track();
        if let Some(bar) = &bar {
            bar.ready_to_complete();
        }
    });

    Effect::new(move |_| {
        if access.gate.get() == Gate::SignedIn && route.get() == Route::Home {
            replace(Page::Signs.path());
        }
    });

    move || {
        match access.gate.get() {
        Gate::Checking => ().into_any(),
        Gate::Closed(problem) => view! {
            <div class="door">
                <main>
                    <span class="brand">{app::NAME}</span>
                    <div class="stack">
                        <Trouble of=Signal::derive(move || Some(problem.clone()))/>
                        <div class="buttons">
                            <button type="button" class="button" on:click=move |_| ask(access, api)>{app::TRY_AGAIN}</button>
                        </div>
                    </div>
                </main>
            </div>
        }
        .into_any(),
        Gate::SignedIn => view! { <Inside route/> }.into_any(),
    }
    }
}

/// The pages of somebody who is signed in.
#[component]
fn Inside(route: Memo<Route>) -> impl IntoView {
    let api = Api::here();
    let repairs = Live::new(&[Topic::Repairs], move || api.repairs());
    Effect::new(move |before: Option<Route>| {
        let here = route.get();
        let page = here.section().map_or(app::NO_PAGE, Page::label);
        browser::set_title(&format!("{page} · {}", app::NAME));
        if before.is_some_and(|before| before != here) {
            browser::focus("page");
        }
        here
    });
    view! {
        <Shell route repairs>
            {move || match route.get() {
                Route::Page(Page::Signs) => view! { <SignsPage/> }.into_any(),
                Route::Display(id) => view! { <DisplayPage id/> }.into_any(),
                Route::Page(Page::Rooms) => view! { <RoomsPage/> }.into_any(),
                Route::Page(Page::Hubs) => view! { <HubsPage/> }.into_any(),
                Route::Page(Page::Layouts) => view! { <LayoutsPage/> }.into_any(),
                Route::Layout(layout) => view! { <LayoutPage layout/> }.into_any(),
                Route::Page(Page::Activity) => view! { <ActivityPage/> }.into_any(),
                Route::Page(Page::Repairs) => view! { <RepairsPage repairs/> }.into_any(),
                Route::Page(Page::Integration) => view! { <IntegrationPage/> }.into_any(),
                Route::Page(Page::Security) => view! { <SecurityPage/> }.into_any(),
                Route::Page(Page::Relay) => view! { <RelayPage/> }.into_any(),
                Route::Page(Page::About) => view! { <About/> }.into_any(),
                Route::Lost => view! {
                    <Empty title=app::NO_PAGE lead=app::NO_PAGE_HINT>
                        <a class="button" href=Page::Signs.path()>{app::TO_SIGNS}</a>
                    </Empty>
                }
                .into_any(),
                // On its way elsewhere.
                Route::Home => ().into_any(),
            }}
        </Shell>
    }
}
