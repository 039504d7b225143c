//! Rooms: what a room looks like, now and for the planned day.

pub(crate) mod drawer;
pub(crate) mod freshness;
pub(crate) mod plan;
pub(crate) mod state;
