//! The program of the everyday pages: signs, rooms, hubs, activity, repairs.

use edge_api::repairs::Repairs;
use leptos::prelude::*;

use crate::app;
use crate::live::Live;
use crate::pages::{ActivityPage, DisplayPage, HubsPage, RepairsPage, RoomsPage, SignsPage};
use crate::route::{Page, Program, Route};

/// Starts the program in the document's body.
pub fn start() {
    app::start(Program::Everyday, draw);
}

fn draw(route: Route, repairs: Live<Repairs>) -> Option<AnyView> {
    Some(match route {
        Route::Page(Page::Signs) => view! { <SignsPage/> }.into_any(),
        Route::Display(id) => view! { <DisplayPage id/> }.into_any(),
        Route::Page(Page::Rooms) => view! { <RoomsPage/> }.into_any(),
        Route::Page(Page::Hubs) => view! { <HubsPage/> }.into_any(),
        Route::Page(Page::Activity) => view! { <ActivityPage/> }.into_any(),
        Route::Page(Page::Repairs) => view! { <RepairsPage repairs/> }.into_any(),
        _ => return None,
    })
}
