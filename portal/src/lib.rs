//! The admin's pages, in the browser: a client of the agent's API and nothing more.
//!
//! Two programs, so that whoever looks at signs does not download the pages for setting up: [`everyday`] and
//! [`settings`]. A link from a page of one to a page of the other loads the other.
//!
//! From the ground up: `words`, `route`, `problem`, `when`, `wall`, `hops`, `checklist` and `topic` are pure and tested
//! on the host; `browser`, `access`, `clock`, `client`, `feed` and `live` talk to the browser and the agent;
//! `components` make up `pages`; `app` is what both programs share; each program draws its own pages.

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
pub mod everyday;
mod feed;
mod hops;
mod json;
mod live;
mod pages;
mod problem;
mod route;
pub mod settings;
mod topic;
mod wall;
mod when;
mod words;
