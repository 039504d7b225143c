//! What the admin's browser and scripts speak to: HTTPS, the API, and the portal's own files.
//!
//! Bottom up: [`refusal`] how a request fails · [`app`] what handlers may use · [`caller`] who asks · [`body`] what
//! they send · [`entry`] coming in · [`plain`] the pages that the agent makes itself · one file per page's concern ·
//! [`door`] what every request passes · [`router`] the only route table · [`serve`] TLS.

mod account;
mod activity;
mod announcements;
mod app;
mod assets;
mod body;
mod caller;
mod confirmation;
mod docs;
mod domain;
mod door;
mod entry;
mod events;
mod feed;
mod flows;
mod glass;
mod guide;
mod history;
mod hubs;
mod identity;
mod integration;
mod keeping;
mod layouts;
mod outbound;
mod own_account;
mod permission;
mod picture;
mod plain;
mod receipts;
mod refusal;
mod relay;
mod repairs;
mod rooms;
mod router;
mod security;
mod serve;
mod settings;
mod signs;
mod site;
#[cfg(test)]
mod tests;
mod tokens;
mod users;
mod version;

pub(crate) use self::app::{App, Parts};
pub(crate) use self::feed::Feed;
pub(crate) use self::router::router;
pub(crate) use self::serve::{serve, tls};
