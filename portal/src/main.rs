//! The admin's pages, in the browser: a client of the agent's API and nothing more.
//!
//! From the ground up: `words`, `route`, `problem`, `when`, `wall`, `hops`, `checklist` and `topic` are pure and tested
//! on the host; `browser`, `access`, `clock`, `client`, `feed` and `live` talk to the browser and the agent;
//! `components` make up `pages`; `app` chooses the page.

#![expect(
    unreachable_pub,
    reason = "the component macro makes every component pub"
)]

mod access;
mod app;
mod browser;
mod checklist;
mod client;
mod clock;
mod components;
mod feed;
mod hops;
mod json;
mod live;
mod pages;
mod problem;
mod route;
mod topic;
mod wall;
mod when;
mod words;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
