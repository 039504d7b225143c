//! The pages, one file each.

mod about;
mod accounts;
mod activity;
mod authorities;
mod display;
mod google_app;
mod google_file;
mod google_steps;
mod hubs;
mod integration;
mod login;
mod proxy;
mod relay;
mod relay_deeds;
mod repairs;
mod rooms;
mod security;
mod setup;
mod signs;
mod site;

pub(crate) use about::About;
pub(crate) use activity::ActivityPage;
pub(crate) use display::DisplayPage;
pub(crate) use hubs::HubsPage;
pub(crate) use integration::IntegrationPage;
pub(crate) use login::{Login, SignInAgain};
pub(crate) use relay::RelayPage;
pub(crate) use repairs::RepairsPage;
pub(crate) use rooms::RoomsPage;
pub(crate) use security::SecurityPage;
pub(crate) use setup::Setup;
pub(crate) use signs::SignsPage;
