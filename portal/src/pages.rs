//! The pages, one file each.

mod about;
mod accounts;
mod activity;
mod announce;
mod authorities;
mod display;
mod display_settings;
mod google_app;
mod google_file;
mod guide;
mod hubs;
mod integration;
mod layout;
mod layouts;
mod proxy;
mod relay;
mod relay_deeds;
mod repairs;
mod rooms;
mod security;
mod session_end;
mod signs;
mod site;

pub(crate) use about::About;
pub(crate) use activity::ActivityPage;
pub(crate) use display::DisplayPage;
pub(crate) use hubs::HubsPage;
pub(crate) use integration::IntegrationPage;
pub(crate) use layout::LayoutPage;
pub(crate) use layouts::LayoutsPage;
pub(crate) use relay::RelayPage;
pub(crate) use repairs::RepairsPage;
pub(crate) use rooms::RoomsPage;
pub(crate) use security::SecurityPage;
pub(crate) use session_end::SignInAgain;
pub(crate) use signs::SignsPage;
