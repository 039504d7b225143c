//! What stands around every page of somebody who is signed in.

use edge_api::repairs::Repairs;
use leptos::prelude::*;

use crate::browser;
use crate::client::Api;
use crate::components::{Doing, When};
use crate::feed::Feed;
use crate::live::Live;
use crate::pages::SignInAgain;
use crate::route::{LOGIN, Page, Route};
use crate::words::{app, nav};

/// Navigation, the live stream, and the page inside.
#[component]
pub(crate) fn Shell(
    route: Memo<Route>,
    repairs: Live<Repairs>,
    children: Children,
) -> impl IntoView {
    let (api, feed) = (Api::here(), Feed::here());
    feed.listen(api);
    let leaving = Doing::new();
    let leave = move |_| leaving.run(api.sign_out(), |()| browser::go(LOGIN));
    let open = move || {
        repairs
            .data
            .with(|repairs| repairs.map_or(0, |repairs| repairs.repairs.len()))
    };
    let badge = move || {
        let n = open();
        (n > 0).then(|| view! { <span class="count">{n}</span> })
    };
    view! {
        <a class="skip" href="#page" on:click=move |event| {
            event.prevent_default();
            browser::focus("page");
        }>{app::SKIP}</a>
        <div class="shell">
            <header class="side">
                <a class="brand" href=Page::Signs.path()>{app::NAME}</a>
                <nav aria-label=app::NAVIGATION>
                    {Page::DAILY.iter().map(|page| {
                        let badge = (*page == Page::Repairs).then_some(badge);
                        view! { <Item page=*page route>{badge}</Item> }
                    }).collect_view()}
                    <span class="push"></span>
                    <span class="group">{nav::SETTINGS}</span>
                    {Page::SETTINGS.iter().map(|page| view! { <Item page=*page route/> }).collect_view()}
                    <button type="button" class="nav-item" on:click=leave>{nav::SIGN_OUT}</button>
                </nav>
            </header>
            <div>
                <When this=Signal::derive(move || !feed.live.get())>
                    <p class="lost" role="status">{app::LOST}</p>
                </When>
                <main id="page" tabindex="-1" class="page">{children()}</main>
            </div>
        </div>
        <SignInAgain/>
    }
}

#[component]
fn Item(
    page: Page,
    route: Memo<Route>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let current = move || route.with(|route| (route.section() == Some(page)).then_some("page"));
    view! {
        <a class="nav-item" href=page.path() aria-current=current>{page.label()}{children.map(|children| children())}</a>
    }
}
