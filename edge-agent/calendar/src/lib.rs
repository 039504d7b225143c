//! Google Calendar as a room sign needs it.
//!
//! [`event`] is what a meeting looks like to a sign, [`timeline`] answers "what is in the room now, and when does that
//! change", [`window`] says which days are listed. These three are pure: they read no clock and open no socket.
//! [`client`] and [`oauth`] speak to Google over one HTTP client that the caller gives; every address is injected
//! ([`Endpoints`]), and every error says what the caller can do about it ([`Error`]).
//!
//! Google's answers are read tolerantly: one item that cannot be understood is counted and left out, never the reason
//! that a whole calendar is not shown.
#![warn(missing_docs)]

mod answer;
pub mod client;
mod consent;
pub mod endpoints;
pub mod error;
pub mod event;
pub mod id_token;
mod item;
pub mod oauth;
mod organiser;
mod people;
mod rooms;
pub mod timeline;
mod tolerant;
pub mod watch;
pub mod window;

pub use client::{Calendar, Listed, ListedCalendar, Listing};
pub use consent::ConsentPage;
pub use endpoints::Endpoints;
pub use error::Error;
pub use event::Event;
pub use id_token::{IdTokenError, Identity};
pub use oauth::{OAuth, Tokens};
pub use rooms::DirectoryRoom;
pub use timeline::{Moment, Timeline};
pub use watch::{OpenedChannel, Watch};
pub use window::Window;
