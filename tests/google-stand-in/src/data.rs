//! Calendars and their events, in memory. Nothing here reads a clock or a socket.

pub(crate) mod calendar;
pub(crate) mod calendars;
pub(crate) mod instances;
pub(crate) mod listing;
pub(crate) mod recurrence;
pub(crate) mod shorthand;
pub(crate) mod token;
pub(crate) mod when;
mod writing;
