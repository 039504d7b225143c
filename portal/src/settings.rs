//! The program of what is set up once: layouts, Google, security, relay, about.

use edge_api::repairs::Repairs;
use leptos::prelude::*;

use crate::app;
use crate::live::Live;
use crate::pages::{About, IntegrationPage, LayoutPage, LayoutsPage, RelayPage, SecurityPage};
use crate::route::{Page, Program, Route};

/// Starts the program in the document's body.
pub fn start() {
    app::start(Program::Settings, draw);
}

fn draw(route: Route, _: Live<Repairs>) -> Option<AnyView> {
    Some(match route {
        Route::Page(Page::Layouts) => view! { <LayoutsPage/> }.into_any(),
        Route::Layout(layout) => view! { <LayoutPage layout/> }.into_any(),
        Route::Page(Page::Integration) => view! { <IntegrationPage/> }.into_any(),
        Route::Page(Page::Security) => view! { <SecurityPage/> }.into_any(),
        Route::Page(Page::Relay) => view! { <RelayPage/> }.into_any(),
        Route::Page(Page::About) => view! { <About/> }.into_any(),
        _ => return None,
    })
}
