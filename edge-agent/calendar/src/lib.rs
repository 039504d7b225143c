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

pub mod event;
pub mod timeline;
pub mod window;

pub use event::Event;
pub use timeline::{Moment, Timeline};
pub use window::Window;
