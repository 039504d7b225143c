//! What both programs share: chooses what the browser sees, by whether the agent answers first, by the address second.

use edge_api::repairs::Repairs;
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
use crate::route::{Page, Program, Route};
use crate::topic::Topic;
use crate::words::app;

/// Draws a page of a program; nothing for an address that it has no page for.
pub(crate) type Draw = fn(Route, Live<Repairs>) -> Option<AnyView>;

/// Starts a program in the document's body.
pub(crate) fn start(program: Program, draw: Draw) {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(move || view! { <App program draw/> });
}

#[component]
fn App(program: Program, draw: Draw) -> impl IntoView {
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
            <Door access api program draw/>
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
fn Door(access: Access, api: Api, program: Program, draw: Draw) -> impl IntoView {
    let location = use_location();
    let address = Memo::new(move |_| Route::parse(&location.pathname.get()));
    let elsewhere = move |route: &Route| route.program().is_some_and(|other| other != program);
    // While the other program is being loaded, the page stays as it is.
    let route = Memo::new(move |before: Option<&Route>| {
        let next = address.get();
        match before {
            Some(before) if elsewhere(&next) => before.clone(),
            _ => next,
        }
    });
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
    // pressed link stands; until then it keeps the old address in the bar and in the history. A page of the other
    // program is the browser's to load, and to put into the history.
    let bar = use_context::<BrowserUrl>();
    Effect::new(move |started: Option<()>| {
        let next = address.get();
        location.pathname.track();
        if started.is_some() && elsewhere(&next) {
            let query = query(&location.search.get_untracked());
            let path = location.pathname.get_untracked();
            browser::go(&format!("{path}{query}{}", location.hash.get_untracked()));
        } else if let Some(bar) = &bar {
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
        Gate::SignedIn => view! { <Inside route draw/> }.into_any(),
    }
    }
}

/// The pages of somebody who is signed in.
#[component]
fn Inside(route: Memo<Route>, draw: Draw) -> impl IntoView {
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
                // On its way elsewhere.
                Route::Home => ().into_any(),
                route => draw(route, repairs).unwrap_or_else(|| view! {
                    <Empty title=app::NO_PAGE lead=app::NO_PAGE_HINT>
                        <a class="button" href=Page::Signs.path()>{app::TO_SIGNS}</a>
                    </Empty>
                }
                .into_any()),
            }}
        </Shell>
    }
}

/// A query with its question mark, or nothing.
fn query(search: &str) -> String {
    let search = search.trim_start_matches('?');
    if search.is_empty() {
        String::new()
    } else {
        format!("?{search}")
    }
}
